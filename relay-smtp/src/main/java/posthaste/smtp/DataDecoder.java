package posthaste.smtp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static posthaste.smtp.Octets.CR;
import static posthaste.smtp.Octets.LF;

/**
 * Finds the end of one message in the octets that follow DATA, and undoes dot-stuffing (RFC 5321 §4.1.1.4, §4.5.2).
 * Only CRLF.CRLF ends it, or .CRLF at once: any laxer reading lets a sender hide a second message from one server and
 * show it to the next. On the way it counts what the acceptance of a message depends on. One instance serves one
 * message and one thread.
 *
 * <pre>
 *   LINE_START --"."--&gt; AFTER_DOT --CR--&gt; AFTER_DOT_CR --LF--&gt; END
 *       |                   |                  | else: the CR was content
 *       v else              v else             v
 *    IN_LINE &lt;--------------+------------------+          the dot itself is never content
 *       | CR
 *       v
 *    AFTER_CR --LF--&gt; LINE_START,  else back to IN_LINE
 * </pre>
 */
public final class DataDecoder {

    /** Takes the content of a message in order. */
    @FunctionalInterface
    public interface Sink {
        /**
         * Takes {@code array[offset, offset + length)}, which is the caller's input or a constant: copy what outlives
         * this call. A caller that no longer wants the message ignores what comes; the end must be found all the same.
         */
        void content(byte[] array, int offset, int length);
    }

    private enum Place {
        LINE_START,
        AFTER_DOT,
        AFTER_DOT_CR,
        IN_LINE,
        AFTER_CR,
        END
    }

    /** All octets below are looked at one by one: NUL, LF, CR, and the few others that nobody sends. */
    private static final int TEXT_MIN = CR + 1;

    private static final byte[] HELD_CR = {CR};
    private static final byte[] RECEIVED = "received".getBytes(US_ASCII);
    private static final int OTHER_NAME = -1;

    private Place place = Place.LINE_START;
    private boolean inHeader = true;
    private boolean lineEmpty = true;

    /** How many octets of "received" the line began with, or OTHER_NAME once that is decided. */
    private int nameOctets;

    private long contentOctets;
    private int receivedFields;
    private boolean bareCr;
    private boolean bareLf;
    private boolean nul;
    private boolean eightBitHeader;
    private boolean eightBitBody;

    /**
     * Decodes {@code in[from, to)} up to the end of the message.
     *
     * @return index of the first octet not consumed: {@code to}, or, when {@link #isFinished()}, where the pipelined
     *     commands begin
     */
    public int decode(byte[] in, int from, int to, Sink sink) {
        int at = from;
        int content = from; // from here on it is content that the sink has not seen
        while (at < to && place != Place.END) {
            switch (place) {
                case LINE_START -> {
                    if (in[at] == '.') {
                        emit(in, content, at, sink);
                        content = ++at;
                        place = Place.AFTER_DOT;
                    } else {
                        beginLine(in[at]);
                    }
                }
                case AFTER_DOT -> {
                    if (in[at] == CR) {
                        content = ++at;
                        place = Place.AFTER_DOT_CR;
                    } else {
                        beginLine(in[at]);
                    }
                }
                case AFTER_DOT_CR -> {
                    if (in[at] == LF) {
                        content = ++at;
                        place = Place.END;
                    } else {
                        emit(HELD_CR, 0, 1, sink);
                        beginLine(CR);
                        goOnAfterBareCr();
                    }
                }
                case IN_LINE -> at = isNameOpen() ? readName(in, at, to) : readLine(in, at, to);
                case AFTER_CR -> {
                    if (in[at] == LF) {
                        at++;
                        endLine();
                    } else {
                        goOnAfterBareCr();
                    }
                }
                case END -> throw new AssertionError("left the loop at the end");
            }
        }
        emit(in, content, at, sink);
        return at;
    }

    /** Whether the end of the message was seen. */
    public boolean isFinished() {
        return place == Place.END;
    }

    /** Octets of content so far, dots unstuffed, the CRLF before the final dot included (RFC 1870 §5). */
    public long contentOctets() {
        return contentOctets;
    }

    /** {@code Received} fields in the header so far: the hops behind the message (RFC 5321 §6.3). */
    public int receivedFields() {
        return receivedFields;
    }

    /** A CR that no LF follows was seen: refuse the message with {@link Replies#BARE_LINE_BREAK_IN_MESSAGE}. */
    public boolean hasBareCr() {
        return bareCr;
    }

    /** An LF that no CR precedes was seen: refuse the message with {@link Replies#BARE_LINE_BREAK_IN_MESSAGE}. */
    public boolean hasBareLf() {
        return bareLf;
    }

    /** A NUL was seen: refuse the message with {@link Replies#NUL_IN_MESSAGE}. */
    public boolean hasNul() {
        return nul;
    }

    /** The header, up to the first empty line, holds octets above 127 (RFC 6532). */
    public boolean hasEightBitHeader() {
        return eightBitHeader;
    }

    /** The body, behind the first empty line, holds octets above 127 (RFC 6152). */
    public boolean hasEightBitBody() {
        return eightBitBody;
    }

    private void emit(byte[] array, int from, int to, Sink sink) {
        if (from == to) return;
        contentOctets += to - from;
        sink.content(array, from, to - from);
    }

    private void beginLine(byte first) {
        lineEmpty = first == CR;
        nameOctets = 0;
        place = Place.IN_LINE;
    }

    private void endLine() {
        if (lineEmpty) inHeader = false;
        place = Place.LINE_START;
    }

    private void goOnAfterBareCr() {
        bareCr = true;
        lineEmpty = false;
        place = Place.IN_LINE;
    }

    private boolean isNameOpen() {
        return inHeader && nameOctets != OTHER_NAME;
    }

    /** Compares the name of a header field with "received", as far as it has arrived (blanks: RFC 5322 §4.5). */
    private int readName(byte[] in, int from, int to) {
        int at = from;
        while (at < to && nameOctets < RECEIVED.length && (in[at] | 0x20) == RECEIVED[nameOctets]) {
            at++;
            nameOctets++;
        }
        if (at == to) return at;
        if (nameOctets == RECEIVED.length && endsName(in[at])) receivedFields++;
        nameOctets = OTHER_NAME;
        return at;
    }

    private static boolean endsName(byte octet) {
        return octet == ':' || octet == ' ' || octet == '\t';
    }

    /** Reads up to behind the next CR. */
    private int readLine(byte[] in, int from, int to) {
        int at = from;
        while (at < to) {
            at = skipText(in, at, to);
            if (at == to) return at;
            byte octet = in[at++];
            if (octet == CR) {
                place = Place.AFTER_CR;
                return at;
            }
            if (octet == LF) bareLf = true;
            if (octet == 0) nul = true;
        }
        return at;
    }

    /** Index of the first octet below TEXT_MIN, or {@code to}; remembers octets above 127 on the way. */
    private int skipText(byte[] in, int from, int to) {
        int at = from;
        long seen = 0;
        for (; at <= to - Octets.WORD; at += Octets.WORD) {
            long word = Octets.word(in, at);
            long stop = Octets.below(word, TEXT_MIN);
            if (stop != 0) {
                int text = Octets.first(stop);
                note(seen | (word & ((1L << (Byte.SIZE * text)) - 1)));
                return at + text;
            }
            seen |= word;
        }
        while (at < to && (in[at] >= TEXT_MIN || in[at] < 0)) seen |= in[at++];
        note(seen);
        return at;
    }

    private void note(long seen) {
        if ((seen & Octets.HIGH) == 0) return;
        if (inHeader) {
            eightBitHeader = true;
        } else {
            eightBitBody = true;
        }
    }
}
