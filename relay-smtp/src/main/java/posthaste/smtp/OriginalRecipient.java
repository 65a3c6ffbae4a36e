package posthaste.smtp;

/**
 * The grammar of ORCPT, {@code addr-type ";" address} (RFC 3461 §4.2). The address is xtext; of the type {@code utf-8} it
 * is the form of RFC 6533 §3, in which <code>&#92;x{C9}</code> is a character. Neither may stand for a control character:
 * reports repeat the address in their header.
 */
final class OriginalRecipient {
    /** Octets of the value (RFC 3461 §4.2). */
    static final int OCTETS_MAX = 500;

    private static final String UTF_8_TYPE = "UTF-8";
    private static final int HEX_DIGITS_MIN = 2;
    private static final int HEX_DIGITS_MAX = 6;

    private OriginalRecipient() {}

    static boolean isValid(byte[] in, int from, int to) {
        if (to - from > OCTETS_MAX) return false;
        int semicolon = from;
        while (semicolon < to && in[semicolon] != ';') semicolon++;
        if (to - semicolon < 2 || !isType(in, from, semicolon)) return false;
        return CommandParser.equalsIgnoringCase(in, from, semicolon, UTF_8_TYPE)
                ? isUnicodeAddress(in, semicolon + 1, to)
                : Xtext.isPrintable(in, semicolon + 1, to);
    }

    /** addr-type = atom. */
    private static boolean isType(byte[] in, int from, int to) {
        for (int i = from; i < to; i++) {
            if (in[i] < 0 || !AddressGrammar.isAtext(in[i])) return false;
        }
        return from < to;
    }

    /** utf-8-addr-xtext / utf-8-addr-unitext = 1*(QUCHAR / EmbeddedUnicodeChar); octets above 127 are UTF-8 here. */
    private static boolean isUnicodeAddress(byte[] in, int from, int to) {
        int at = from;
        while (at < to) {
            byte octet = in[at];
            if (octet == '\\') {
                int close = endOfEmbedded(in, at, to);
                if (close == AddressGrammar.NONE) return false;
                at = close;
            } else if ((octet >= 0 && octet <= ' ') || octet == '+' || octet == '=' || octet == 0x7f) {
                return false;
            }
            at++;
        }
        return true;
    }

    /** Index of the brace that closes {@code \x{HEX}}, or NONE. */
    private static int endOfEmbedded(byte[] in, int from, int to) {
        int digits = from + "\\x{".length();
        if (to <= digits || (in[from + 1] | 0x20) != 'x' || in[from + 2] != '{') return AddressGrammar.NONE;
        int at = digits;
        int codePoint = 0;
        while (at < to && at - digits <= HEX_DIGITS_MAX && in[at] != '}') {
            int digit = Xtext.digit(in[at++]);
            if (digit < 0) return AddressGrammar.NONE;
            codePoint = 16 * codePoint + digit;
        }
        int count = at - digits;
        boolean good = at < to && in[at] == '}' && count >= HEX_DIGITS_MIN && count <= HEX_DIGITS_MAX;
        return good && isCharacter(codePoint) ? at : AddressGrammar.NONE;
    }

    private static boolean isCharacter(int codePoint) {
        boolean surrogate = codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
        return codePoint <= Character.MAX_CODE_POINT && !surrogate && !Character.isISOControl(codePoint);
    }
}
