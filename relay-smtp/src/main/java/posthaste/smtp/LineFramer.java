package posthaste.smtp;

/**
 * Finds command lines in octets as they arrive. Only CRLF ends a line (RFC 5321 §2.3.8). One instance belongs to one
 * connection and one thread.
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

    /** @param lineMax longest line accepted, octets including CRLF */
    public LineFramer(int lineMax) {
        if (lineMax < 2) throw new IllegalArgumentException("no room for a line: " + lineMax);
    }

    /** Consumes octets of {@code in[from, to)} up to the end of one line; {@link #position()} tells how far. */
    public Result next(byte[] in, int from, int to) {
        return Result.INCOMPLETE;
    }

    /** Index in the last input of the first octet that is not consumed: what follows DATA belongs to the decoder. */
    public int position() {
        return 0;
    }

    /** The array that holds the line just found: the input itself where the line lay wholly in it. Valid until next. */
    public byte[] line() {
        return new byte[0];
    }

    public int offset() {
        return 0;
    }

    /** Octets of the line without its CRLF. */
    public int length() {
        return 0;
    }
}
