package posthaste.smtp;

/**
 * Tells whether octets are UTF-8 (RFC 3629 §4: no overlong forms, no surrogates, nothing above U+10FFFF), in pieces of
 * any length. One instance serves one text and one thread.
 */
final class Utf8Check {
    private static final int CONTINUATION_MIN = 0x80;
    private static final int CONTINUATION_MAX = 0xbf;
    /** Behind 0xC2, these are the control characters U+0080 to U+009F. */
    private static final int C1_MAX = 0x9f;

    /** Continuation octets still to come. */
    private int missing;
    /** What the next of them may be: the first one excludes overlong forms, surrogates and what is too large. */
    private int nextMin = CONTINUATION_MIN;

    private int nextMax = CONTINUATION_MAX;

    private boolean valid = true;
    private boolean control;
    private boolean afterC2;

    /** Whether {@code in[from, to)} is UTF-8 without the control characters U+0080 to U+009F; ASCII is not looked at. */
    static boolean isText(byte[] in, int from, int to) {
        Utf8Check check = new Utf8Check();
        check.read(in, from, to);
        return check.isComplete() && !check.control;
    }

    /** Goes on with the next octets. */
    void read(byte[] in, int from, int to) {
        for (int i = from; i < to; i++) take(in[i] & 0xff);
    }

    /** Whether all octets so far are UTF-8 and the last character is whole. */
    boolean isComplete() {
        return valid && missing == 0;
    }

    private void take(int octet) {
        if (missing > 0) {
            goOn(octet);
        } else if (octet >= CONTINUATION_MIN) {
            begin(octet);
        }
    }

    private void goOn(int octet) {
        if (octet < nextMin || octet > nextMax) {
            valid = false;
            missing = 0;
            return;
        }
        if (afterC2 && octet <= C1_MAX) control = true;
        afterC2 = false;
        nextMin = CONTINUATION_MIN;
        nextMax = CONTINUATION_MAX;
        missing--;
    }

    private void begin(int octet) {
        missing = octet >= 0xf0 ? 3 : octet >= 0xe0 ? 2 : 1;
        if (octet < 0xc2 || octet > 0xf4) {
            valid = false;
            missing = 0;
        }
        afterC2 = octet == 0xc2;
        nextMin = octet == 0xe0 ? 0xa0 : octet == 0xf0 ? 0x90 : CONTINUATION_MIN;
        nextMax = octet == 0xed ? 0x9f : octet == 0xf4 ? 0x8f : CONTINUATION_MAX;
    }
}
