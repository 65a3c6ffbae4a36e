package posthaste.smtp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Eight octets at a time: what the scans of message content have in common. A word holds octet {@code at} in its lowest
 * eight bits, so the first octet that matches is the lowest bit set in a mask.
 */
final class Octets {
    static final byte CR = '\r';
    static final byte LF = '\n';

    /** Octets per word. */
    static final int WORD = Long.BYTES;

    /** The highest bit of each octet of a word. */
    static final long HIGH = 0x8080808080808080L;

    private static final long ONES = 0x0101010101010101L;
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Octets() {}

    static long word(byte[] in, int at) {
        return (long) WORDS.get(in, at);
    }

    /**
     * A mask that is 0 where no octet of {@code word} is below {@code bound} (1 to 128); otherwise its lowest bit lies
     * in the first octet that is. Bits above that one mean nothing: the subtraction borrows.
     */
    static long below(long word, int bound) {
        return (word - ONES * bound) & ~word & HIGH;
    }

    /** Which octet the lowest bit of a mask lies in. */
    static int first(long mask) {
        return Long.numberOfTrailingZeros(mask) >>> 3;
    }

    /** Index of the first LF of {@code in[from, to)}, or {@code to}. */
    static int indexOfLf(byte[] in, int from, int to) {
        int at = from;
        for (; at <= to - WORD; at += WORD) {
            long mask = below(word(in, at) ^ (ONES * LF), 1);
            if (mask != 0) return at + first(mask);
        }
        while (at < to && in[at] != LF) at++;
        return at;
    }
}
