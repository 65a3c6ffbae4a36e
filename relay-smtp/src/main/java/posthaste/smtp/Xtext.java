package posthaste.smtp;

import java.util.Arrays;
import java.util.Optional;

/**
 * xtext (RFC 3461 §4): printable ASCII in which {@code +} begins the two upper-case hexadecimal digits of an octet;
 * {@code +} and {@code =} themselves stand only in that form.
 */
final class Xtext {
    private static final char ESCAPE = '+';

    private Xtext() {}

    /** What {@code in[from, to)} stands for; empty where it is no xtext. */
    static Optional<byte[]> decode(byte[] in, int from, int to) {
        byte[] plain = new byte[to - from];
        int length = 0;
        for (int at = from; at < to; at++) {
            byte octet = in[at];
            if (octet <= ' ' || octet == 0x7f || octet == '=') return Optional.empty();
            if (octet == ESCAPE) {
                int value = to - at > 2 ? 16 * digit(in[at + 1]) + digit(in[at + 2]) : -1;
                if (value < 0) return Optional.empty();
                octet = (byte) value;
                at += 2;
            }
            plain[length++] = octet;
        }
        return Optional.of(Arrays.copyOf(plain, length));
    }

    /** Whether it is xtext of printable ASCII and blanks only: what a report can repeat in its own header. */
    static boolean isPrintable(byte[] in, int from, int to) {
        Optional<byte[]> plain = decode(in, from, to);
        if (plain.isEmpty()) return false;
        for (byte octet : plain.get()) {
            if (octet < ' ' || octet == 0x7f) return false;
        }
        return true;
    }

    /** A hexadecimal digit in upper case; far below zero for anything else. */
    static int digit(byte octet) {
        if (octet >= '0' && octet <= '9') return octet - '0';
        return octet >= 'A' && octet <= 'F' ? octet - 'A' + 10 : -1000;
    }
}
