package posthaste.delivery.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** What a {@link TestDns} knows, and how it answers. Safe from any thread. */
final class TestZone {
    static final long TTL_SECONDS = 300;
    private static final int CHAIN_MAX = 30;
    private static final int STREAM_MAX_BYTES = 65_535;
    private static final int HEADER_BYTES = 12;
    private static final int UDP_MAX_BYTES = 512;

    /** What the server does instead of answering a question. */
    enum Trouble {
        SERVFAIL,
        REFUSED,
        DROP,
        TRUNCATE_UDP,
        TRUNCATE_ALWAYS,
        FOREIGN_OWNER,
        UPPER_CASE,
        NO_SOA,
        HALF_CHAIN,
        GARBAGE
    }

    private final Map<Name, List<Record>> records = new ConcurrentHashMap<>();
    private final Map<Name, Set<Trouble>> troubles = new ConcurrentHashMap<>();
    private final Map<Name, Long> ttls = new ConcurrentHashMap<>();
    private volatile Set<Trouble> everywhere = Set.of();
    private volatile boolean rejectsOpt;
    private volatile long negativeTtlSeconds = 60;

    void exists(Name owner) {
        records.computeIfAbsent(owner, none -> new CopyOnWriteArrayList<>());
    }

    void add(Name owner, Record record) {
        records.computeIfAbsent(owner, none -> new CopyOnWriteArrayList<>()).add(record);
    }

    void forget(Name owner) {
        records.remove(owner);
        troubles.remove(owner);
        ttls.remove(owner);
    }

    void heal(Name owner) {
        troubles.remove(owner);
    }

    void ttl(Name owner, long seconds) {
        ttls.put(owner, seconds);
    }

    void negativeTtl(long seconds) {
        negativeTtlSeconds = seconds;
    }

    void rejectOpt() {
        rejectsOpt = true;
    }

    void everywhere(Set<Trouble> troubles) {
        everywhere = troubles;
    }

    void trouble(Name owner, Trouble trouble) {
        troubles.merge(owner, EnumSet.of(trouble), (old, fresh) -> {
            Set<Trouble> both = EnumSet.copyOf(old);
            both.addAll(fresh);
            return both;
        });
    }

    /** The packet to send; empty for silence. */
    Optional<byte[]> answer(Message query, boolean stream) {
        Name asked = lower(query.getQuestion().getName());
        Set<Trouble> trouble = troublesOf(asked);
        if (trouble.contains(Trouble.DROP)) return Optional.empty();
        Message reply = new Message(query.getHeader().getID());
        reply.getHeader().setFlag(Flags.QR);
        reply.getHeader().setFlag(Flags.RA);
        reply.addRecord(query.getQuestion(), Section.QUESTION);
        if (trouble.contains(Trouble.SERVFAIL)) {
            reply.getHeader().setRcode(Rcode.SERVFAIL);
        } else if (trouble.contains(Trouble.REFUSED)) {
            reply.getHeader().setRcode(Rcode.REFUSED);
        } else if (query.getOPT() != null && rejectsOpt) {
            reply.getHeader().setRcode(Rcode.FORMERR);
        } else {
            fill(reply, asked, query.getQuestion().getType(), trouble);
        }
        if (trouble.contains(Trouble.GARBAGE)) return Optional.of(garbled(reply));
        boolean cut = trouble.contains(stream ? Trouble.TRUNCATE_ALWAYS : Trouble.TRUNCATE_UDP);
        return Optional.of(cut ? truncated(reply) : reply.toWire(stream ? STREAM_MAX_BYTES : udpMaxBytes(query)));
    }

    /** The right header, and behind it names that are pointers to nowhere. */
    private static byte[] garbled(Message reply) {
        byte[] packet = reply.toWire();
        Arrays.fill(packet, HEADER_BYTES, packet.length, (byte) 0xc0);
        return packet;
    }

    private static int udpMaxBytes(Message query) {
        OPTRecord opt = query.getOPT();
        return opt == null ? UDP_MAX_BYTES : Math.max(UDP_MAX_BYTES, opt.getPayloadSize());
    }

    /** The first half of the answers, with TC: what a careless asker would take for all of them. */
    private static byte[] truncated(Message reply) {
        List<Record> all = new ArrayList<>(reply.getSection(Section.ANSWER));
        reply.getHeader().setFlag(Flags.TC);
        for (Record record : all.subList((all.size() + 1) / 2, all.size())) {
            reply.removeRecord(record, Section.ANSWER);
        }
        return reply.toWire();
    }

    private void fill(Message reply, Name asked, int type, Set<Trouble> trouble) {
        Name name = asked;
        for (int step = 0; step < CHAIN_MAX; step++) {
            List<Record> known = records.get(name);
            if (known == null) {
                reply.getHeader().setRcode(Rcode.NXDOMAIN);
                addSoa(reply, trouble);
                return;
            }
            List<Record> matching = ofType(known, type);
            for (Record record : matching) reply.addRecord(dressed(record, trouble), Section.ANSWER);
            if (!matching.isEmpty()) return;
            List<Record> aliases = ofType(known, Type.CNAME);
            if (aliases.isEmpty()) {
                addSoa(reply, trouble);
                return;
            }
            reply.addRecord(dressed(aliases.get(0), trouble), Section.ANSWER);
            if (trouble.contains(Trouble.HALF_CHAIN)) return;
            name = lower(((CNAMERecord) aliases.get(0)).getTarget());
        }
    }

    private static List<Record> ofType(List<Record> records, int type) {
        return records.stream().filter(record -> record.getType() == type).toList();
    }

    private Record dressed(Record record, Set<Trouble> trouble) {
        Name owner = record.getName();
        if (trouble.contains(Trouble.FOREIGN_OWNER)) owner = nameOf("liar.invalid");
        if (trouble.contains(Trouble.UPPER_CASE)) {
            owner = nameOf(owner.toString().toUpperCase(Locale.ROOT));
        }
        long ttl = ttls.getOrDefault(record.getName(), TTL_SECONDS);
        try {
            return Record.fromString(owner, record.getType(), DClass.IN, ttl, record.rdataToString(), Name.root);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private void addSoa(Message reply, Set<Trouble> trouble) {
        if (trouble.contains(Trouble.NO_SOA)) return;
        Name root = nameOf("soa.invalid");
        reply.addRecord(
                new SOARecord(root, DClass.IN, 86_400, root, root, 1, 3600, 600, 86_400, negativeTtlSeconds),
                Section.AUTHORITY);
    }

    private Set<Trouble> troublesOf(Name name) {
        Set<Trouble> general = everywhere;
        return general.isEmpty() ? troubles.getOrDefault(name, Set.of()) : general;
    }

    static Name lower(Name name) {
        return nameOf(name.toString().toLowerCase(Locale.ROOT));
    }

    static Name nameOf(String text) {
        try {
            return Name.fromString(text, Name.root);
        } catch (TextParseException bad) {
            throw new IllegalArgumentException(text, bad);
        }
    }
}
