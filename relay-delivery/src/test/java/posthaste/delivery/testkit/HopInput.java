package posthaste.delivery.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;

/** What a client sends, line by line, with a look ahead. */
final class HopInput {
    private static final int AHEAD_WAIT_MILLIS = 10_000;

    private final Socket socket;
    private final InputStream in;
    private byte[] buffer = new byte[8192];
    private int from;
    private int to;

    HopInput(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
    }

    boolean isEmpty() throws IOException {
        return from == to && in.available() == 0;
    }

    /** The next line with its line end. */
    byte[] line() throws IOException {
        var line = new ByteArrayOutputStream();
        while (true) {
            while (from < to) {
                byte octet = buffer[from++];
                line.write(octet);
                if (octet == '\n') return line.toByteArray();
            }
            fill();
        }
    }

    /** The next octets, so many of them. */
    byte[] octets(int count) throws IOException {
        var octets = new ByteArrayOutputStream();
        while (octets.size() < count) {
            if (from == to) fill();
            int more = Math.min(count - octets.size(), to - from);
            octets.write(buffer, from, more);
            from += more;
        }
        return octets.toByteArray();
    }

    private void fill() throws IOException {
        if (from == to) {
            from = 0;
            to = 0;
        }
        if (to == buffer.length) buffer = Arrays.copyOf(buffer, 2 * buffer.length);
        int read = in.read(buffer, to, buffer.length - to);
        if (read < 0) throw new EOFException();
        to += read;
    }

    void await(String text) throws IOException {
        socket.setSoTimeout(AHEAD_WAIT_MILLIS);
        while (!new String(buffer, from, to - from, ISO_8859_1).contains(text)) fill();
        socket.setSoTimeout(0);
    }

    /** Whether something arrived within the time, or had arrived before. */
    boolean arrivesWithin(Duration time) throws IOException {
        if (from < to) return true;
        socket.setSoTimeout((int) time.toMillis());
        try {
            fill();
            return true;
        } catch (SocketTimeoutException quiet) {
            return false;
        } finally {
            socket.setSoTimeout(0);
        }
    }
}
