package posthaste.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The next hop of a measurement: takes every message, remembers a digest of what it took, and whether its 250 could be
 * written. One thread per connection.
 */
final class ExactSink implements AutoCloseable {
    private static final int CONNECTIONS_MAX = 500;
    private static final Pattern RELAY_ID = Pattern.compile("\\bid ([0-9a-z]{13})\\b");

    private final ServerSocket server;
    private final int replyDelayMaxMillis;
    private final Queue<Taken> taken = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Queue<Socket> open = new ConcurrentLinkedQueue<>();

    /**
     * One message at the final dot.
     *
     * @param testId the value of its X-Test-Id field; empty without one
     * @param relayId the queue id in the topmost Received field
     * @param recipient one of its recipients, as in RCPT
     * @param digest SHA-256 of the content without the topmost Received field, in hexadecimal
     * @param answered whether the 250 was handed to the socket; the relay may still not have read it
     */
    record Taken(String testId, String relayId, String recipient, String digest, boolean answered) {}

    /** @param replyDelayMaxMillis the reply to the final dot is held back for a random time up to this */
    ExactSink(int replyDelayMaxMillis) throws IOException {
        this.replyDelayMaxMillis = replyDelayMaxMillis;
        this.server = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
        Thread acceptor = new Thread(this::acceptAll, "sink-acceptor");
        acceptor.setDaemon(true);
        acceptor.start();
    }

    int port() {
        return server.getLocalPort();
    }

    /** Everything taken so far, one entry per message and recipient. */
    List<Taken> taken() {
        return new ArrayList<>(taken);
    }

    private void acceptAll() {
        while (!closed.get()) {
            try {
                Socket socket = server.accept();
                open.removeIf(Socket::isClosed);
                if (open.size() >= CONNECTIONS_MAX) {
                    socket.close();
                    continue;
                }
                open.add(socket);
                Thread session = new Thread(() -> serve(socket), "sink-session");
                session.setDaemon(true);
                session.start();
            } catch (IOException end) {
                return; // close() closed the server socket
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                InputStream in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
                OutputStream out = socket.getOutputStream()) {
            socket.setTcpNoDelay(true);
            out.write(ascii("220 sink.test ESMTP\r\n"));
            var recipients = new ArrayList<String>();
            while (true) {
                String line = readLine(in);
                String verb = line.substring(0, Math.min(4, line.length())).toUpperCase(Locale.ROOT);
                switch (verb) {
                    case "EHLO" -> out.write(ascii("250-sink.test\r\n250-PIPELINING\r\n250 8BITMIME\r\n"));
                    case "RCPT" -> {
                        recipients.add(line.substring(line.indexOf('<') + 1, line.indexOf('>')));
                        out.write(ascii("250 2.1.5 ok\r\n"));
                    }
                    case "DATA" -> {
                        out.write(ascii("354 go\r\n"));
                        take(readContent(in), recipients, out);
                        recipients.clear();
                    }
                    case "QUIT" -> {
                        out.write(ascii("221 2.0.0 bye\r\n"));
                        return;
                    }
                    default -> {
                        recipients.clear();
                        out.write(ascii("250 2.0.0 ok\r\n"));
                    }
                }
            }
        } catch (IOException gone) {
            // A killed relay drops its connections: what was taken before stays counted.
        }
    }

    private void take(byte[] content, List<String> recipients, OutputStream out) throws IOException {
        String testId = testIdIn(content);
        Matcher relayId = RELAY_ID.matcher(new String(content, 0, endOfFirstField(content), ISO_8859_1));
        String id = relayId.find() ? relayId.group(1) : "";
        String digest = digestOf(content);
        boolean answered = false;
        try {
            holdBack();
            out.write(ascii("250 2.0.0 taken\r\n"));
            answered = true;
        } finally {
            for (String recipient : recipients) taken.add(new Taken(testId, id, recipient, digest, answered));
        }
    }

    /** The test id in a content as the relay passes it on; empty without one. */
    static String testIdIn(byte[] content) {
        int length = Math.min(content.length, endOfFirstField(content) + 2048);
        return valueOf(new String(content, 0, length, ISO_8859_1), "X-Test-Id: ");
    }

    /** SHA-256 of the content without the topmost field, which the relay put there, in hexadecimal. */
    static String digestOf(byte[] content) {
        int bodyStart = endOfFirstField(content);
        MessageDigest sha = sha256();
        sha.update(content, bodyStart, content.length - bodyStart);
        return HexFormat.of().formatHex(sha.digest());
    }

    private void holdBack() throws IOException {
        if (replyDelayMaxMillis == 0) return;
        try {
            Thread.sleep(ThreadLocalRandom.current().nextInt(replyDelayMaxMillis + 1)); // the slowness of a real host
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped", stopped);
        }
    }

    private static String valueOf(String head, String field) {
        int at = head.indexOf("\r\n" + field);
        if (at < 0) return "";
        int from = at + 2 + field.length();
        return head.substring(from, head.indexOf("\r\n", from));
    }

    /** The length of the first header field with its continuation lines. */
    private static int endOfFirstField(byte[] content) {
        for (int i = 1; i < content.length; i++) {
            boolean lineEnd = content[i] == '\n' && content[i - 1] == '\r';
            boolean folded = i + 1 < content.length && (content[i + 1] == ' ' || content[i + 1] == '\t');
            if (lineEnd && !folded) return i + 1;
        }
        return content.length;
    }

    private static byte[] readContent(InputStream in) throws IOException {
        var content = new ByteArrayOutputStream(4096);
        while (true) {
            byte[] line = readRawLine(in);
            if (line.length == 3 && line[0] == '.') return content.toByteArray();
            int from = line[0] == '.' ? 1 : 0;
            content.write(line, from, line.length - from);
        }
    }

    private static String readLine(InputStream in) throws IOException {
        byte[] line = readRawLine(in);
        return new String(line, 0, line.length - 2, ISO_8859_1);
    }

    /** One line with its CRLF. */
    private static byte[] readRawLine(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream(128);
        int previous = -1;
        while (true) {
            int octet = in.read();
            if (octet < 0) throw new IOException("connection closed");
            line.write(octet);
            if (octet == '\n' && previous == '\r') return line.toByteArray();
            previous = octet;
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        closed.set(true);
        server.close();
        for (Socket socket : open) socket.close();
    }
}
