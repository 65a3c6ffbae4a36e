package posthaste.delivery;

import java.util.Locale;

/**
 * Which destinations are meant: a domain, or also everything below it (RFC 1985 §5.3).
 *
 * @param domain in lower case
 * @param subdomains whether names below it are meant too
 */
public record DestinationMatch(String domain, boolean subdomains) {
    private static final int DOMAIN_MAX = 255;

    public DestinationMatch {
        if (domain.isEmpty() || domain.length() > DOMAIN_MAX) throw new IllegalArgumentException("domain");
        domain = domain.toLowerCase(Locale.ROOT);
    }

    public static DestinationMatch exactly(String domain) {
        return new DestinationMatch(domain, false);
    }

    /** The domain and all names below it. */
    public static DestinationMatch withSubdomains(String domain) {
        return new DestinationMatch(domain, true);
    }

    boolean matches(String destination) {
        return destination.equals(domain) || isBelow(destination);
    }

    /** Whether it is a name below the domain, and such names are meant. */
    boolean isBelow(String destination) {
        int dot = destination.length() - domain.length() - 1;
        return subdomains && dot > 0 && destination.charAt(dot) == '.' && destination.endsWith(domain);
    }
}
