package posthaste.bench.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;

/**
 * Reads the codes of replies as they arrive, split anywhere. Trusts its peer to speak SMTP, which a measured relay does,
 * and is as cheap as that allows. One instance belongs to one connection and one thread.
 */
final class ReplyScanner {
    /** {@link #next} found no complete reply. */
    static final int INCOMPLETE = -1;

    private static final int TEXT_KEPT = 160;
    private static final int CODE_DIGITS = 3;

    private final byte[] text = new byte[TEXT_KEPT];
    private int length;
    private int shown;

    /** Consumes octets of {@code in} up to the end of one reply and returns its code, or INCOMPLETE. */
    int next(ByteBuffer in) {
        while (in.hasRemaining()) {
            byte octet = in.get();
            if (octet != '\n') {
                if (length < TEXT_KEPT) text[length] = octet;
                length++;
                continue;
            }
            boolean last = length <= CODE_DIGITS || text[CODE_DIGITS] != '-';
            int kept = length;
            length = 0;
            if (last) return code(kept);
        }
        return INCOMPLETE;
    }

    private int code(int kept) {
        shown = Math.min(kept, TEXT_KEPT);
        if (kept < CODE_DIGITS) return 0;
        return (text[0] - '0') * 100 + (text[1] - '0') * 10 + text[2] - '0';
    }

    /** The last line of the reply just found. */
    String text() {
        return new String(text, 0, shown, ISO_8859_1).trim();
    }
}
