package posthaste.smtp;

/**
 * The pieces of a path (RFC 5321 §4.1.2), read from octets. Octets above 127 are taken wherever RFC 6531 §3.3 allows a
 * character beyond ASCII; that they are UTF-8 at all is for the caller to see. Each {@code endOf…} returns the index behind the piece that
 * begins at {@code from}, or {@link #NONE} where none does; what follows the piece is the caller's to judge.
 */
final class AddressGrammar {
    static final int NONE = -1;

    /** Octets of a label of a domain name (RFC 1035 §2.3.4). */
    static final int LABEL_MAX = 63;

    private static final byte ATEXT = 1;
    private static final byte LETTER_OR_DIGIT = 2;
    private static final byte DIGIT = 4;
    private static final byte[] KINDS = kinds();

    private AddressGrammar() {}

    private static byte[] kinds() {
        byte[] kinds = new byte[128];
        for (char c = '0'; c <= '9'; c++) kinds[c] = ATEXT | LETTER_OR_DIGIT | DIGIT;
        for (char c = 'a'; c <= 'z'; c++) kinds[c] = ATEXT | LETTER_OR_DIGIT;
        for (char c = 'A'; c <= 'Z'; c++) kinds[c] = ATEXT | LETTER_OR_DIGIT;
        for (char c : "!#$%&'*+-/=?^_`{|}~".toCharArray()) kinds[c] = ATEXT;
        return kinds;
    }

    private static boolean is(byte octet, byte kind) {
        return octet >= 0 && (KINDS[octet] & kind) != 0;
    }

    static boolean isLetterOrDigit(byte octet) {
        return is(octet, LETTER_OR_DIGIT);
    }

    static boolean isDigit(byte octet) {
        return is(octet, DIGIT);
    }

    /** atext (RFC 5322 §3.2.3), with UTF8-non-ascii (RFC 6531 §3.3). */
    static boolean isAtext(byte octet) {
        return octet < 0 || (KINDS[octet] & ATEXT) != 0;
    }

    /** Local-part = Dot-string / Quoted-string. */
    static int endOfLocalPart(byte[] in, int from, int to) {
        if (from < to && in[from] == '"') return endOfQuotedString(in, from, to);
        return endOfDotString(in, from, to);
    }

    /** Dot-string = Atom *("." Atom): no dot first, last or twice. */
    private static int endOfDotString(byte[] in, int from, int to) {
        int at = from;
        while (true) {
            int atom = at;
            while (at < to && isAtext(in[at])) at++;
            if (at == atom) return NONE;
            if (at == to || in[at] != '.') return at;
            at++;
        }
    }

    private static boolean isControl(byte octet) {
        return (octet >= 0 && octet < ' ') || octet == 0x7f;
    }

    /** Quoted-string = DQUOTE *( %d32-126 without quote and backslash / "\" %d32-126 ) DQUOTE. */
    private static int endOfQuotedString(byte[] in, int from, int to) {
        int at = from + 1;
        while (at < to && in[at] != '"') {
            if (in[at] == '\\') at++;
            if (at == to || isControl(in[at])) return NONE;
            at++;
        }
        return at < to ? at + 1 : NONE;
    }

    /**
     * Domain = sub-domain *("." sub-domain). An underscore inside a label is tolerated, because such hosts exist. A last
     * label of digits only is not: that is an address without its brackets. Of a label beyond ASCII only its place is
     * judged here: see {@link InternationalDomain}.
     */
    static int endOfDomain(byte[] in, int from, int to) {
        int at = from;
        while (true) {
            int label = at;
            int end = endOfLabel(in, label, to);
            if (end == NONE) return NONE;
            if (end == to || in[end] != '.') return isNumber(in, label, end) ? NONE : end;
            at = end + 1;
        }
    }

    private static int endOfLabel(byte[] in, int from, int to) {
        int at = from;
        int all = 0;
        while (at < to && (in[at] < 0 || isOfLabel(in[at]))) all |= in[at++];
        if (at == from) return NONE;
        if (all < 0) return at;
        boolean good = at - from <= LABEL_MAX && isLetterOrDigit(in[from]) && isLetterOrDigit(in[at - 1]);
        return good ? at : NONE;
    }

    private static boolean isOfLabel(byte octet) {
        return isLetterOrDigit(octet) || octet == '-' || octet == '_';
    }

    private static boolean isNumber(byte[] in, int from, int to) {
        for (int i = from; i < to; i++) {
            if (!isDigit(in[i])) return false;
        }
        return true;
    }

    /** Domain / address-literal. */
    static int endOfDomainOrLiteral(byte[] in, int from, int to) {
        if (from < to && in[from] == '[') return AddressLiteral.end(in, from, to);
        return endOfDomain(in, from, to);
    }

    /** The name in HELO or EHLO: like a domain, but labels may have any form, since nothing depends on it. */
    static boolean isHelloName(byte[] in, int from, int to) {
        for (int i = from; i < to; i++) {
            if (in[i] == '.' ? i == from || in[i - 1] == '.' : !isOfLabel(in[i])) return false;
        }
        return from < to;
    }
}
