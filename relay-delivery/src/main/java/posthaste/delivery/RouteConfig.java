package posthaste.delivery;

import java.util.List;
import posthaste.delivery.route.TlsPolicy;

/**
 * One {@code [[route]]}: a fixed next hop for some destinations.
 *
 * @param match domains: {@code example.net} (exact), {@code *.example.net} (its subdomains), {@code *} (every one);
 *     lower case
 * @param nextHops tried in order, address records only; at least one
 * @param tls towards them
 */
public record RouteConfig(List<String> match, List<HostPort> nextHops, TlsPolicy tls) {
    /** With TLS as it comes. */
    public RouteConfig(List<String> match, List<HostPort> nextHops) {
        this(match, nextHops, TlsPolicy.OPPORTUNISTIC);
    }

    public RouteConfig {
        match = List.copyOf(match);
        nextHops = List.copyOf(nextHops);
        if (match.isEmpty()) throw new IllegalArgumentException("match names no domain");
        if (nextHops.isEmpty()) throw new IllegalArgumentException("next-hop names no host");
    }

    /**
     * @param host a name or an IP address without brackets
     * @param port 1 to 65,535
     */
    public record HostPort(String host, int port) {
        public HostPort {
            if (port < 1 || port > 65_535) throw new IllegalArgumentException("not a port: " + port);
        }
    }
}
