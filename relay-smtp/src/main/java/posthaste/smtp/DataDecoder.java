package posthaste.smtp;

/**
 * Finds the end of one message in the octets that follow DATA, and undoes dot-stuffing (RFC 5321 §4.1.1.4, §4.5.2).
 * Only CRLF.CRLF ends it. One instance serves one message and one thread.
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

    /**
     * Decodes {@code in[from, to)} up to the end of the message.
     *
     * @return index of the first octet not consumed: {@code to}, or, when {@link #isFinished()}, where the pipelined
     *     commands begin
     */
    public int decode(byte[] in, int from, int to, Sink sink) {
        return to;
    }

    /** Whether the end of the message was seen. */
    public boolean isFinished() {
        return false;
    }

    /** Octets of content so far, dots unstuffed, the CRLF before the final dot included (RFC 1870 §5). */
    public long contentOctets() {
        return 0;
    }

    /** {@code Received} fields in the header so far: the hops behind the message (RFC 5321 §6.3). */
    public int receivedFields() {
        return 0;
    }

    /** A CR that no LF follows was seen: refuse the message with {@link Replies#BARE_LINE_BREAK_IN_MESSAGE}. */
    public boolean hasBareCr() {
        return false;
    }

    /** An LF that no CR precedes was seen: refuse the message with {@link Replies#BARE_LINE_BREAK_IN_MESSAGE}. */
    public boolean hasBareLf() {
        return false;
    }

    /** A NUL was seen: refuse the message with {@link Replies#NUL_IN_MESSAGE}. */
    public boolean hasNul() {
        return false;
    }

    /** The header holds octets above 127 (RFC 6532). */
    public boolean hasEightBitHeader() {
        return false;
    }

    /** The body, behind the first empty line, holds octets above 127 (RFC 6152). */
    public boolean hasEightBitBody() {
        return false;
    }
}
