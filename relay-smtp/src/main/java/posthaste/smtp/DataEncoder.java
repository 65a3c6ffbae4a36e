package posthaste.smtp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static posthaste.smtp.Octets.CR;
import static posthaste.smtp.Octets.LF;

/**
 * The wire form of one message behind a 354: stuffs dots and ends it (RFC 5321 §4.5.2). Content has CRLF line ends and
 * may be split anywhere. A dot behind a bare LF is stuffed too: none should be in the queue, and if one is, no lax
 * server shall take it for the end. One instance serves one message and one thread.
 */
public final class DataEncoder {
    private static final byte[] END = ".\r\n".getBytes(US_ASCII);
    private static final byte[] LINE_END_AND_END = "\r\n.\r\n".getBytes(US_ASCII);

    private byte last = LF;
    private boolean endsInCrlf = true;

    /**
     * The wire form of the next chunk: {@code chunk} itself where no dot needs another, else a new array. Neither is
     * changed afterwards by this class.
     */
    public byte[] encode(byte[] chunk) {
        if (chunk.length == 0) return chunk;
        int first = nextDot(chunk, 0);
        byte[] wire = first == chunk.length ? chunk : stuff(chunk, first);
        remember(chunk);
        return wire;
    }

    /**
     * What ends the message: {@code .CRLF}, with a CRLF before it where the content did not end in one. The caller must
     * not change the array.
     */
    public byte[] finish() {
        return endsInCrlf ? END : LINE_END_AND_END;
    }

    private byte[] stuff(byte[] chunk, int first) {
        int dots = 0;
        for (int dot = first; dot < chunk.length; dot = nextDot(chunk, dot + 1)) dots++;
        byte[] wire = new byte[chunk.length + dots];
        int read = 0;
        int written = 0;
        for (int dot = first; dot < chunk.length; dot = nextDot(chunk, dot + 1)) {
            System.arraycopy(chunk, read, wire, written, dot - read);
            written += dot - read;
            wire[written++] = '.';
            read = dot;
        }
        System.arraycopy(chunk, read, wire, written, chunk.length - read);
        return wire;
    }

    /** Index at or behind {@code from} of the next dot that begins a line, or the length of the chunk. */
    private int nextDot(byte[] chunk, int from) {
        if (from == 0 && last == LF && chunk[0] == '.') return 0;
        int at = from;
        while (at < chunk.length) {
            at = Octets.indexOfLf(chunk, at, chunk.length) + 1;
            if (at < chunk.length && chunk[at] == '.') return at;
        }
        return chunk.length;
    }

    private void remember(byte[] chunk) {
        byte before = chunk.length > 1 ? chunk[chunk.length - 2] : last;
        last = chunk[chunk.length - 1];
        endsInCrlf = before == CR && last == LF;
    }
}
