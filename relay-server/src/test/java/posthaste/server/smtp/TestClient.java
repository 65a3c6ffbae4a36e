package posthaste.server.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/** Sends exactly the octets it is given and checks that what comes back is well formed. One thread. */
final class TestClient implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final int REPLY_LINE_MAX = 512;

    private final Socket plain;
    private Socket socket;
    private String version = "";
    private String last = "";
    private InputStream in;

    private TestClient(Socket socket) throws IOException {
        plain = socket;
        this.socket = socket;
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
    }

    static TestClient connect(InetSocketAddress server) {
        try {
            return new TestClient(new Socket(server.getAddress(), server.getPort()));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** One at another address of this machine. */
    static TestClient connect(InetSocketAddress server, InetAddress from) {
        try {
            return new TestClient(new Socket(server.getAddress(), server.getPort(), from, 0));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** One that speaks TLS at once. */
    static TestClient connect(InetSocketAddress server, SSLContext tls) {
        TestClient client = connect(server);
        client.handshake(tls, "");
        return client;
    }

    /** What the server has proved and shown. */
    SSLSession startTls(SSLContext tls) {
        return startTls(tls, "");
    }

    /** @param name asked for; empty for none */
    SSLSession startTls(SSLContext tls, String name) {
        command("STARTTLS", "220 2.0.0 ");
        return handshake(tls, name);
    }

    /** One that speaks this version of TLS alone, at once. */
    static TestClient connect(InetSocketAddress server, SSLContext tls, String version) {
        TestClient client = connect(server);
        client.version = version;
        client.handshake(tls, "");
        return client;
    }

    /** One that speaks TLS at once, with {@code before} in the same write as the first octets of it. */
    static TestClient connect(InetSocketAddress server, SSLContext tls, byte[] before) {
        try {
            var client = new TestClient(new Prefixed(server, before));
            client.handshake(tls, "");
            return client;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static final class Prefixed extends Socket {
        private byte[] before;

        Prefixed(InetSocketAddress server, byte[] before) throws IOException {
            super(server.getAddress(), server.getPort());
            this.before = before;
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            return new FilterOutputStream(super.getOutputStream()) {
                @Override
                public void write(byte[] octets, int offset, int length) throws IOException {
                    byte[] all = Arrays.copyOf(before, before.length + length);
                    System.arraycopy(octets, offset, all, before.length, length);
                    before = new byte[0];
                    out.write(all);
                }
            };
        }
    }

    /** Where it is connected. */
    InetSocketAddress server() {
        return new InetSocketAddress(plain.getInetAddress(), plain.getPort());
    }

    /** Another handshake within TLS 1.2, which a client can ask for as often as it likes. */
    void renegotiate() {
        try {
            ((SSLSocket) socket).startHandshake();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** All that comes until the server closes. */
    byte[] rest() {
        try {
            return in.readAllBytes();
        } catch (IOException reset) {
            return new byte[0];
        }
    }

    /** Closes the connection as it is, whatever lies over it. */
    void cut() {
        try {
            plain.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** @param name asked for; empty for none */
    SSLSession handshake(SSLContext context, String name) {
        try {
            var tls = (SSLSocket) context.getSocketFactory()
                    .createSocket(socket, socket.getInetAddress().getHostAddress(), socket.getPort(), true);
            if (!name.isEmpty()) {
                SSLParameters parameters = tls.getSSLParameters();
                parameters.setServerNames(List.of(new SNIHostName(name)));
                tls.setSSLParameters(parameters);
            }
            if (!version.isEmpty()) tls.setEnabledProtocols(new String[] {version});
            tls.startHandshake();
            socket = tls;
            in = new BufferedInputStream(tls.getInputStream());
            return tls.getSession();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** As ISO 8859-1: each character is one octet. */
    void send(String octets) {
        send(octets.getBytes(ISO_8859_1));
    }

    void send(byte[] octets) {
        try {
            socket.getOutputStream().write(octets);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    void command(String line, String reply) {
        send(line + "\r\n");
        expect(reply);
    }

    /** The last line of the answer to {@code line}. */
    String answer(String line) {
        send(line + "\r\n");
        List<String> lines = reply();
        return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    }

    /** The lines of the next reply; none where the server has closed. */
    List<String> reply() {
        List<String> lines = new ArrayList<>();
        while (true) {
            String line = line();
            if (line.isEmpty() && lines.isEmpty()) return lines;
            assertThat(line).matches("[2-5]\\d\\d[ -].*");
            lines.add(line);
            assertThat(line).startsWith(lines.get(0).substring(0, 3));
            if (line.charAt(3) == ' ') return lines;
        }
    }

    /** The next reply; its last line begins with {@code prefix}, or with one of several between bars. */
    List<String> expect(String prefix) {
        List<String> lines = reply();
        assertThat(lines).as("reply, not a closed connection; wanted " + prefix).isNotEmpty();
        last = lines.get(lines.size() - 1);
        assertThat(Arrays.stream(prefix.split("\\|")).anyMatch(last::startsWith))
                .as("%s, wanted %s", last, prefix)
                .isTrue();
        return lines;
    }

    /** Of the last reply, behind its code. */
    String challenge() {
        return last.substring(Math.min(4, last.length()));
    }

    boolean wasChallenged() {
        return last.startsWith("334 ");
    }

    void expectEnd() {
        assertThat(reply()).as("the connection is closed").isEmpty();
    }

    /** Without its CRLF; empty at the end. */
    private String line() {
        var line = new StringBuilder();
        try {
            int octet;
            while ((octet = in.read()) >= 0) {
                line.append((char) octet);
                if (octet == '\n') break;
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        if (line.isEmpty()) return "";
        assertThat(line.length()).isBetween(6, REPLY_LINE_MAX);
        assertThat(line).endsWith("\r\n");
        line.setLength(line.length() - 2);
        assertThat(line).doesNotContain("\r", "\n");
        return line.toString();
    }

    void endInput() {
        try {
            socket.shutdownOutput();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Ends the connection with a reset. */
    void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
