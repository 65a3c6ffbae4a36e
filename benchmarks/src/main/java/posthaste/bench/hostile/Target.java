package posthaste.bench.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * The relay that is attacked.
 *
 * @param smtp where it takes mail
 * @param tls for clients that believe its certificate
 * @param scale how much of the largest attack this machine bears: 1 for all of it
 */
public record Target(InetSocketAddress smtp, SSLContext tls, double scale) {
    private static final AtomicInteger ATTACKERS = new AtomicInteger();
    private static final int PER_ADDRESS = 500;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** A count of the largest attack, for this machine. */
    int scaled(int count) {
        return Math.max(1, (int) (count * scale));
    }

    /** A connection of an attacker. They come from many addresses, since each may have so many only. */
    Connection attack() throws IOException {
        int number = ATTACKERS.getAndIncrement() / PER_ADDRESS;
        return connect(InetAddress.getByAddress(
                new byte[] {127, 0, (byte) (2 + number / 250 % 250), (byte) (1 + number % 250)}));
    }

    /** How many connections attackers have begun so far. */
    static int attackers() {
        return ATTACKERS.get();
    }

    /** A connection from this address of this machine. */
    Connection connect(InetAddress from) throws IOException {
        var socket = new Socket();
        try {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(from, 0));
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.setTcpNoDelay(true);
            socket.connect(smtp, (int) PATIENCE.toMillis());
            return new Connection(socket);
        } catch (IOException failure) {
            socket.close();
            throw failure;
        }
    }

    /** One connection: lines out, replies in. */
    static final class Connection implements AutoCloseable {
        private Socket socket;
        private InputStream in;

        private Connection(Socket socket) throws IOException {
            this.socket = socket;
            in = new BufferedInputStream(socket.getInputStream());
        }

        /** As ISO 8859-1. */
        void send(String text) throws IOException {
            send(text.getBytes(ISO_8859_1));
        }

        void send(byte[] octets) throws IOException {
            socket.getOutputStream().write(octets);
        }

        /** Sends a line; the code of the answer. */
        int command(String line) throws IOException {
            send(line + "\r\n");
            return reply();
        }

        /** The code of the next reply; 0 where the relay has closed. */
        int reply() throws IOException {
            while (true) {
                String line = line();
                if (line.length() < 3) return 0;
                if (line.length() == 3 || line.charAt(3) != '-') return Integer.parseInt(line.substring(0, 3));
            }
        }

        private String line() throws IOException {
            var line = new StringBuilder();
            int octet;
            while ((octet = in.read()) >= 0 && octet != '\n') if (octet != '\r') line.append((char) octet);
            return line.toString();
        }

        /** Reads and forgets all that comes until the relay closes, or says nothing for a while. */
        void drain() {
            try {
                byte[] forgotten = new byte[8192];
                while (in.read(forgotten) >= 0) {}
            } catch (IOException endOrSilence) {
                // Either way that was all.
            }
        }

        void startTls(SSLContext context) throws IOException {
            if (command("STARTTLS") != 220) throw new IOException("STARTTLS was refused");
            handshake(context);
        }

        void handshake(SSLContext context) throws IOException {
            var tls = (SSLSocket) context.getSocketFactory().createSocket(socket, "relay.test", socket.getPort(), true);
            tls.startHandshake();
            socket = tls;
            in = new BufferedInputStream(tls.getInputStream());
        }

        void patience(Duration time) throws IOException {
            socket.setSoTimeout((int) time.toMillis());
        }

        void reset() {
            try {
                socket.setSoLinger(true, 0);
            } catch (IOException gone) {
                // Closed by the other end.
            }
            close();
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException gone) {
                // Closed by the other end.
            }
        }
    }
}
