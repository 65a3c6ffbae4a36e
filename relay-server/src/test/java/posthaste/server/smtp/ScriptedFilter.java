package posthaste.server.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import posthaste.server.filter.FilterConfig;
import posthaste.server.filter.FilterConfig.OnFailure;

/**
 * A content filter that speaks the milter protocol on a real socket, and does what the test tells it to. Goes on with
 * everything unless told otherwise.
 */
final class ScriptedFilter implements AutoCloseable {
    static final Duration TIMEOUT = Duration.ofSeconds(30);
    static final Duration END_TIMEOUT = Duration.ofSeconds(480);

    private static final int PATIENCE_SECONDS = 20;
    private static final String UNANSWERED = "DAQK";

    /** One packet from the relay; of its data each octet is a character. */
    record Said(int connection, char command, String data) {

        /** With a bar for each NUL. */
        String text() {
            return command + ":" + data.replace('\0', '|');
        }
    }

    /** What it does about a packet. */
    interface Reaction {
        void to(Said said, Answers answers) throws IOException;
    }

    /** Its side of one connection. */
    static final class Answers {
        private final Socket socket;
        private final DataInputStream in;
        private final DataOutputStream out;

        private Answers(Socket socket, DataInputStream in) throws IOException {
            this.socket = socket;
            this.in = in;
            out = new DataOutputStream(socket.getOutputStream());
        }

        void say(char code) throws IOException {
            say(code, "");
        }

        /** @param data a bar stands for a NUL */
        void say(char code, String data) throws IOException {
            byte[] octets = data.replace('|', '\0').getBytes(ISO_8859_1);
            out.writeInt(1 + octets.length);
            out.writeByte(code);
            out.write(octets);
            out.flush();
        }

        void raw(byte[] octets) throws IOException {
            out.write(octets);
            out.flush();
        }

        void terms(int version, int wishes) throws IOException {
            out.writeInt(1 + 3 * Integer.BYTES);
            out.writeByte('O');
            out.writeInt(version);
            out.writeInt(0x20);
            out.writeInt(wishes);
            out.flush();
        }

        /** Waits until the relay goes on although it was not answered. */
        void awaitMore() throws IOException {
            for (int i = 0; i < PATIENCE_SECONDS * 200 && in.available() == 0; i++) LockSupport.parkNanos(5_000_000);
        }

        void close() throws IOException {
            socket.close();
        }
    }

    private final ServerSocket server;
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
    private final Queue<Said> said = new ConcurrentLinkedQueue<>();
    private final Map<Character, Reaction> reactions = new ConcurrentHashMap<>();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger openMax = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();

    private ScriptedFilter(ServerSocket server) {
        this.server = server;
    }

    static ScriptedFilter start() {
        try {
            var filter = new ScriptedFilter(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
            filter.on('O', (said, answers) -> answers.terms(6, 0));
            daemon(filter::accept);
            return filter;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "scripted-filter");
        thread.setDaemon(true);
        thread.start();
    }

    /** From now on it does this about such a packet. */
    ScriptedFilter on(char command, Reaction reaction) {
        reactions.put(command, reaction);
        return this;
    }

    ScriptedFilter answering(char command, char code, String data) {
        return on(command, (said, answers) -> answers.say(code, data));
    }

    /** What the relay need not send, or the filter does not answer. */
    ScriptedFilter wishing(int wishes) {
        return on('O', (said, answers) -> answers.terms(6, wishes));
    }

    /** It answers nothing but the end of a message. */
    ScriptedFilter silent() {
        for (char command : "CHMRTLNB".toCharArray()) on(command, (said, answers) -> {});
        return wishing(0xdf080);
    }

    /** Thinks about each message until the returned latch is counted down. */
    CountDownLatch thinking() {
        var thought = new CountDownLatch(1);
        on('E', (said, answers) -> {
            awaitQuietly(thought);
            answers.say('c');
        });
        return thought;
    }

    static void awaitQuietly(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) throw new IOException("nobody let the filter go on");
        } catch (InterruptedException stopped) {
            throw new IOException(stopped);
        }
    }

    FilterConfig config() {
        return config(OnFailure.DEFER, FilterConfig.DEFAULT_CONNECTIONS);
    }

    FilterConfig config(OnFailure onFailure, int connectionsMax) {
        return configAt(server.getLocalPort(), onFailure, connectionsMax);
    }

    static FilterConfig configAt(int port, OnFailure onFailure, int connectionsMax) {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        return new FilterConfig(address, TIMEOUT, END_TIMEOUT, onFailure, connectionsMax);
    }

    /** Where nobody listens. */
    static int closedPort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void accept() {
        while (true) {
            try {
                Socket socket = server.accept();
                sockets.add(socket);
                int number = connections.incrementAndGet();
                openMax.accumulateAndGet(open.incrementAndGet(), Math::max);
                daemon(() -> serve(socket, number));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket, int number) {
        try (socket) {
            var in = new DataInputStream(socket.getInputStream());
            var answers = new Answers(socket, in);
            while (!socket.isClosed()) {
                byte[] packet = in.readNBytes(in.readInt());
                var next = new Said(number, (char) packet[0], new String(packet, 1, packet.length - 1, ISO_8859_1));
                said.add(next);
                Reaction usual = (heard, to) -> {
                    if (UNANSWERED.indexOf(heard.command()) < 0) to.say('c');
                };
                reactions.getOrDefault(next.command(), usual).to(next, answers);
            }
        } catch (IOException closed) {
            // The relay has closed it, or the test has.
        } finally {
            open.decrementAndGet();
        }
    }

    /** Everything that was said to it so far but offers, in order. */
    List<String> heard() {
        return said.stream()
                .filter(each -> each.command() != 'O')
                .map(Said::text)
                .toList();
    }

    /** The commands of {@link #heard} as one word, without macros. */
    String commands() {
        return said.stream()
                .filter(each -> "OD".indexOf(each.command()) < 0)
                .map(each -> String.valueOf(each.command()))
                .collect(Collectors.joining());
    }

    /** What was shown of bodies. */
    String body() {
        return said.stream()
                .filter(each -> each.command() == 'B')
                .map(Said::data)
                .collect(Collectors.joining());
    }

    void awaitCommand(char command, int times) {
        RelayFixture.await(() -> count(command) >= times);
    }

    long count(char command) {
        return said.stream().filter(each -> each.command() == command).count();
    }

    int connections() {
        return connections.get();
    }

    int openMax() {
        return openMax.get();
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket each : new ArrayList<>(sockets)) each.close();
        } catch (IOException failure) {
            assertThat(failure).isNull();
        }
    }
}
