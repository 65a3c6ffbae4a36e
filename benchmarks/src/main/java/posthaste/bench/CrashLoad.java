package posthaste.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Clients that send message after message to a relay that may die at any moment, and remember exactly what was answered.
 * One thread per client.
 */
final class CrashLoad {
    private static final int RECONNECT_MILLIS = 20;
    private static final int READ_TIMEOUT_MILLIS = 30_000;
    private static final int BODY_MAX = 60_000;
    private static final int LINE = 72;
    /** Of a code and an enhanced status, such as 451 4.3.0. */
    private static final int STATUS_LENGTH = 9;

    private final AtomicReference<InetSocketAddress> relay = new AtomicReference<>();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicInteger ids = new AtomicInteger();
    private final AtomicLong pauseMillis = new AtomicLong();
    private final Map<String, Sent> sent = new ConcurrentHashMap<>();
    private final List<Thread> clients = new ArrayList<>();
    private final Map<String, Integer> refusals = new ConcurrentHashMap<>();

    /**
     * One message as a client knows it.
     *
     * @param digest SHA-256 of the content, in hexadecimal
     * @param acknowledged whether 250 was read
     * @param refused whether a 4xx or 5xx was read
     */
    record Sent(List<String> recipients, String digest, boolean acknowledged, boolean refused) {}

    CrashLoad(int clientCount, long seed) {
        for (int i = 0; i < clientCount; i++) {
            Random random = new Random(seed * 1_000 + i);
            Thread client = new Thread(() -> run(random), "load-" + i);
            client.setDaemon(true);
            clients.add(client);
        }
        clients.forEach(Thread::start);
    }

    /** Where to send from now on. */
    void target(InetSocketAddress address) {
        relay.set(address);
    }

    /** Time between two messages of one client. */
    void pace(long millis) {
        pauseMillis.set(millis);
    }

    Map<String, Sent> sent() {
        return sent;
    }

    /** How often each reply came that a client did not want: code and enhanced status, of any command. */
    Map<String, Integer> refusals() {
        return Map.copyOf(refusals);
    }

    private void run(Random random) {
        while (!stopped.get()) {
            InetSocketAddress address = relay.get();
            try {
                if (address != null) trySession(address, random);
                Thread.sleep(RECONNECT_MILLIS); // a client tries again a little later, and leaves the relay its start
            } catch (InterruptedException end) {
                return;
            }
        }
    }

    private void trySession(InetSocketAddress address, Random random) throws InterruptedException {
        try {
            session(address, random);
        } catch (IOException down) {
            // Killed: whatever was not acknowledged stays so.
        }
    }

    private void session(InetSocketAddress address, Random random) throws IOException, InterruptedException {
        try (Socket socket = new Socket()) {
            socket.connect(address, 2_000);
            socket.setSoTimeout(READ_TIMEOUT_MILLIS);
            socket.setTcpNoDelay(true);
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
            OutputStream out = socket.getOutputStream();
            expect(in, "220");
            command(out, in, "EHLO load.test", "250");
            for (int i = 0; i < 20 && !stopped.get(); i++) {
                message(out, in, random);
                long pause = pauseMillis.get();
                if (pause > 0) Thread.sleep(pause);
            }
            command(out, in, "QUIT", "221");
        }
    }

    private void message(OutputStream out, BufferedReader in, Random random) throws IOException {
        String id = "m" + ids.incrementAndGet();
        List<String> recipients = recipients(id, random);
        byte[] content = content(id, random);
        String digest = HexFormat.of().formatHex(ExactSink.sha256().digest(content));
        sent.put(id, new Sent(recipients, digest, false, false));
        command(out, in, "MAIL FROM:<load@client.test>", "250");
        for (String recipient : recipients) command(out, in, "RCPT TO:<" + recipient + ">", "250");
        command(out, in, "DATA", "354");
        out.write(content);
        out.write(".\r\n".getBytes(ISO_8859_1));
        String reply = readReply(in);
        if (!reply.startsWith("250")) refusedWith(reply);
        sent.put(id, new Sent(recipients, digest, reply.startsWith("250"), !reply.startsWith("250")));
    }

    private static List<String> recipients(String id, Random random) {
        if (random.nextInt(10) > 0) return List.of(id + "@d" + random.nextInt(5) + ".dest.test");
        return List.of(id + "a@d0.dest.test", id + "b@d0.dest.test", id + "c@d1.dest.test");
    }

    private static byte[] content(String id, Random random) {
        int bytes = random.nextInt(4) == 0 ? random.nextInt(BODY_MAX) : random.nextInt(2_000);
        StringBuilder text = new StringBuilder(bytes + 200);
        text.append("X-Test-Id: ").append(id).append("\r\nSubject: crash test\r\n\r\n");
        for (int i = 0; i < bytes; i += LINE + 2) {
            // No line begins with a dot: what is sent is the content, octet by octet.
            for (int k = 0; k < LINE; k++) text.append((char) ('a' + random.nextInt(26)));
            text.append("\r\n");
        }
        return text.toString().getBytes(ISO_8859_1);
    }

    private void command(OutputStream out, BufferedReader in, String line, String code) throws IOException {
        out.write((line + "\r\n").getBytes(ISO_8859_1));
        expect(in, code);
    }

    private void expect(BufferedReader in, String code) throws IOException {
        String reply = readReply(in);
        if (reply.startsWith(code)) return;
        refusedWith(reply);
        throw new IOException("expected " + code + ", got " + reply);
    }

    private void refusedWith(String reply) {
        refusals.merge(reply.substring(0, Math.min(STATUS_LENGTH, reply.length())), 1, Integer::sum);
    }

    private static String readReply(BufferedReader in) throws IOException {
        while (true) {
            String line = in.readLine();
            if (line == null) throw new IOException("connection closed");
            if (line.length() < 4 || line.charAt(3) != '-') return line;
        }
    }

    /** Ends every client behind its running message. */
    void stop() throws InterruptedException {
        stopped.set(true);
        for (Thread client : clients) client.join(READ_TIMEOUT_MILLIS);
    }
}
