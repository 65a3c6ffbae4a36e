package posthaste.smtp;

import static posthaste.smtp.Octets.CR;
import static posthaste.smtp.Octets.LF;

import java.util.Arrays;

/**
 * Finds command lines in octets as they arrive. Only CRLF ends a line (RFC 5321 §2.3.8), so what one line break hides
 * from us it cannot show to another server as a second command. One instance belongs to one connection and one thread.
 *
 * <pre>
 * int at = from;
 * while (at &lt; to) {
 *     LineFramer.Result result = framer.next(in, at, to);
 *     at = framer.position();
 *     // LINE: framer.line(), framer.offset(), framer.length()
 * }
 * </pre>
 */
public final class LineFramer {
    /** Longest command line by default, octets including CRLF: RFC 5321 §4.5.3.1.4 plus room for every extension. */
    public static final int DEFAULT_LINE_MAX = 2048;

    private static final byte[] NOTHING = {};
    private static final int FIRST_HELD = 256;

    /** What one call found. */
    public enum Result {
        /** The input is used up, the line is not yet complete. */
        INCOMPLETE,
        /** A line: see {@link #line()}, {@link #offset()}, {@link #length()}. */
        LINE,
        /** A line that holds a bare CR or a bare LF, consumed to its CRLF: answer {@link Replies#BARE_LINE_BREAK}. */
        BAD,
        /** A line over the limit, consumed to its CRLF: answer {@link Replies#LINE_TOO_LONG}. */
        TOO_LONG
    }

    private final int lineMax;

    /** The beginning of a line whose end has not arrived; unused once the line is bad or too long. */
    private byte[] held = NOTHING;

    /** Octets of the unfinished line in earlier inputs; stays at lineMax + 1 once it is too long. */
    private int seen;

    private boolean afterCr;
    private boolean bad;

    private int position;
    private byte[] line = NOTHING;
    private int offset;
    private int length;

    /** @param lineMax longest line accepted, octets including CRLF */
    public LineFramer(int lineMax) {
        if (lineMax < 2) throw new IllegalArgumentException("no room for a line: " + lineMax);
        this.lineMax = lineMax;
    }

    /** Consumes octets of {@code in[from, to)} up to the end of one line; {@link #position()} tells how far. */
    public Result next(byte[] in, int from, int to) {
        int at = from;
        if (afterCr && at < to) {
            afterCr = false;
            if (in[at] == LF) return found(in, from, at + 1);
            bad = true;
        }
        while (at < to) {
            byte octet = in[at++];
            if (octet == LF) bad = true;
            if (octet != CR) continue;
            if (at == to) {
                afterCr = true;
            } else if (in[at] == LF) {
                return found(in, from, at + 1);
            } else {
                bad = true;
            }
        }
        hold(in, from, to);
        position = to;
        return Result.INCOMPLETE;
    }

    /** Index in the last input of the first octet that is not consumed: what follows DATA belongs to the decoder. */
    public int position() {
        return position;
    }

    /** The array that holds the line just found: the input itself where the line lay wholly in it. Valid until next. */
    public byte[] line() {
        return line;
    }

    public int offset() {
        return offset;
    }

    /** Octets of the line without its CRLF. */
    public int length() {
        return length;
    }

    /** Whether a line has begun and not ended. */
    public boolean isInsideLine() {
        return seen > 0;
    }

    private Result found(byte[] in, int from, int end) {
        int total = grow(end - from);
        Result result = total > lineMax ? Result.TOO_LONG : bad ? Result.BAD : Result.LINE;
        if (result == Result.LINE) show(in, from, end, total);
        position = end;
        seen = 0;
        bad = false;
        return result;
    }

    private void show(byte[] in, int from, int end, int total) {
        if (seen == 0) {
            line = in;
            offset = from;
        } else {
            copy(in, from, end);
            line = held;
            offset = 0;
        }
        length = total - 2;
    }

    private void hold(byte[] in, int from, int to) {
        int total = grow(to - from);
        if (total <= lineMax && !bad) copy(in, from, to);
        seen = total;
    }

    private void copy(byte[] in, int from, int to) {
        int needed = seen + to - from;
        if (needed > held.length) {
            held = Arrays.copyOf(held, Math.min(lineMax, Math.max(FIRST_HELD, 2 * needed)));
        }
        System.arraycopy(in, from, held, seen, to - from);
    }

    /** The length of the line with {@code more} octets, as far as it matters. */
    private int grow(int more) {
        return (int) Math.min((long) seen + more, lineMax + 1L);
    }
}
