package posthaste.smtp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.OptionalLong;

/** The values of MAIL parameters that speak of time: BY (RFC 2852 §4), HOLDFOR and HOLDUNTIL (RFC 4865 §4). */
final class TimeValues {
    /** Digits of BY and HOLDFOR. */
    private static final int DIGITS_MAX = 9;
    /** {@code 2030-01-01T00:00:00Z}. */
    private static final int DATE_TIME_MIN = 20;
    /** The same with nanoseconds and an offset. */
    private static final int DATE_TIME_MAX = 35;

    private static final int YEAR_DIGITS = 4;
    /** Where the colon in front of the seconds stands: without it Java would take a time without them. */
    private static final int SECOND_COLON = 16;

    private TimeValues() {}

    /** by-time ";" by-mode [by-trace]. */
    static Optional<DeliverBy> deliverBy(ParameterCursor cursor) {
        byte[] in = cursor.in();
        int from = cursor.value();
        boolean signed = from < cursor.end() && (in[from] == '-' || in[from] == '+');
        int digits = signed ? from + 1 : from;
        int semicolon = digits;
        while (semicolon < cursor.end() && in[semicolon] != ';') semicolon++;
        OptionalLong seconds = digits(in, digits, semicolon);
        if (seconds.isEmpty() || semicolon == cursor.end()) return Optional.empty();
        boolean negative = signed && in[from] == '-';
        long by = negative ? -seconds.getAsLong() : seconds.getAsLong();
        return deliverBy(by, new String(in, semicolon + 1, cursor.end() - semicolon - 1, US_ASCII));
    }

    private static Optional<DeliverBy> deliverBy(long seconds, String modeAndTrace) {
        boolean trace = modeAndTrace.length() == 2 && isLetter(modeAndTrace.charAt(1), 'T');
        if (modeAndTrace.length() != (trace ? 2 : 1)) return Optional.empty();
        if (isLetter(modeAndTrace.charAt(0), 'N')) {
            return Optional.of(new DeliverBy(seconds, DeliverBy.Mode.NOTIFY, trace));
        }
        // A message that must be returned at once, or before it came, makes no sense (RFC 2852 §4).
        if (!isLetter(modeAndTrace.charAt(0), 'R') || seconds <= 0) return Optional.empty();
        return Optional.of(new DeliverBy(seconds, DeliverBy.Mode.RETURN, trace));
    }

    private static boolean isLetter(char c, char upper) {
        return c == upper || c == upper + ('a' - 'A');
    }

    /** 1*9DIGIT, not 0. */
    static Optional<FutureRelease> holdFor(ParameterCursor cursor) {
        OptionalLong seconds = digits(cursor.in(), cursor.value(), cursor.end());
        if (seconds.isEmpty() || seconds.getAsLong() == 0) return Optional.empty();
        return Optional.of(new FutureRelease.For(seconds.getAsLong()));
    }

    /** date-time of RFC 3339 §5.6. */
    static Optional<FutureRelease> holdUntil(ParameterCursor cursor) {
        int octets = cursor.valueOctets();
        if (octets < DATE_TIME_MIN || octets > DATE_TIME_MAX) return Optional.empty();
        byte[] in = cursor.in();
        int from = cursor.value();
        boolean shaped = digits(in, from, from + YEAR_DIGITS).isPresent() && in[from + SECOND_COLON] == ':';
        if (!shaped) return Optional.empty();
        String text = cursor.valueText();
        try {
            return Optional.of(
                    new FutureRelease.Until(OffsetDateTime.parse(text).toInstant(), text));
        } catch (DateTimeException noDate) {
            return Optional.empty();
        }
    }

    private static OptionalLong digits(byte[] in, int from, int to) {
        if (to == from || to - from > DIGITS_MAX) return OptionalLong.empty();
        long number = 0;
        for (int i = from; i < to; i++) {
            if (!AddressGrammar.isDigit(in[i])) return OptionalLong.empty();
            number = 10 * number + in[i] - '0';
        }
        return OptionalLong.of(number);
    }
}
