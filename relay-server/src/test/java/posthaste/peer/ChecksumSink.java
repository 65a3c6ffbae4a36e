package posthaste.peer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.CRC32C;

/**
 * A next hop that keeps the size and the checksum of each message instead of the message, so that gigabytes can be
 * compared. The first field, the relay's trace, is left out of both. Takes messages of lines that begin with no dot.
 */
final class ChecksumSink implements AutoCloseable {
    private static final int BUFFER = 64 * 1024;

    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool(ChecksumSink::daemon);
    private final Map<String, List<Sum>> received = new ConcurrentHashMap<>();

    /** What was received for one recipient. */
    record Sum(long octets, long crc) {}

    private ChecksumSink(ServerSocket server) {
        this.server = server;
    }

    static ChecksumSink start() throws IOException {
        var sink = new ChecksumSink(new ServerSocket(0, 200, InetAddress.getLoopbackAddress()));
        sink.threads.execute(sink::accept);
        return sink;
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "checksum-sink");
        thread.setDaemon(true);
        return thread;
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());
    }

    /** By recipient; one for every time a message for it was answered 250. */
    Map<String, List<Sum>> received() {
        return received;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                threads.execute(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            new Dialogue(socket).run();
        } catch (IOException gone) {
            // The relay closed the connection or the test is over.
        }
    }

    private final class Dialogue {
        private final Socket socket;
        private final InputStream in;
        private String recipient = "";

        Dialogue(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new BufferedInputStream(socket.getInputStream(), BUFFER);
        }

        void run() throws IOException {
            say("220 sink.peer.example ESMTP");
            String command = line();
            while (!command.startsWith("QUIT")) {
                answer(command);
                command = line();
            }
            say("221 2.0.0 Bye");
        }

        private void answer(String command) throws IOException {
            if (command.startsWith("EHLO")) {
                say("250-sink.peer.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES");
            } else if (command.startsWith("DATA")) {
                say("354 Go on");
                skipFirstField();
                Sum sum = content();
                received.computeIfAbsent(recipient, none -> new CopyOnWriteArrayList<>())
                        .add(sum);
                say("250 2.0.0 Summed");
            } else {
                if (command.startsWith("RCPT")) recipient = command.replaceFirst(".*<(.*)>.*", "$1");
                say("250 2.0.0 Ok");
            }
        }

        private void skipFirstField() throws IOException {
            do {
                line();
                in.mark(1);
                int next = in.read();
                in.reset();
                if (next != ' ' && next != '\t') return;
            } while (true);
        }

        private Sum content() throws IOException {
            var crc = new CRC32C();
            long octets = 0;
            byte[] line = new byte[BUFFER];
            while (true) {
                int length = lineInto(line);
                if (length == 3 && line[0] == '.') return new Sum(octets, crc.getValue());
                crc.update(line, 0, length);
                octets += length;
            }
        }

        private String line() throws IOException {
            byte[] line = new byte[BUFFER];
            return new String(line, 0, lineInto(line) - 2, ISO_8859_1);
        }

        private int lineInto(byte[] line) throws IOException {
            int length = 0;
            int octet;
            do {
                octet = in.read();
                if (octet < 0) throw new EOFException();
                line[length++] = (byte) octet;
            } while (octet != '\n');
            return length;
        }

        private void say(String reply) throws IOException {
            socket.getOutputStream().write((reply + "\r\n").getBytes(US_ASCII));
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
    }
}
