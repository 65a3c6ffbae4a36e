package posthaste.smtp;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.StringTokenizer;

/**
 * What one server offers in its reply to EHLO (RFC 5321 §4.1.1.1).
 *
 * @param offered the extensions named, as far as we know them
 * @param sizeMax largest message in octets the server takes; empty where it names no limit (RFC 1870 §4)
 * @param recipientsMax recipients per transaction, RCPTMAX (RFC 9422 §4.2)
 * @param messagesMax transactions per connection, MAILMAX (RFC 9422 §4.1)
 * @param deliverByMin the shortest time in seconds in which the server delivers; empty where it names none (RFC 2852 §2)
 */
public record Extensions(
        Set<Extension> offered,
        OptionalLong sizeMax,
        OptionalInt recipientsMax,
        OptionalInt messagesMax,
        OptionalLong deliverByMin) {
    private static final String BLANKS = " \t";
    /** RFC 9422 §4: at most six digits. */
    private static final int LIMIT_DIGITS_MAX = 6;
    /** What always fits a long. */
    private static final int SIZE_DIGITS_MAX = 18;

    /** A server that knows HELO only. */
    public static final Extensions NONE = new Extensions(
            Set.of(), OptionalLong.empty(), OptionalInt.empty(), OptionalInt.empty(), OptionalLong.empty());

    public Extensions {
        offered = Set.copyOf(offered);
    }

    public boolean offers(Extension extension) {
        return offered.contains(extension);
    }

    /** Reads a positive reply to EHLO. Unknown keywords and bad values are passed over, letter case does not matter. */
    public static Extensions parse(Reply reply) {
        if (!reply.isPositive()) return NONE;
        Set<Extension> offered = EnumSet.noneOf(Extension.class);
        OptionalLong sizeMax = OptionalLong.empty();
        OptionalLong deliverByMin = OptionalLong.empty();
        Map<String, Integer> limits = new HashMap<>();
        for (String line : reply.lines().subList(1, reply.lines().size())) {
            StringTokenizer words = new StringTokenizer(line.toUpperCase(Locale.ROOT), BLANKS);
            Optional<Extension> known = words.hasMoreTokens() ? Extension.of(words.nextToken()) : Optional.empty();
            if (known.isEmpty()) continue;
            offered.add(known.get());
            if (known.get() == Extension.SIZE && words.hasMoreTokens()) sizeMax = positive(words.nextToken());
            if (known.get() == Extension.DELIVER_BY && words.hasMoreTokens())
                deliverByMin = positive(words.nextToken());
            if (known.get() == Extension.LIMITS) readLimits(words, limits);
        }
        return new Extensions(offered, sizeMax, limit(limits, "RCPTMAX"), limit(limits, "MAILMAX"), deliverByMin);
    }

    /** 0 says that there is no fixed limit (RFC 1870 §4, RFC 2852 §2), and a number beyond a long is none for us. */
    private static OptionalLong positive(String value) {
        boolean positive = isNumber(value) && value.length() <= SIZE_DIGITS_MAX && Long.parseLong(value) > 0;
        return positive ? OptionalLong.of(Long.parseLong(value)) : OptionalLong.empty();
    }

    private static void readLimits(StringTokenizer words, Map<String, Integer> limits) {
        while (words.hasMoreTokens()) {
            String word = words.nextToken();
            int equals = word.indexOf('=');
            if (equals < 0) continue;
            String value = word.substring(equals + 1);
            boolean usable = isNumber(value) && value.length() <= LIMIT_DIGITS_MAX && Integer.parseInt(value) > 0;
            if (usable) limits.put(word.substring(0, equals), Integer.parseInt(value));
        }
    }

    private static OptionalInt limit(Map<String, Integer> limits, String name) {
        int value = limits.getOrDefault(name, 0);
        return value > 0 ? OptionalInt.of(value) : OptionalInt.empty();
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /**
     * The lines of our own reply to EHLO, behind the first.
     *
     * @param sizeMax octets of the largest message we take
     */
    public static List<String> ours(long sizeMax) {
        return List.of(
                Extension.SIZE.keyword() + " " + sizeMax,
                Extension.EIGHT_BIT_MIME.keyword(),
                Extension.PIPELINING.keyword(),
                Extension.ENHANCED_STATUS_CODES.keyword(),
                Extension.VRFY.keyword(),
                Extension.HELP.keyword());
    }
}
