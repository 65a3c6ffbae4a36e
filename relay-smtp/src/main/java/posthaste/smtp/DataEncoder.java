package posthaste.smtp;

/**
 * The wire form of one message behind a 354: stuffs dots and ends it (RFC 5321 §4.5.2). Content has CRLF line ends and
 * may be split anywhere. One instance serves one message and one thread.
 */
public final class DataEncoder {

    /** The wire form of the next chunk: {@code chunk} itself where no dot needs another, else a new array. */
    public byte[] encode(byte[] chunk) {
        return chunk;
    }

    /** What ends the message: {@code .CRLF}, with a CRLF before it where the content did not end in one. */
    public byte[] finish() {
        return new byte[0];
    }
}
