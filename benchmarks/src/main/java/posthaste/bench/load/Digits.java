package posthaste.bench.load;

import java.nio.ByteBuffer;

/** Message ids on the wire: decimal, always of the same width, so that they can be patched into prepared octets. */
final class Digits {
    static final int WIDTH = 12;

    private Digits() {}

    /** Writes {@code id} at the absolute index {@code at}. */
    static void put(ByteBuffer out, int at, long id) {
        long rest = id;
        for (int i = at + WIDTH - 1; i >= at; i--) {
            out.put(i, (byte) ('0' + rest % 10));
            rest /= 10;
        }
    }
}
