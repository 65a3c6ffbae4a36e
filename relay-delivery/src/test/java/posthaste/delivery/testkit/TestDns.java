package posthaste.delivery.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;
import posthaste.delivery.testkit.TestZone.Trouble;

/**
 * A recursive resolver on loopback, UDP and TCP, whose answers a test sets: zones, failures, truncation, lies. Names
 * nobody set do not exist. Counts the questions. Setters may be called at any time from any thread.
 */
public final class TestDns implements AutoCloseable {
    private final TestZone zone = new TestZone();
    private final DnsSockets sockets;
    private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
    private final AtomicInteger overTcp = new AtomicInteger();
    private final AtomicInteger withoutOpt = new AtomicInteger();
    private final Map<Name, CountDownLatch> held = new ConcurrentHashMap<>();

    private TestDns() {
        sockets = DnsSockets.open(this::answer);
    }

    /** Starts a server on a free port of 127.0.0.1, the same for UDP and TCP. */
    public static TestDns start() {
        return new TestDns();
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return sockets.address();
    }

    // ---- zones ----

    /** Adds an MX record. */
    public TestDns mx(String owner, int preference, String exchange) {
        return add(
                owner,
                name -> new MXRecord(name, DClass.IN, TestZone.TTL_SECONDS, preference, TestZone.nameOf(exchange)));
    }

    /** Adds {@code MX 0 .} (RFC 7505). */
    public TestDns nullMx(String owner) {
        return add(owner, name -> new MXRecord(name, DClass.IN, TestZone.TTL_SECONDS, 0, Name.root));
    }

    /** Adds A records. */
    public TestDns a(String owner, String... addresses) {
        for (String each : addresses) {
            add(owner, name -> new ARecord(name, DClass.IN, TestZone.TTL_SECONDS, literal(each)));
        }
        return this;
    }

    /** Adds AAAA records; an IPv4-mapped address is sent as such. */
    public TestDns aaaa(String owner, String... addresses) {
        for (String each : addresses) {
            add(owner, name -> new AAAARecord(name, DClass.IN, TestZone.TTL_SECONDS, sixteenBytes(each)));
        }
        return this;
    }

    /** Adds a CNAME record. An answer holds as much of the chain as is known here. */
    public TestDns cname(String owner, String target) {
        return add(owner, name -> new CNAMERecord(name, DClass.IN, TestZone.TTL_SECONDS, TestZone.nameOf(target)));
    }

    /** The name exists without any record: every question for it has no data. */
    public TestDns empty(String owner) {
        zone.exists(TestZone.nameOf(owner));
        return this;
    }

    /** Forgets every record and every trouble of the name: it does not exist. */
    public TestDns nxdomain(String owner) {
        zone.forget(TestZone.nameOf(owner));
        return this;
    }

    /** Forgets the troubles of the name, keeps its records. */
    public TestDns healthy(String owner) {
        zone.heal(TestZone.nameOf(owner));
        return this;
    }

    /** Sets the time to live of every record of the name, in seconds. */
    public TestDns ttl(String owner, long seconds) {
        zone.ttl(TestZone.nameOf(owner), seconds);
        return this;
    }

    /** Sets the negative time to live (SOA minimum) in seconds; 60 at first. */
    public TestDns negativeTtl(long seconds) {
        zone.negativeTtl(seconds);
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

    /** Answers with packets that do not parse. */
    public TestDns garbage(String owner) {
        return trouble(owner, Trouble.GARBAGE);
    }

    /** Keeps every question for the name waiting until {@link #release}. */
    public TestDns hold(String owner) {
        held.put(TestZone.nameOf(owner), new CountDownLatch(1));
        return this;
    }

    /** Answers what waits, and what comes later. */
    public TestDns release(String owner) {
        CountDownLatch waiting = held.remove(TestZone.nameOf(owner));
        if (waiting != null) waiting.countDown();
        return this;
    }

    // ---- troubles of the whole server ----

    /** Every question gets SERVFAIL until {@link #healthyEverywhere}. */
    public TestDns servfailEverywhere() {
        zone.everywhere(Set.of(Trouble.SERVFAIL));
        return this;
    }

    /** Every question gets REFUSED until {@link #healthyEverywhere}. */
    public TestDns refuseEverywhere() {
        zone.everywhere(Set.of(Trouble.REFUSED));
        return this;
    }

    /** No question gets an answer until {@link #healthyEverywhere}. */
    public TestDns dropEverywhere() {
        zone.everywhere(Set.of(Trouble.DROP));
        return this;
    }

    public TestDns healthyEverywhere() {
        zone.everywhere(Set.of());
        return this;
    }

    /** Refuses TCP connections from now on. */
    public TestDns refuseTcp() {
        sockets.refuseTcp();
        return this;
    }

    /** Answers FORMERR to questions with EDNS (RFC 6891 §7), as very old servers do. */
    public TestDns rejectOpt() {
        zone.rejectOpt();
        return this;
    }

    // ---- what was asked ----

    /** How often this was asked, over UDP and TCP together. */
    public int queries(String owner, String type) {
        AtomicInteger count = counts.get(key(TestZone.nameOf(owner), Type.value(type)));
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
        return sockets.sourcePorts();
    }

    @Override
    public void close() {
        sockets.close();
    }

    // ---- serving ----

    private Optional<byte[]> answer(byte[] packet, boolean stream) throws IOException {
        Message query = new Message(packet);
        Record question = query.getQuestion();
        Name asked = TestZone.lower(question.getName());
        counts.computeIfAbsent(key(asked, question.getType()), none -> new AtomicInteger())
                .incrementAndGet();
        if (stream) overTcp.incrementAndGet();
        if (query.getOPT() == null) withoutOpt.incrementAndGet();
        awaitRelease(asked);
        return zone.answer(query, stream);
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

    private TestDns add(String owner, RecordAt record) {
        Name name = TestZone.nameOf(owner);
        zone.add(name, record.at(name));
        return this;
    }

    private interface RecordAt {
        Record at(Name owner);
    }

    private TestDns trouble(String owner, Trouble trouble) {
        zone.trouble(TestZone.nameOf(owner), trouble);
        return this;
    }

    private static String key(Name name, int type) {
        return name + " " + Type.string(type);
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
}
