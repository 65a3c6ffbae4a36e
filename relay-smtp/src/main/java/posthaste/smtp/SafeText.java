package posthaste.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** Makes text that a peer chose harmless for logs, replies and reports. */
public final class SafeText {
    private SafeText() {}

    /** {@code octets[offset, offset + length)} as one printable line of at most {@code charsMax} characters. */
    public static String of(byte[] octets, int offset, int length, int charsMax) {
        return of(new String(octets, offset, length, ISO_8859_1), charsMax);
    }

    /** {@code text} as one printable line of at most {@code charsMax} characters. */
    public static String of(String text, int charsMax) {
        return text.length() <= charsMax ? text : text.substring(0, charsMax);
    }
}
