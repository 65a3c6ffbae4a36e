package posthaste.delivery.testkit;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * A recursive resolver on loopback, UDP and TCP, whose answers a test sets: zones, failures, truncation, lies. Names
 * nobody set do not exist. Counts the questions. Setters may be called at any time from any thread.
 */
public final class TestDns implements AutoCloseable {
    private static final int UDP_MAX_BYTES = 65_535;
    private static final int PORT_ATTEMPTS = 50;
    private static final long DEFAULT_TTL_SECONDS = 300;
    private static final int CHAIN_MAX = 30;

    /** What the server does instead of answering a question. */
    private enum Trouble {
        SERVFAIL,
        REFUSED,
        DROP,
        TRUNCATE_UDP,
        TRUNCATE_ALWAYS,
        FOREIGN_OWNER,
        UPPER_CASE,
        NO_SOA,
        HALF_CHAIN
    }

    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final ExecutorService threads = Executors.newCachedThreadPool(TestDns::daemon);
    private final Map<Name, List<Record>> zone = new ConcurrentHashMap<>();
    private final Map<Name, Set<Trouble>> troubles = new ConcurrentHashMap<>();
    private final Map<Name, Long> ttls = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
    private final Set<Integer> sourcePorts = ConcurrentHashMap.newKeySet();
    private final AtomicInteger overTcp = new AtomicInteger();
    private final AtomicInteger withoutOpt = new AtomicInteger();
    private final Map<Name, CountDownLatch> held = new ConcurrentHashMap<>();
    private volatile Set<Trouble> everywhere = Set.of();
    private volatile boolean tcpRefused;
    private volatile boolean rejectsOpt;
    private volatile long negativeTtlSeconds = 60;

    private TestDns(DatagramSocket udp, ServerSocket tcp) {
        this.udp = udp;
        this.tcp = tcp;
    }

    /** Starts a server on a free port of 127.0.0.1, the same for UDP and TCP. */
    public static TestDns start() {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
            try {
                var tcp = new ServerSocket(0, 50, loopback);
                try {
                    var server = new TestDns(new DatagramSocket(tcp.getLocalPort(), loopback), tcp);
                    server.threads.execute(server::serveUdp);
                    server.threads.execute(server::serveTcp);
                    return server;
                } catch (IOException portTaken) {
                    tcp.close();
                }
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
        throw new IllegalStateException("no port free for both UDP and TCP");
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "test-dns");
        thread.setDaemon(true);
        return thread;
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), tcp.getLocalPort());
    }

    // ---- zones ----

    /** Adds an MX record. */
    public TestDns mx(String owner, int preference, String exchange) {
        return add(owner, name -> new MXRecord(name, DClass.IN, DEFAULT_TTL_SECONDS, preference, nameOf(exchange)));
    }

    /** Adds {@code MX 0 .} (RFC 7505). */
    public TestDns nullMx(String owner) {
        return add(owner, name -> new MXRecord(name, DClass.IN, DEFAULT_TTL_SECONDS, 0, Name.root));
    }

    /** Adds A records. */
    public TestDns a(String owner, String... addresses) {
        for (String each : addresses) {
            add(owner, name -> new ARecord(name, DClass.IN, DEFAULT_TTL_SECONDS, literal(each)));
        }
        return this;
    }

    /** Adds AAAA records; an IPv4-mapped address is sent as such. */
    public TestDns aaaa(String owner, String... addresses) {
        for (String each : addresses) {
            add(owner, name -> new AAAARecord(name, DClass.IN, DEFAULT_TTL_SECONDS, sixteenBytes(each)));
        }
        return this;
    }

    /** Adds a CNAME record. An answer holds as much of the chain as is known here. */
    public TestDns cname(String owner, String target) {
        return add(owner, name -> new CNAMERecord(name, DClass.IN, DEFAULT_TTL_SECONDS, nameOf(target)));
    }

    /** The name exists without any record: every question for it has no data. */
    public TestDns empty(String owner) {
        zone.computeIfAbsent(nameOf(owner), none -> new CopyOnWriteArrayList<>());
        return this;
    }

    /** Forgets every record and every trouble of the name: it does not exist. */
    public TestDns nxdomain(String owner) {
        zone.remove(nameOf(owner));
        troubles.remove(nameOf(owner));
        ttls.remove(nameOf(owner));
        return this;
    }

    /** Forgets the troubles of the name, keeps its records. */
    public TestDns healthy(String owner) {
        troubles.remove(nameOf(owner));
        return this;
    }

    /** Sets the time to live of every record of the name, in seconds. */
    public TestDns ttl(String owner, long seconds) {
        ttls.put(nameOf(owner), seconds);
        return this;
    }

    /** Sets the negative time to live (SOA minimum) in seconds; 60 at first. */
    public TestDns negativeTtl(long seconds) {
        negativeTtlSeconds = seconds;
        return this;
    }

    // ---- troubles, by name ----

    public TestDns servfail(String owner) {
        return trouble(owner, Trouble.SERVFAIL);
    }

    public TestDns refused(String owner) {
        return trouble(owner, Trouble.REFUSED);
    }

    /** Never answers: the asker runs into its time-out. */
    public TestDns drop(String owner) {
        return trouble(owner, Trouble.DROP);
    }

    /** Truncates over UDP; TCP has the whole answer. */
    public TestDns truncate(String owner) {
        return trouble(owner, Trouble.TRUNCATE_UDP);
    }

    /** Truncates over TCP as well. */
    public TestDns truncateAlways(String owner) {
        return trouble(owner, Trouble.TRUNCATE_UDP).trouble(owner, Trouble.TRUNCATE_ALWAYS);
    }

    /** Answers with the right records under a name that nobody asked for. */
    public TestDns lie(String owner) {
        return trouble(owner, Trouble.FOREIGN_OWNER);
    }

    /** Spells the owner names of the answer in capitals. */
    public TestDns upperCase(String owner) {
        return trouble(owner, Trouble.UPPER_CASE);
    }

    /** Leaves the SOA out of negative answers. */
    public TestDns withoutSoa(String owner) {
        return trouble(owner, Trouble.NO_SOA);
    }

    /** Ends an answer after its first CNAME record, as a server does that does not know the target. */
    public TestDns halfChain(String owner) {
        return trouble(owner, Trouble.HALF_CHAIN);
    }

    /** Keeps every question for the name waiting until {@link #release}. */
    public TestDns hold(String owner) {
        held.put(nameOf(owner), new CountDownLatch(1));
        return this;
    }

    /** Answers what waits, and what comes later. */
    public TestDns release(String owner) {
        CountDownLatch waiting = held.remove(nameOf(owner));
        if (waiting != null) waiting.countDown();
        return this;
    }

    // ---- troubles of the whole server ----

    /** Every question gets SERVFAIL until {@link #healthyEverywhere}. */
    public TestDns servfailEverywhere() {
        everywhere = Set.of(Trouble.SERVFAIL);
        return this;
    }

    /** Every question gets REFUSED until {@link #healthyEverywhere}. */
    public TestDns refuseEverywhere() {
        everywhere = Set.of(Trouble.REFUSED);
        return this;
    }

    /** No question gets an answer until {@link #healthyEverywhere}. */
    public TestDns dropEverywhere() {
        everywhere = Set.of(Trouble.DROP);
        return this;
    }

    public TestDns healthyEverywhere() {
        everywhere = Set.of();
        return this;
    }

    /** Refuses TCP connections from now on. */
    public TestDns refuseTcp() {
        tcpRefused = true;
        closeQuietly(tcp);
        return this;
    }

    /** Answers FORMERR to questions with EDNS (RFC 6891 §7), as very old servers do. */
    public TestDns rejectOpt() {
        rejectsOpt = true;
        return this;
    }

    // ---- what was asked ----

    /** How often this was asked, over UDP and TCP together. */
    public int queries(String owner, String type) {
        AtomicInteger count = counts.get(key(nameOf(owner), Type.value(type)));
        return count == null ? 0 : count.get();
    }

    /** How often anything was asked. */
    public int queries() {
        return counts.values().stream().mapToInt(AtomicInteger::get).sum();
    }

    /** Waits until this was asked {@code times} times, ten seconds at most. */
    public TestDns awaitQueries(String owner, String type, int times) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (queries(owner, type) < times) {
            if (System.nanoTime() > until) {
                throw new AssertionError(owner + " " + type + " was asked " + queries(owner, type) + " times only");
            }
            LockSupport.parkNanos(1_000_000);
        }
        return this;
    }

    /** How many questions came over TCP. */
    public int queriesOverTcp() {
        return overTcp.get();
    }

    /** How many questions came without EDNS. */
    public int queriesWithoutOpt() {
        return withoutOpt.get();
    }

    /** The different source ports of questions over UDP. */
    public int sourcePorts() {
        return sourcePorts.size();
    }

    @Override
    public void close() {
        udp.close();
        closeQuietly(tcp);
        threads.shutdownNow();
    }

    // ---- serving ----

    private void serveUdp() {
        byte[] buffer = new byte[UDP_MAX_BYTES];
        while (!udp.isClosed()) {
            var packet = new DatagramPacket(buffer, buffer.length);
            try {
                udp.receive(packet);
                byte[] question = Arrays.copyOf(packet.getData(), packet.getLength());
                sourcePorts.add(packet.getPort());
                threads.execute(() -> answerUdp(question, packet.getSocketAddress()));
            } catch (IOException closedOrGarbage) {
                if (udp.isClosed()) return;
            }
        }
    }

    /** On a thread of its own, so that a question which is held keeps no other waiting. */
    private void answerUdp(byte[] question, SocketAddress asker) {
        try {
            Optional<byte[]> answer = answer(question, false);
            if (answer.isPresent()) udp.send(new DatagramPacket(answer.get(), answer.get().length, asker));
        } catch (IOException closedOrGarbage) {
            // The asker runs into its time-out, as it would on a real network.
        }
    }

    private void serveTcp() {
        while (!tcp.isClosed()) {
            try {
                Socket socket = tcp.accept();
                threads.execute(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                var in = new DataInputStream(socket.getInputStream());
                var out = new DataOutputStream(socket.getOutputStream())) {
            while (!tcpRefused) {
                byte[] question = in.readNBytes(in.readUnsignedShort());
                overTcp.incrementAndGet();
                Optional<byte[]> answer = answer(question, true);
                if (answer.isEmpty()) continue;
                out.writeShort(answer.get().length);
                out.write(answer.get());
                out.flush();
            }
        } catch (IOException goneOrGarbage) {
            // The asker closed the connection; its test sees what it got.
        }
    }

    private Optional<byte[]> answer(byte[] packet, boolean stream) throws IOException {
        Message query = new Message(packet);
        Record question = query.getQuestion();
        Name asked = lower(question.getName());
        counts.computeIfAbsent(key(asked, question.getType()), none -> new AtomicInteger())
                .incrementAndGet();
        OPTRecord opt = query.getOPT();
        if (opt == null) withoutOpt.incrementAndGet();
        awaitRelease(asked);
        Set<Trouble> trouble = troublesOf(asked);
        if (trouble.contains(Trouble.DROP)) return Optional.empty();

        Message reply = new Message(query.getHeader().getID());
        reply.getHeader().setFlag(Flags.QR);
        reply.getHeader().setFlag(Flags.RA);
        reply.addRecord(question, Section.QUESTION);
        if (trouble.contains(Trouble.SERVFAIL)) {
            reply.getHeader().setRcode(Rcode.SERVFAIL);
        } else if (trouble.contains(Trouble.REFUSED)) {
            reply.getHeader().setRcode(Rcode.REFUSED);
        } else if (opt != null && rejectsOpt) {
            reply.getHeader().setRcode(Rcode.FORMERR);
        } else {
            fill(reply, asked, question.getType(), trouble);
        }
        int limit = stream ? 65_535 : opt == null ? 512 : Math.max(512, opt.getPayloadSize());
        boolean cut = trouble.contains(stream ? Trouble.TRUNCATE_ALWAYS : Trouble.TRUNCATE_UDP);
        return Optional.of(cut ? truncated(reply) : reply.toWire(limit));
    }

    private void awaitRelease(Name asked) {
        CountDownLatch waiting = held.get(asked);
        if (waiting == null) return;
        try {
            waiting.await();
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
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
            List<Record> records = zone.get(name);
            if (records == null) {
                reply.getHeader().setRcode(Rcode.NXDOMAIN);
                addSoa(reply, trouble);
                return;
            }
            List<Record> matching = ofType(records, type);
            for (Record record : matching) reply.addRecord(dressed(record, trouble), Section.ANSWER);
            if (!matching.isEmpty()) return;
            List<Record> aliases = ofType(records, Type.CNAME);
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
        if (trouble.contains(Trouble.UPPER_CASE))
            owner = nameOf(owner.toString().toUpperCase(Locale.ROOT));
        long ttl = ttls.getOrDefault(record.getName(), DEFAULT_TTL_SECONDS);
        return Record.newRecord(owner, record.getType(), DClass.IN, ttl, record.rdataToWireCanonical());
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

    private TestDns add(String owner, RecordAt record) {
        Name name = nameOf(owner);
        zone.computeIfAbsent(name, none -> new CopyOnWriteArrayList<>()).add(record.at(name));
        return this;
    }

    private interface RecordAt {
        Record at(Name owner);
    }

    private TestDns trouble(String owner, Trouble trouble) {
        troubles.merge(nameOf(owner), EnumSet.of(trouble), (old, fresh) -> {
            Set<Trouble> both = EnumSet.copyOf(old);
            both.addAll(fresh);
            return both;
        });
        return this;
    }

    private static String key(Name name, int type) {
        return name + " " + Type.string(type);
    }

    private static Name lower(Name name) {
        return nameOf(name.toString().toLowerCase(Locale.ROOT));
    }

    private static Name nameOf(String text) {
        try {
            return Name.fromString(text, Name.root);
        } catch (TextParseException bad) {
            throw new IllegalArgumentException(text, bad);
        }
    }

    private static InetAddress literal(String text) {
        try {
            return org.xbill.DNS.Address.getByAddress(text);
        } catch (IOException bad) {
            throw new IllegalArgumentException(text, bad);
        }
    }

    private static byte[] sixteenBytes(String text) {
        byte[] bytes = org.xbill.DNS.Address.toByteArray(text, org.xbill.DNS.Address.IPv6);
        if (bytes == null) throw new IllegalArgumentException(text);
        return bytes;
    }

    private static void closeQuietly(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException alreadyGone) {
            throw new UncheckedIOException(alreadyGone);
        }
    }
}
