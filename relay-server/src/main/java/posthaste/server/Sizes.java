package posthaste.server;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as operators write them: {@code "50 MiB"}, or octets as a plain integer. */
final class Sizes {
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,18}) ?(B|KiB|MiB|GiB)");
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB"};
    private static final int BITS_PER_UNIT = 10;

    private Sizes() {}

    /** @throws IllegalArgumentException saying what was expected */
    static long parse(Object value) {
        if (value instanceof Long octets && octets >= 0) return octets;
        Matcher size = SIZE.matcher(value instanceof String text ? text : "");
        if (!size.matches()) throw refusal(value);
        long number = Long.parseLong(size.group(1));
        int bits = bitsOf(size.group(2));
        if (number > Long.MAX_VALUE >> bits) throw refusal(value);
        return number << bits;
    }

    private static IllegalArgumentException refusal(Object value) {
        return new IllegalArgumentException(
                "%s is not a size; write a number of octets or \"64 KiB\", \"50 MiB\", \"1 GiB\""
                        .formatted(Section.shown(value)));
    }

    private static int bitsOf(String unit) {
        int bits = 0;
        for (int i = 0; !UNITS[i].equals(unit); i++) bits += BITS_PER_UNIT;
        return bits;
    }

    /** In the largest unit that divides it. */
    static String format(long octets) {
        int unit = 0;
        long number = octets;
        while (number != 0 && number % (1 << BITS_PER_UNIT) == 0 && unit < UNITS.length - 1) {
            number >>= BITS_PER_UNIT;
            unit++;
        }
        return number + " " + UNITS[unit];
    }
}
