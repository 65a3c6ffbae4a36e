package posthaste.smtp;

import static posthaste.smtp.Octets.CR;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads a server's replies out of octets as they arrive (RFC 5321 §4.2). Tolerates what servers do (LF alone, a bare
 * code, text that is not ASCII) and bounds what they may send. One instance belongs to one connection and one thread.
 */
public final class ReplyParser {
    /** Octets of a line that are kept; the rest is dropped. RFC 5321 §4.5.3.1.5 allows 512. */
    public static final int LINE_KEPT = 2048;
    /** Lines of a reply that are kept; the rest is dropped. */
    public static final int LINES_KEPT = 100;
    /** Lines of a reply before it counts as endless. */
    public static final int LINES_MAX = 512;
    /** Octets of a reply before it counts as endless. */
    public static final int OCTETS_MAX = 64 * 1024;

    private static final int CODE_DIGITS = 3;
    private static final int NO_CODE = -1;
    private static final int SHOWN_MAX = 100;
    private static final byte[] NOTHING = {};

    /** What a server said. */
    public sealed interface Result {
        <R> R accept(Handler<R> handler);
    }

    /** A reply, complete; its text holds no control characters. */
    public record Complete(Reply reply) implements Result {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.reply(reply);
        }
    }

    /**
     * Something that is no reply: close the connection and treat it as the host's temporary failure (4.5.0). The parser
     * reads nothing behind it.
     *
     * @param safeText what was wrong, printable, for logs and reports
     */
    public record ProtocolError(String safeText) implements Result {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.protocolError(safeText);
        }
    }

    /** One method per result. */
    public interface Handler<R> {
        R reply(Reply reply);

        R protocolError(String safeText);
    }

    /** The beginning of a line whose end has not arrived, as far as it is kept. */
    private byte[] held = NOTHING;

    private int heldOctets;

    private int code;
    private int lines;
    private int octets;
    private final List<String> texts = new ArrayList<>(1);

    private Optional<Result> failure = Optional.empty();
    private int position;

    /**
     * Consumes octets of {@code in[from, to)} up to the end of one reply; {@link #position()} tells how far. Empty when
     * the input ends first.
     */
    public Optional<Result> next(byte[] in, int from, int to) {
        int at = from;
        while (at < to && failure.isEmpty()) {
            int lf = Octets.indexOfLf(in, at, to);
            octets += lf - at;
            if (octets > OCTETS_MAX) {
                fail("Reply of more than " + OCTETS_MAX + " octets");
            } else if (lf == to) {
                hold(in, at, to);
                at = to;
            } else if (isLast(in, at, lf)) {
                position = lf + 1;
                return Optional.of(new Complete(take()));
            } else {
                at = lf + 1;
            }
        }
        position = to;
        return failure;
    }

    /** Index in the last input of the first octet that is not consumed. */
    public int position() {
        return position;
    }

    /** Whether octets of an unfinished reply are held: a connection that ends now ended in the middle of a reply. */
    public boolean isInsideReply() {
        return lines > 0 || heldOctets > 0;
    }

    private void fail(String safeText) {
        failure = Optional.of(new ProtocolError(safeText));
    }

    private void hold(byte[] in, int from, int to) {
        int kept = Math.min(to - from, LINE_KEPT - heldOctets);
        if (heldOctets + kept > held.length) held = Arrays.copyOf(held, LINE_KEPT);
        System.arraycopy(in, from, held, heldOctets, kept);
        heldOctets += kept;
    }

    /** Adds the line that ends before {@code lf}; most lie wholly in one input and are read where they are. */
    private boolean isLast(byte[] in, int from, int lf) {
        if (heldOctets == 0) return isLastLine(in, from, lf);
        hold(in, from, lf);
        int end = heldOctets;
        heldOctets = 0;
        return isLastLine(held, 0, end);
    }

    private boolean isLastLine(byte[] in, int from, int lf) {
        int end = lf > from && in[lf - 1] == CR ? lf - 1 : lf;
        int lineCode = codeOf(in, from, end);
        if (lineCode == NO_CODE) {
            fail("Not an SMTP reply: " + SafeText.of(in, from, end - from, SHOWN_MAX));
        } else if (lines > 0 && lineCode != code) {
            fail("Reply whose lines differ in code: " + code + " and " + lineCode);
        } else if (++lines > LINES_MAX) {
            fail("Reply of more than " + LINES_MAX + " lines");
        } else {
            code = lineCode;
            if (lines <= LINES_KEPT) texts.add(textOf(in, from, end));
            return end == from + CODE_DIGITS || in[from + CODE_DIGITS] == ' ';
        }
        return false;
    }

    /** The code of a line with a blank, a hyphen or nothing behind it, or NO_CODE. */
    private static int codeOf(byte[] in, int from, int end) {
        if (end - from < CODE_DIGITS || in[from] < '2' || in[from] > '5') return NO_CODE;
        if (end > from + CODE_DIGITS && in[from + CODE_DIGITS] != ' ' && in[from + CODE_DIGITS] != '-') return NO_CODE;
        int lineCode = 0;
        for (int i = from; i < from + CODE_DIGITS; i++) {
            if (in[i] < '0' || in[i] > '9') return NO_CODE;
            lineCode = 10 * lineCode + in[i] - '0';
        }
        return lineCode;
    }

    private static String textOf(byte[] in, int from, int end) {
        int text = Math.min(from + CODE_DIGITS + 1, end);
        return SafeText.of(in, text, end - text, LINE_KEPT);
    }

    private Reply take() {
        Reply reply = reply();
        texts.clear();
        lines = 0;
        octets = 0;
        return reply;
    }

    /** The three digits decide: an enhanced status of another class is only text (RFC 2034 §4). */
    private Reply reply() {
        String first = texts.get(0);
        int statusChars = EnhancedStatus.lengthAtStartOf(first);
        if (statusChars == 0 || first.charAt(0) - '0' != code / 100) return new Reply(code, Optional.empty(), texts);
        String status = first.substring(0, statusChars);
        texts.replaceAll(text -> without(status, text));
        return new Reply(code, Optional.of(EnhancedStatus.read(first)), texts);
    }

    private static String without(String status, String text) {
        boolean present = text.startsWith(status) && EnhancedStatus.lengthAtStartOf(text) == status.length();
        return present ? text.substring(Math.min(status.length() + 1, text.length())) : text;
    }
}
