package posthaste.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Goes through what stands behind a path (RFC 5321 §4.1.2): {@code keyword[=value]}, separated by blanks. One instance
 * belongs to one thread.
 */
final class ParameterCursor {
    private byte[] in = {};
    private int to;
    private int keyword;
    private int keywordEnd;
    private int value;
    private int end;

    /** {@code to} lies behind the last octet that is no blank. */
    void begin(byte[] line, int from, int to) {
        in = line;
        end = from;
        this.to = to;
    }

    /** Goes to the next parameter; false where none is left. */
    boolean next() {
        int at = end;
        while (at < to && CommandParser.isBlank(in[at])) at++;
        keyword = at;
        while (at < to && in[at] != '=' && !CommandParser.isBlank(in[at])) at++;
        keywordEnd = at;
        while (at < to && !CommandParser.isBlank(in[at])) at++;
        end = at;
        value = Math.min(keywordEnd + 1, end);
        return keyword < to;
    }

    /**
     * esmtp-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-"); esmtp-value = 1*(%d33-60 / %d62-126 / UTF8-non-ascii) (RFC
     * 6531 §3.3).
     */
    boolean isWellFormed() {
        if (keyword == keywordEnd || in[keyword] == '-') return false;
        for (int i = keyword; i < keywordEnd; i++) {
            if (!AddressGrammar.isLetterOrDigit(in[i]) && in[i] != '-') return false;
        }
        for (int i = value; i < end; i++) {
            if ((in[i] >= 0 && in[i] <= ' ') || in[i] == '=') return false;
        }
        return keywordEnd == end || value < end;
    }

    boolean isKeyword(String upper) {
        return CommandParser.equalsIgnoringCase(in, keyword, keywordEnd, upper);
    }

    boolean isValue(String upper) {
        return CommandParser.equalsIgnoringCase(in, value, end, upper);
    }

    boolean hasValue() {
        return value < end;
    }

    byte[] in() {
        return in;
    }

    /** Where the value begins, or {@link #end()} where there is none. */
    int value() {
        return value;
    }

    int end() {
        return end;
    }

    int valueOctets() {
        return end - value;
    }

    String valueText() {
        return new String(in, value, end - value, UTF_8);
    }
}
