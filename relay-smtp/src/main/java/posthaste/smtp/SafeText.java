package posthaste.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;

/**
 * Makes text that a peer chose harmless for logs, replies and reports: one line, no control characters, bounded. What
 * cannot be shown is written as {@code \xNN} (an octet) or <code>&#92;uNNNN</code> (a character).
 */
public final class SafeText {
    private static final String CUT = "...";
    private static final String HEX = "0123456789abcdef";

    private SafeText() {}

    /**
     * {@code octets[offset, offset + length)}, read as UTF-8, as one printable line of at most {@code charsMax}
     * characters.
     */
    public static String of(byte[] octets, int offset, int length, int charsMax) {
        if (isPrintableAscii(octets, offset, length)) {
            return cut(new String(octets, offset, Math.min(length, charsMax + 1), ISO_8859_1), charsMax);
        }
        // A character takes at most four octets: what lies behind would be cut anyway.
        int read = (int) Math.min(length, 4L * (charsMax + 1));
        return cut(decode(ByteBuffer.wrap(octets, offset, read)), charsMax);
    }

    /** {@code text} as one printable line of at most {@code charsMax} characters. */
    public static String of(String text, int charsMax) {
        String start = text.length() > charsMax + 1 ? text.substring(0, charsMax + 1) : text;
        if (start.chars().allMatch(SafeText::isPlain)) return cut(start, charsMax);
        StringBuilder safe = new StringBuilder();
        appendEscaped(safe, start);
        return cut(safe.toString(), charsMax);
    }

    private static boolean isPrintableAscii(byte[] octets, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (octets[i] < ' ' || octets[i] == 0x7f) return false;
        }
        return true;
    }

    private static String decode(ByteBuffer octets) {
        StringBuilder safe = new StringBuilder();
        CharsetDecoder decoder = UTF_8.newDecoder();
        CharBuffer decoded = CharBuffer.allocate(octets.remaining());
        while (true) {
            CoderResult result = decoder.decode(octets, decoded, true);
            appendEscaped(safe, decoded.flip());
            decoded.clear();
            if (!result.isError()) return safe.toString();
            for (int i = 0; i < result.length(); i++) appendHex(safe.append("\\x"), octets.get(), 2);
        }
    }

    private static void appendEscaped(StringBuilder safe, CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isShown(text, i)) {
                safe.append(c);
            } else if (c < 0x80) {
                appendHex(safe.append("\\x"), c, 2);
            } else {
                appendHex(safe.append("\\u"), c, 4);
            }
        }
    }

    /** Half a surrogate pair, C1 controls, line separators and marks that reorder a line are not. */
    private static boolean isShown(CharSequence text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1));
        }
        if (Character.isLowSurrogate(c)) return i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
        return isPlain(c);
    }

    private static boolean isPlain(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> true;
        };
    }

    private static void appendHex(StringBuilder safe, int value, int digits) {
        for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) safe.append(HEX.charAt((value >> shift) & 0xf));
    }

    private static String cut(String text, int charsMax) {
        if (text.length() <= charsMax) return text;
        int kept = Math.max(0, charsMax - CUT.length());
        if (kept > 0 && Character.isHighSurrogate(text.charAt(kept - 1))) kept--;
        return text.substring(0, kept) + CUT.substring(0, Math.min(CUT.length(), charsMax));
    }
}
