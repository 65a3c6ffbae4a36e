package posthaste.delivery.dsn;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** Makes text that others wrote safe for a header field: the one place it passes before it stands in a report. */
final class ForeignText {
    /** Longer values are cut: no field may outgrow a line of 998 octets even where it offers no place to fold. */
    static final int VALUE_MAX = 800;

    private static final int LINE_WIDTH = 76;

    private ForeignText() {}

    /** Printable ASCII with single blanks, everything else a question mark; cut at {@link #VALUE_MAX}. */
    static String ascii(String text) {
        StringBuilder clean = new StringBuilder(Math.min(text.length(), VALUE_MAX));
        char previous = ' ';
        for (int i = 0; i < text.length() && clean.length() < VALUE_MAX; i++) {
            char c = text.charAt(i);
            if (c != ' ' || previous != ' ') clean.append(c >= ' ' && c < 0x7f ? c : '?');
            previous = c;
        }
        return clean.toString().strip();
    }

    static boolean isAscii(String text) {
        return US_ASCII.newEncoder().canEncode(text);
    }

    /**
     * Decodes xtext (RFC 3461 §4) for a field that shows it (RFC 3464 §2.2.1, §2.3.1). What was received was checked
     * at the door; anything undecodable stays as it is.
     */
    static String decodedXtext(String xtext) {
        StringBuilder decoded = new StringBuilder(xtext.length());
        for (int i = 0; i < xtext.length(); i++) {
            int octet = xtext.charAt(i) == '+' ? hexOctet(xtext, i + 1) : -1;
            decoded.append(octet < 0 ? xtext.charAt(i) : (char) octet);
            if (octet >= 0) i += 2;
        }
        return decoded.toString();
    }

    private static int hexOctet(String text, int from) {
        if (from + 2 > text.length()) return -1;
        int high = Character.digit(text.charAt(from), 16);
        int low = Character.digit(text.charAt(from + 1), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    /** {@code name: value}, folded at blanks (RFC 5322 §2.2.3), with its CRLF. */
    static String field(String name, String value) {
        return wrapped(name + ": " + value, " ");
    }

    /** Breaks {@code text} at blanks into lines of some 76 characters, each but the first behind {@code indent}. */
    static String wrapped(String text, String indent) {
        StringBuilder lines = new StringBuilder(text.length() + 16);
        int lineStart = 0;
        int width = LINE_WIDTH;
        while (text.length() - lineStart > width) {
            int blank = breakIn(text, lineStart, width);
            if (blank < 0) break;
            lines.append(text, lineStart, blank).append("\r\n").append(indent);
            lineStart = blank + 1;
            width = LINE_WIDTH - indent.length();
        }
        return lines.append(text, lineStart, text.length()).append("\r\n").toString();
    }

    /** The last blank that keeps the line short, else the first one behind; never one that would leave it empty. */
    private static int breakIn(String text, int lineStart, int width) {
        int blank = text.lastIndexOf(' ', lineStart + width);
        boolean leavesText =
                blank > lineStart && !text.substring(lineStart, blank).isBlank();
        return leavesText ? blank : text.indexOf(' ', lineStart + width);
    }
}
