package posthaste.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Domain names in the configuration, and the name of this machine. */
final class HostNames {
    /** RFC 5321 §4.1.2, Domain: letters, digits and inner hyphens; the last label is no number. */
    private static final Pattern DOMAIN = Pattern.compile("(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)*"
            + "(?![0-9]+$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?");

    private static final int DOMAIN_CHARS_MAX = 253;
    private static final String LAST_RESORT = "localhost";
    private static final int LOOKUP_SECONDS_MAX = 3;

    private HostNames() {}

    /** @throws IllegalArgumentException for what is no domain name, saying what was expected */
    static String domain(String text) {
        if (text.length() <= DOMAIN_CHARS_MAX && DOMAIN.matcher(text).matches()) return text;
        throw new IllegalArgumentException(
                "%s is no domain name; write letters, digits and hyphens between dots, such as"
                                .formatted(Section.shown(text))
                        + " \"relay.example.org\" (international names in their xn-- form)");
    }

    /** What a route matches: a domain, {@code *.example.net} or {@code *}; in lower case. */
    static String pattern(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.equals("*")) return lower;
        domain(lower.startsWith("*.") ? lower.substring(2) : lower);
        return lower;
    }

    /**
     * The canonical name of this machine, else its plain host name, else {@code localhost}. Asks the system's name
     * service, which may take as long as {@value #LOOKUP_SECONDS_MAX} seconds.
     */
    static String ofThisMachine() {
        Optional<String> canonical = CompletableFuture.supplyAsync(HostNames::canonical)
                .completeOnTimeout(Optional.empty(), LOOKUP_SECONDS_MAX, TimeUnit.SECONDS)
                .join();
        return canonical.orElse(LAST_RESORT);
    }

    private static Optional<String> canonical() {
        try {
            InetAddress local = InetAddress.getLocalHost();
            Optional<String> name = Optional.of(local.getCanonicalHostName()).filter(HostNames::isDomain);
            return name.or(() -> Optional.of(local.getHostName()).filter(HostNames::isDomain));
        } catch (UnknownHostException unknown) {
            // The message is "NAME: reason", and the name is what we want.
            return Optional.of(String.valueOf(unknown.getMessage()).split(":", 2)[0])
                    .filter(HostNames::isDomain);
        }
    }

    private static boolean isDomain(String text) {
        return text.length() <= DOMAIN_CHARS_MAX && DOMAIN.matcher(text).matches();
    }
}
