package posthaste.peer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A client that sends exactly the octets it is given, which no library does. One owner thread. */
final class RawSmtp implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final int REPLY_LINES_MAX = 100;
    private static final String HOST = "relay.peer.example";

    private Socket socket;
    private InputStream in;
    private OutputStream out;

    private RawSmtp(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = new BufferedOutputStream(socket.getOutputStream(), 64 * 1024);
    }

    /** Connects and reads the greeting. */
    static RawSmtp connect(InetSocketAddress server) throws IOException {
        Socket socket = new Socket();
        socket.connect(server, (int) TIMEOUT.toMillis());
        socket.setSoTimeout((int) TIMEOUT.toMillis());
        RawSmtp client = new RawSmtp(socket);
        client.reply();
        return client;
    }

    /** Sends a line and returns the reply, its lines joined by LF. */
    String command(String line) throws IOException {
        out.write((line + "\r\n").getBytes(ISO_8859_1));
        out.flush();
        return reply();
    }

    /** STARTTLS, and the handshake behind it. */
    void startTls(SSLContext context) throws IOException {
        String answer = command("STARTTLS");
        if (!answer.startsWith("220")) throw new IOException(answer);
        var tls = (SSLSocket) context.getSocketFactory().createSocket(socket, HOST, socket.getPort(), true);
        tls.startHandshake();
        socket = tls;
        in = new BufferedInputStream(tls.getInputStream());
        out = new BufferedOutputStream(tls.getOutputStream(), 64 * 1024);
    }

    /** Sends a line and waits for nothing: what a server says. */
    void say(String line) throws IOException {
        out.write((line + "\r\n").getBytes(ISO_8859_1));
        out.flush();
    }

    /** The next line: what a server hears. */
    String hear() throws IOException {
        return line();
    }

    /** One message from {@code EHLO} on; the last reply, which is the first that refuses. */
    String send(String from, String recipient, byte[] content) throws IOException {
        String refusal = envelope(from, recipient);
        return refusal.isEmpty() ? data(content) : refusal;
    }

    /** The same without dot-stuffing: what the octets themselves may do to a server. */
    String sendUnstuffed(String from, String recipient, byte[] content) throws IOException {
        String refusal = envelope(from, recipient);
        if (refusal.isEmpty()) refusal = command("DATA");
        if (!refusal.startsWith("354")) return refusal;
        out.write(content);
        finish(content);
        return reply();
    }

    /** A message too large for one array: pieces of whole lines, none of which begins with a dot. */
    String sendPieces(String from, String recipient, Iterable<byte[]> pieces) throws IOException {
        String refusal = envelope(from, recipient);
        if (refusal.isEmpty()) refusal = command("DATA");
        if (!refusal.startsWith("354")) return refusal;
        for (byte[] piece : pieces) out.write(piece);
        return command(".");
    }

    private String envelope(String from, String recipient) throws IOException {
        String[] commands = {
            "EHLO client.sender.example", "MAIL FROM:<" + from + "> BODY=8BITMIME", "RCPT TO:<" + recipient + ">"
        };
        for (String each : commands) {
            String reply = command(each);
            if (!reply.startsWith("250")) return reply;
        }
        return "";
    }

    /** DATA, the content dot-stuffed, the final dot; the last reply. */
    String data(byte[] content) throws IOException {
        String reply = command("DATA");
        if (!reply.startsWith("354")) return reply;
        writeStuffed(content);
        finish(content);
        return reply();
    }

    /** Adds a dot to every line that begins with one; a line begins behind CRLF and nowhere else. */
    private void writeStuffed(byte[] content) throws IOException {
        int written = 0;
        for (int at = 0; at < content.length; at++) {
            boolean lineStart = at == 0 || (at >= 2 && content[at - 1] == '\n' && content[at - 2] == '\r');
            if (!lineStart || content[at] != '.') continue;
            out.write(content, written, at - written);
            out.write('.');
            written = at;
        }
        out.write(content, written, content.length - written);
    }

    private void finish(byte[] content) throws IOException {
        int length = content.length;
        boolean lineEnds = length == 0 || (length >= 2 && content[length - 2] == '\r' && content[length - 1] == '\n');
        out.write((lineEnds ? ".\r\n" : "\r\n.\r\n").getBytes(US_ASCII));
        out.flush();
    }

    private String reply() throws IOException {
        StringBuilder reply = new StringBuilder();
        for (int lines = 0; lines < REPLY_LINES_MAX; lines++) {
            String line = line();
            reply.append(line);
            if (line.length() < 4 || line.charAt(3) != '-') return reply.toString();
            reply.append('\n');
        }
        throw new IOException("endless reply: " + reply);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        int octet;
        while ((octet = in.read()) != '\n') {
            if (octet < 0) throw new EOFException("connection closed behind: " + line);
            if (octet != '\r') line.append((char) octet);
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
