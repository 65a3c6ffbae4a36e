package posthaste.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One SMTP reply: what our server sends and what our client receives (RFC 5321 §4.2, RFC 3463). Its text holds no CR,
 * LF or NUL, so no caller can smuggle a second reply into the first. Immutable; equal by code, status and lines.
 */
public final class Reply {
    private final int code;
    private final Optional<EnhancedStatus> status;
    private final List<String> lines;
    private final byte[] wire;

    /**
     * @param code 200 to 599
     * @param status the enhanced status that each line begins with on the wire; empty where none belongs (greeting,
     *     HELO, EHLO, 354) or none was received
     * @param lines at least one; the text behind code and status
     */
    public Reply(int code, Optional<EnhancedStatus> status, List<String> lines) {
        if (code < 200 || code > 599) throw new IllegalArgumentException("not a reply code: " + code);
        if (lines.isEmpty()) throw new IllegalArgumentException("a reply has at least one line");
        this.code = code;
        this.status = status;
        this.lines = List.copyOf(lines);
        this.lines.forEach(Reply::requireSingleLine);
        this.wire = wire().getBytes(UTF_8);
    }

    /** A reply of one line with an enhanced status, such as {@code of(550, "5.7.1", "Relaying denied")}. */
    public static Reply of(int code, String status, String text) {
        return new Reply(code, Optional.of(EnhancedStatus.parse(status).orElseThrow()), List.of(text));
    }

    /** A reply of one line without an enhanced status: greeting, HELO, 354. */
    public static Reply plain(int code, String text) {
        return new Reply(code, Optional.empty(), List.of(text));
    }

    public int code() {
        return code;
    }

    public Optional<EnhancedStatus> status() {
        return status;
    }

    public List<String> lines() {
        return lines;
    }

    /** 2yz: the command succeeded. */
    public boolean isPositive() {
        return code < 300;
    }

    /** 4yz: a later try may succeed. */
    public boolean isTransient() {
        return code >= 400 && code < 500;
    }

    /** 5yz. */
    public boolean isPermanent() {
        return code >= 500;
    }

    /**
     * The wire form: a hyphen follows the code on every line but the last. UTF-8 is for clients that asked for it (RFC 6531
     * §3.7.4), so who makes the text sees to that. The caller must not change the array.
     */
    public byte[] encoded() {
        return wire;
    }

    /** The lines joined by blanks behind code and status, for logs and Diagnostic-Code. */
    public String oneLine() {
        StringBuilder text = new StringBuilder().append(code);
        status.ifPresent(present -> text.append(' ').append(present));
        for (String line : lines) text.append(' ').append(line);
        return text.toString();
    }

    private String wire() {
        int last = lines.size() - 1;
        StringBuilder text = new StringBuilder();
        for (String line : lines.subList(0, last)) append(text, '-', line);
        append(text, ' ', lines.get(last));
        return text.toString();
    }

    private void append(StringBuilder text, char separator, String line) {
        text.append(code).append(separator);
        status.ifPresent(present -> text.append(present).append(' '));
        text.append(line).append("\r\n");
    }

    private static void requireSingleLine(String line) {
        boolean single = line.indexOf('\r') < 0 && line.indexOf('\n') < 0 && line.indexOf('\0') < 0;
        if (!single) throw new IllegalArgumentException("line break or NUL in reply text");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Reply that
                && code == that.code
                && status.equals(that.status)
                && lines.equals(that.lines);
    }

    @Override
    public int hashCode() {
        return Objects.hash(code, status, lines);
    }

    @Override
    public String toString() {
        return oneLine();
    }
}
