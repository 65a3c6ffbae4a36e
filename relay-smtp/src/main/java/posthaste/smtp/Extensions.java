package posthaste.smtp;

import static java.time.temporal.ChronoUnit.SECONDS;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.stream.Collectors;

/**
 * What one server offers in its reply to EHLO (RFC 5321 §4.1.1.1).
 *
 * @param offered the extensions named, as far as we know them
 * @param sizeMax largest message in octets the server takes; empty where it names no limit (RFC 1870 §4)
 * @param recipientsMax recipients per transaction, RCPTMAX (RFC 9422 §4.2)
 * @param messagesMax transactions per connection, MAILMAX (RFC 9422 §4.1)
 * @param recipientDomainsMax different recipient domains per transaction, RCPTDOMAINMAX (RFC 9422 §4.3)
 * @param deliverByMin the shortest time in seconds that BY may name with R; empty where any goes (RFC 2852 §3)
 * @param priorityProfile what priorities mean there, in upper case (RFC 6710 §3); empty where it names none
 */
public record Extensions(
        Set<Extension> offered,
        OptionalLong sizeMax,
        OptionalInt recipientsMax,
        OptionalInt messagesMax,
        OptionalInt recipientDomainsMax,
        OptionalLong deliverByMin,
        Optional<String> priorityProfile) {
    /** RFC 6710: what our priorities mean. */
    private static final String PRIORITY_PROFILE = "MIXER";

    private static final String BLANKS = " \t";
    /** RFC 9422 §4: at most six digits. */
    private static final int LIMIT_DIGITS_MAX = 6;
    /** What always fits a long. */
    private static final int SIZE_DIGITS_MAX = 18;

    /** A server that knows HELO only. */
    public static final Extensions NONE = new Extensions(
            Set.of(),
            OptionalLong.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalLong.empty(),
            Optional.empty());

    public Extensions {
        offered = Set.copyOf(offered);
    }

    public boolean offers(Extension extension) {
        return offered.contains(extension);
    }

    /** Reads a positive reply to EHLO. Unknown keywords and bad values are passed over, letter case does not matter. */
    public static Extensions parse(Reply reply) {
        if (!reply.isPositive()) return NONE;
        Map<Extension, StringTokenizer> parameters = new EnumMap<>(Extension.class);
        for (String line : reply.lines().subList(1, reply.lines().size())) {
            StringTokenizer words = new StringTokenizer(line.toUpperCase(Locale.ROOT), BLANKS);
            Optional<Extension> known = words.hasMoreTokens() ? Extension.of(words.nextToken()) : Optional.empty();
            known.ifPresent(extension -> parameters.put(extension, words));
        }
        Map<String, Integer> limits = limits(parameters);
        return new Extensions(
                parameters.keySet(),
                number(first(parameters, Extension.SIZE)),
                limit(limits, "RCPTMAX"),
                limit(limits, "MAILMAX"),
                limit(limits, "RCPTDOMAINMAX"),
                number(first(parameters, Extension.DELIVER_BY)),
                Optional.of(first(parameters, Extension.MT_PRIORITY)).filter(profile -> !profile.isEmpty()));
    }

    /** The first parameter of an extension, or nothing: also where the extension is not offered. */
    private static String first(Map<Extension, StringTokenizer> parameters, Extension extension) {
        StringTokenizer words = parameters.get(extension);
        return words != null && words.hasMoreTokens() ? words.nextToken() : "";
    }

    private static Map<String, Integer> limits(Map<Extension, StringTokenizer> parameters) {
        Map<String, Integer> limits = new HashMap<>();
        StringTokenizer words = parameters.get(Extension.LIMITS);
        while (words != null && words.hasMoreTokens()) readLimit(words.nextToken(), limits);
        return limits;
    }

    /** 0 says that there is no limit (RFC 1870 §4, RFC 2852 §3), and a number beyond a long is none for us. */
    private static OptionalLong number(String value) {
        boolean positive = isNumber(value) && value.length() <= SIZE_DIGITS_MAX && Long.parseLong(value) > 0;
        return positive ? OptionalLong.of(Long.parseLong(value)) : OptionalLong.empty();
    }

    private static void readLimit(String word, Map<String, Integer> limits) {
        int equals = word.indexOf('=');
        if (equals < 0) return;
        String value = word.substring(equals + 1);
        boolean usable = isNumber(value) && value.length() <= LIMIT_DIGITS_MAX && Integer.parseInt(value) > 0;
        if (usable) limits.put(word.substring(0, equals), Integer.parseInt(value));
    }

    private static OptionalInt limit(Map<String, Integer> limits, String name) {
        int value = limits.getOrDefault(name, 0);
        return value > 0 ? OptionalInt.of(value) : OptionalInt.empty();
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** The lines of our own reply to EHLO, behind the first, always in the same order. */
    public static List<String> ours(Offer offer) {
        List<String> lines = new ArrayList<>();
        for (Extension extension : Extension.values()) {
            if (offer.offers(extension)) lines.add(extension.keyword() + parameters(extension, offer));
        }
        return lines;
    }

    private static String parameters(Extension extension, Offer offer) {
        return switch (extension) {
            case SIZE -> " " + offer.sizeMax();
            case DELIVER_BY -> " " + offer.deliverByMin().toSeconds();
            case FUTURE_RELEASE -> " " + hold(offer.futureRelease().orElseThrow());
            case AUTH -> " " + String.join(" ", offer.mechanisms());
            case MT_PRIORITY -> " " + PRIORITY_PROFILE;
            case XCLIENT -> " " + names(ClientAttribute.OF_XCLIENT);
            case XFORWARD -> " " + names(ClientAttribute.OF_XFORWARD);
            case LIMITS -> " RCPTMAX=" + offer.recipientsMax() + mailMax(offer.messagesMax());
            default -> "";
        };
    }

    private static String names(List<ClientAttribute> attributes) {
        return attributes.stream().map(ClientAttribute::name).collect(Collectors.joining(" "));
    }

    private static String hold(Offer.Hold hold) {
        return hold.longest().toSeconds() + " " + hold.latest().truncatedTo(SECONDS);
    }

    private static String mailMax(OptionalInt messagesMax) {
        return messagesMax.isPresent() ? " MAILMAX=" + messagesMax.getAsInt() : "";
    }
}
