package posthaste.smtp;

import static posthaste.smtp.AddressGrammar.NONE;
import static posthaste.smtp.AddressGrammar.isDigit;

/**
 * Address literals (RFC 5321 §4.1.3): {@code [192.0.2.1]} and {@code [IPv6:2001:db8::1]}. General literals are not
 * taken: no tag beside IPv6 was ever registered.
 */
final class AddressLiteral {
    private static final int IPV4_NUMBERS = 4;
    private static final int IPV4_NUMBER_MAX = 255;
    private static final int IPV6_GROUPS = 8;
    private static final int IPV6_GROUP_DIGITS = 4;
    private static final String TAG = "ipv6:";

    private AddressLiteral() {}

    /** Index behind the literal that begins at {@code from}, its brackets included, or NONE. */
    static int end(byte[] in, int from, int to) {
        int close = close(in, from, to);
        if (close == NONE) return NONE;
        boolean good =
                hasTag(in, from + 1, close) ? isIpv6(in, from + 1 + TAG.length(), close) : isIpv4(in, from + 1, close);
        return good ? close + 1 : NONE;
    }

    /** Whether {@code in[from, to)} is a literal, or one of IPv6 without its tag, which some clients say in EHLO. */
    static boolean isLenient(byte[] in, int from, int to) {
        int close = close(in, from, to);
        return close != NONE && close == to - 1 && (end(in, from, to) == to || isIpv6(in, from + 1, close));
    }

    /** Whether {@code in[from, to)} is an address without brackets; IPv6 has its tag, as XCLIENT wants it. */
    static boolean isBare(byte[] in, int from, int to) {
        return hasTag(in, from, to) ? isIpv6(in, from + TAG.length(), to) : isIpv4(in, from, to);
    }

    /** A bare address without its tag. */
    static String untagged(String bare) {
        return bare.regionMatches(true, 0, TAG, 0, TAG.length()) ? bare.substring(TAG.length()) : bare;
    }

    private static int close(byte[] in, int from, int to) {
        if (from == to || in[from] != '[') return NONE;
        int at = from + 1;
        while (at < to && in[at] != ']') at++;
        return at < to ? at : NONE;
    }

    private static boolean hasTag(byte[] in, int from, int to) {
        if (to - from < TAG.length()) return false;
        for (int i = 0; i < TAG.length(); i++) {
            if (lower(in[from + i]) != TAG.charAt(i)) return false;
        }
        return true;
    }

    private static int lower(byte octet) {
        return octet >= 'A' && octet <= 'Z' ? octet | 0x20 : octet;
    }

    private static boolean isIpv4(byte[] in, int from, int to) {
        int at = from;
        for (int number = 1; number <= IPV4_NUMBERS; number++) {
            int start = at;
            int value = 0;
            while (at < to && isDigit(in[at]) && at - start < 3) value = 10 * value + in[at++] - '0';
            if (at == start || value > IPV4_NUMBER_MAX) return false;
            if (number < IPV4_NUMBERS && (at == to || in[at++] != '.')) return false;
        }
        return at == to;
    }

    /** Eight groups, or fewer around one "::"; the last two may be written as an IPv4 address. */
    private static boolean isIpv6(byte[] in, int from, int to) {
        int groups = 0;
        boolean gap = false;
        int at = from;
        while (at < to) {
            if (startsGap(in, at, to)) {
                if (gap) return false;
                gap = true;
                at += 2;
                continue;
            }
            if (groups > 0 && !(gap && in[at - 1] == ':')) {
                if (in[at] != ':') return false;
                at++;
            }
            int end = endOfGroup(in, at, to);
            if (end < to && in[end] == '.') return isIpv4(in, at, to) && isFull(groups + 2, gap);
            if (end == at || ++groups > IPV6_GROUPS) return false;
            at = end;
        }
        return isFull(groups, gap);
    }

    private static boolean startsGap(byte[] in, int at, int to) {
        return at + 1 < to && in[at] == ':' && in[at + 1] == ':';
    }

    private static boolean isFull(int groups, boolean gap) {
        return gap ? groups < IPV6_GROUPS : groups == IPV6_GROUPS;
    }

    private static int endOfGroup(byte[] in, int from, int to) {
        int at = from;
        while (at < to && at - from < IPV6_GROUP_DIGITS && Character.digit(in[at], 16) >= 0) at++;
        return at;
    }
}
