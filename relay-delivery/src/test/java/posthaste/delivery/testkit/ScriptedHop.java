package posthaste.delivery.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import posthaste.delivery.route.NextHop;

/**
 * A mail host on loopback that takes every message, and departs from that where a test says so:
 *
 * <pre>
 * try (ScriptedHop hop = ScriptedHop.start()) {
 *     hop.when(Step.RCPT).with("bob@").then(Move.reply("550 5.1.1 No such user"));
 *     hop.when(Step.DOT).nth(2).then(Move.reset());
 *     // …
 *     hop.awaitReceived(1);
 * }
 * </pre>
 *
 * The first rule that applies wins. Safe from any thread.
 */
public final class ScriptedHop implements AutoCloseable {
    private static final Duration WAIT_MAX = Duration.ofSeconds(20);
    private static final int BACKLOG = 512;

    private final ServerSocket server;
    private final Thread acceptor;
    private final CountDownLatch end = new CountDownLatch(1);
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final List<HopRule> rules = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger ends = new AtomicInteger();
    private final AtomicInteger ids = new AtomicInteger();
    private final AtomicInteger intrusions = new AtomicInteger();
    private final List<Received> received = new ArrayList<>();
    private final List<Received> dots = new ArrayList<>();
    private final List<Heard> heard = new ArrayList<>();
    private volatile List<String> extensions = List.of("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES");
    private volatile boolean dribbling;

    /**
     * A message as it arrived.
     *
     * @param connection on which connection, counted from 1
     * @param helo the EHLO or HELO line
     * @param mail the MAIL line
     * @param recipients the RCPT lines that were accepted
     * @param raw what stood on the wire behind the 354, the final dot included
     * @param content the message: dots unstuffed
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Received(
            int connection, String helo, String mail, List<String> recipients, byte[] raw, byte[] content) {
        public String text() {
            return new String(content, ISO_8859_1);
        }
    }

    /** A command line without its line end. */
    public record Heard(int connection, String line) {}

    private ScriptedHop(ServerSocket server) {
        this.server = server;
        this.acceptor = thread(this::acceptAll);
    }

    /** On 127.0.0.1 and a free port. */
    public static ScriptedHop start() {
        return start(InetAddress.getLoopbackAddress(), 0, 0);
    }

    /** On a free port, with a receive buffer as small as the system allows: who writes much is soon stopped. */
    public static ScriptedHop startNarrow() {
        return start(InetAddress.getLoopbackAddress(), 0, 1024);
    }

    /** On an address of loopback and a port, 0 for a free one. */
    public static ScriptedHop start(InetAddress address, int port) {
        return start(address, port, 0);
    }

    private static ScriptedHop start(InetAddress address, int port, int receiveBufferBytes) {
        try {
            var server = new ServerSocket();
            if (receiveBufferBytes > 0) server.setReceiveBufferSize(receiveBufferBytes);
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(address, port), BACKLOG);
            var hop = new ScriptedHop(server);
            hop.acceptor.start();
            return hop;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    public int port() {
        return server.getLocalPort();
    }

    public NextHop nextHop() {
        return new NextHop("hop.test", new InetSocketAddress(server.getInetAddress(), port()));
    }

    /** Begins a rule; {@link HopRule#then} completes it. */
    public HopRule when(Step step) {
        var rule = new HopRule(step);
        rules.add(rule);
        return rule;
    }

    /** The lines of its EHLO reply behind the first; none for a host that knows no extension. */
    public ScriptedHop offering(String... lines) {
        extensions = List.of(lines);
        return this;
    }

    /** Sends each octet of a reply on its own. */
    public ScriptedHop dribbling() {
        dribbling = true;
        return this;
    }

    /** Messages accepted, in the order of their acceptance. */
    public List<Received> received() {
        synchronized (received) {
            return List.copyOf(received);
        }
    }

    /** Messages whose final dot arrived, accepted or not. */
    public List<Received> dots() {
        synchronized (received) {
            return List.copyOf(dots);
        }
    }

    /** Command lines of every connection, in the order of their arrival. */
    public List<Heard> heard() {
        synchronized (received) {
            return List.copyOf(heard);
        }
    }

    /** Command lines of every connection without its number. */
    public List<String> commands() {
        return heard().stream().map(Heard::line).toList();
    }

    /** Connections accepted so far. */
    public int connections() {
        return connections.get();
    }

    /** Times that {@link Move#expectQuiet} saw something arrive. */
    public int intrusions() {
        return intrusions.get();
    }

    /** Waits until {@code count} messages were accepted and returns them. */
    public List<Received> awaitReceived(int count) {
        await(() -> received.size() >= count, count + " messages");
        return received();
    }

    /** Waits until {@code count} messages that satisfy {@code wanted} were accepted and returns those. */
    public List<Received> awaitReceived(int count, Predicate<Received> wanted) {
        await(() -> received.stream().filter(wanted).count() >= count, count + " of the messages");
        return received().stream().filter(wanted).toList();
    }

    /** Waits until a command line satisfies {@code wanted}. */
    public void awaitCommand(Predicate<String> wanted) {
        await(() -> heard.stream().anyMatch(each -> wanted.test(each.line())), "a command");
    }

    /** Waits until {@code count} connections were accepted. */
    public void awaitConnections(int count) {
        await(() -> connections.get() >= count, count + " connections");
    }

    /** Waits until {@code count} connections have ended, by whichever side. */
    public void awaitEnds(int count) {
        await(() -> ends.get() >= count, count + " connections to end");
    }

    private void await(BooleanSupplier condition, String what) {
        long deadline = System.nanoTime() + WAIT_MAX.toNanos();
        synchronized (received) {
            while (!condition.getAsBoolean()) {
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    throw new AssertionError(
                            "waited for " + what + "; received " + received.size() + ", heard " + heard);
                }
                try {
                    received.wait(left);
                } catch (InterruptedException stopped) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException(stopped);
                }
            }
        }
    }

    /** Closes its port and every connection: who connects from now on is refused. */
    @Override
    public void close() {
        end.countDown();
        closeQuietly(server);
        // The kernel listens on as long as a thread waits for connections, whatever has become of the descriptor.
        awaitAcceptor();
        sockets.forEach(ScriptedHop::closeQuietly);
    }

    private void awaitAcceptor() {
        try {
            acceptor.join(WAIT_MAX.toMillis());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        if (acceptor.isAlive()) throw new AssertionError("port " + port() + " does not close");
    }

    private static void closeQuietly(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception gone) {
            // What cannot be closed is closed already.
        }
    }

    /** Makes a connection itself and is the mail host on it: a peer whose session was turned. */
    public void dial(InetSocketAddress client) {
        try {
            serve(new Socket(client.getAddress(), client.getPort()));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void serve(Socket socket) throws IOException {
        sockets.add(socket);
        var session = new HopSession(this, connections.incrementAndGet(), socket);
        changed();
        thread(() -> {
                    session.run();
                    sockets.remove(socket);
                })
                .start();
    }

    private void acceptAll() {
        try {
            while (true) serve(server.accept());
        } catch (IOException closed) {
            end.countDown();
        }
    }

    private Thread thread(Runnable work) {
        var thread = new Thread(work, "scripted-hop-" + port());
        thread.setDaemon(true);
        return thread;
    }

    private void changed() {
        synchronized (received) {
            received.notifyAll();
        }
    }

    // What a session asks and tells.

    List<Move> movesAt(Step step, String line) {
        for (HopRule rule : rules) {
            if (rule.applies(step, line)) return rule.moves();
        }
        return List.of(Move.normally());
    }

    String ehloReply() {
        var lines = new ArrayList<String>(List.of("hop.test"));
        lines.addAll(extensions);
        var reply = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            reply.append(i == lines.size() - 1 ? "250 " : "250-").append(lines.get(i));
            if (i < lines.size() - 1) reply.append('\n');
        }
        return reply.toString();
    }

    boolean isDribbling() {
        return dribbling;
    }

    int nextId() {
        return ids.incrementAndGet();
    }

    void heard(int connection, String line) {
        synchronized (received) {
            heard.add(new Heard(connection, line));
            received.notifyAll();
        }
    }

    void dotArrived(Received message) {
        synchronized (received) {
            dots.add(message);
            received.notifyAll();
        }
    }

    void accepted(Received message) {
        synchronized (received) {
            received.add(message);
            received.notifyAll();
        }
    }

    void intruded() {
        intrusions.incrementAndGet();
    }

    void ended() {
        ends.incrementAndGet();
        changed();
    }

    void awaitEnd() {
        try {
            end.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
