package posthaste.delivery.route;

import posthaste.smtp.Reply;
import posthaste.smtp.SafeText;

/**
 * What senders and operators read when a destination has no host. Names come from clients and from the name system:
 * what cannot be shown is escaped, and what is too long is cut.
 */
final class Refusals {
    private static final int TEXT_MAX_CHARS = 300;

    private Refusals() {}

    static Resolution noSuchDomain(String domain) {
        return refused(550, "5.1.2", "Domain " + domain + " does not exist");
    }

    static Resolution notALiteral(String literal) {
        return refused(550, "5.1.2", literal + " is not an address literal");
    }

    static Resolution acceptsNoMail(String domain) {
        return refused(556, "5.1.10", "Domain " + domain + " accepts no mail (null MX)");
    }

    static Resolution loops(String domain) {
        return refused(554, "5.4.6", "Mail for " + domain + " loops back to myself");
    }

    static Resolution noAddress(String domain) {
        return refused(550, "5.4.4", "No mail host of " + domain + " has an address");
    }

    static Resolution refusedNetwork(String domain, NextHop example) {
        return refused(
                550,
                "5.4.4",
                "No mail host of " + domain + " has an address that may be connected to; " + example
                        + " is in refuse-networks");
    }

    static Resolution lookupFailed(String domain, String host, String reason) {
        return unavailable("4.4.3", "Cannot look up " + host + " for " + domain + ": " + reason);
    }

    static Resolution tooManyHosts(String domain, int tried, int hosts) {
        return unavailable(
                "4.4.4",
                "None of the first " + tried + " of " + hosts + " mail hosts of " + domain + " has an address");
    }

    static Resolution routeWithoutAddress(String domain, String hops) {
        return unavailable("4.4.4", "No next hop of the route for " + domain + " has an address: " + hops);
    }

    static Resolution routeLoops(String domain, String hops) {
        return unavailable("4.4.6", "The route for " + domain + " leads back to myself: " + hops);
    }

    private static Resolution refused(int code, String status, String text) {
        return new Resolution.Refused(Reply.of(code, status, SafeText.of(text, TEXT_MAX_CHARS)));
    }

    private static Resolution unavailable(String status, String text) {
        return new Resolution.Unavailable(Reply.of(451, status, SafeText.of(text, TEXT_MAX_CHARS)));
    }
}
