package posthaste.server.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Where a PROXY header ends, and whether its checksum holds; what it says is read elsewhere. Each method is given all
 * octets that have come so far.
 */
final class ProxyFrame {
    /** Octets of a header of version 2, whose own bound is 64 KiB: what balancers add to the addresses takes a few hundred. */
    static final int SIZE_MAX = 4096;

    /** Octets of a line of version 1, its CRLF included. */
    private static final int LINE_MAX = 107;
    /** The shortest is {@code PROXY UNKNOWN}. */
    private static final int LINE_MIN = 15;

    static final String MALFORMED = "a malformed PROXY header";

    private static final byte[] WORD = "PROXY ".getBytes(US_ASCII);
    private static final byte[] SIGNATURE = {
        '\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n',
    };

    // Of version 2: signature, version and command (1 octet), family (1), length of what follows (2).
    private static final int COMMAND_AT = SIGNATURE.length;
    private static final int FAMILY_AT = COMMAND_AT + 1;
    private static final int LENGTH_AT = FAMILY_AT + 1;
    private static final int FIXED = LENGTH_AT + 2;

    private static final int VERSION_2 = 2;
    private static final int LOCAL = 0;
    private static final int PROXY = 1;

    // A type-length-value: type (1 octet), length of the value (2), value.
    private static final int TLV_FIXED = 3;
    private static final int CRC32C_TYPE = 0x03;

    private ProxyFrame() {}

    /** What shows already that this is no header of ours; empty where it may be one. */
    static Optional<String> problem(byte[] in, int length) {
        boolean binary = begins(in, length, SIGNATURE);
        if (!binary && !begins(in, length, WORD)) return Optional.of("no PROXY header");
        if (!binary) {
            boolean long1 = length >= LINE_MAX && endOfLine(in, LINE_MAX) == 0;
            return long1 ? Optional.of("a PROXY header of more than " + LINE_MAX + " octets") : Optional.empty();
        }
        if (length > COMMAND_AT && !isKnown(in[COMMAND_AT])) return Optional.of("a PROXY header of another version");
        boolean tooLong = length >= FIXED && FIXED + number(in, LENGTH_AT) > SIZE_MAX;
        return tooLong ? Optional.of("a PROXY header of more than " + SIZE_MAX + " octets") : Optional.empty();
    }

    private static boolean begins(byte[] in, int length, byte[] with) {
        for (int i = 0; i < Math.min(length, with.length); i++) {
            if (in[i] != with[i]) return false;
        }
        return true;
    }

    private static boolean isKnown(byte versionAndCommand) {
        int command = versionAndCommand & 0x0f;
        return versionAndCommand >> 4 == VERSION_2 && (command == LOCAL || command == PROXY);
    }

    /** How many octets the header has; 0 as long as not all of them have come. */
    static int end(byte[] in, int length) {
        if (in[0] == WORD[0]) return endOfLine(in, Math.min(length, LINE_MAX));
        if (length < FIXED) return 0;
        int end = FIXED + number(in, LENGTH_AT);
        return end <= length ? end : 0;
    }

    private static int endOfLine(byte[] in, int length) {
        for (int i = 1; i < length; i++) {
            if (in[i] == '\n' && in[i - 1] == '\r') return i + 1;
        }
        return 0;
    }

    /** What is wrong with the values of a whole header, its checksum above all; empty where nothing is. */
    static Optional<String> flaw(byte[] in, int end) {
        if (in[0] == WORD[0]) return end < LINE_MIN ? Optional.of(MALFORMED) : Optional.empty();
        boolean nobody = (in[COMMAND_AT] & 0x0f) == LOCAL || in[FAMILY_AT] == 0;
        int at = FIXED + addressOctets(in[FAMILY_AT]);
        while (at < end) {
            int value = at + TLV_FIXED;
            int behind = value > end ? Integer.MAX_VALUE : value + number(in, at + 1);
            // Who speaks for nobody may put there what it likes: it is passed over.
            if (behind > end) return nobody ? Optional.empty() : Optional.of(MALFORMED);
            boolean wrong = in[at] == CRC32C_TYPE && !isSum(in, value, behind, end);
            if (wrong) return Optional.of("a PROXY header whose checksum differs");
            at = behind;
        }
        return Optional.empty();
    }

    /** IPv4 and IPv6 with ports, and names of Unix sockets. */
    private static int addressOctets(byte familyAndTransport) {
        return switch (familyAndTransport >> 4 & 0x0f) {
            case 1 -> 12;
            case 2 -> 36;
            case 3 -> 216;
            default -> 0;
        };
    }

    /** The sum is that of the header with zeros in its place. */
    private static boolean isSum(byte[] in, int value, int behind, int end) {
        if (behind - value != Integer.BYTES) return false;
        var sum = new CRC32C();
        sum.update(in, 0, value);
        sum.update(new byte[Integer.BYTES]);
        sum.update(in, behind, end - behind);
        long written = (long) number(in, value) << Short.SIZE | number(in, value + 2);
        return sum.getValue() == written;
    }

    private static int number(byte[] in, int at) {
        return (in[at] & 0xff) << Byte.SIZE | (in[at + 1] & 0xff);
    }
}
