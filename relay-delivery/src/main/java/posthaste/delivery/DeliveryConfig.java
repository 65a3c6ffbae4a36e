package posthaste.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The {@code [delivery]} section with what stands beside it, valid by construction.
 *
 * @param hostname our name in EHLO and in reports
 * @param port of hosts found by MX, 1 to 65,535
 * @param sourceAddresses local addresses to send from; empty = the system chooses
 * @param refuseNetworks CIDR blocks never connected to when found by MX, such as {@code 127.0.0.0/8}
 * @param connectionsPerSite ceiling of a site's connections
 * @param messagesPerConnection transactions on one connection at most
 * @param timeouts how long each step may take
 * @param retry when to try again
 * @param bounce what becomes of failures
 * @param dns how names are resolved
 * @param routes fixed next hops, first match wins
 */
public record DeliveryConfig(
        String hostname,
        int port,
        List<String> sourceAddresses,
        List<String> refuseNetworks,
        int connectionsPerSite,
        int messagesPerConnection,
        Timeouts timeouts,
        RetryConfig retry,
        BounceConfig bounce,
        DnsConfig dns,
        List<RouteConfig> routes) {
    public static final List<String> DEFAULT_REFUSE_NETWORKS =
            List.of("127.0.0.0/8", "::1/128", "0.0.0.0/8", "169.254.0.0/16", "fe80::/10");

    public DeliveryConfig {
        sourceAddresses = List.copyOf(sourceAddresses);
        refuseNetworks = List.copyOf(refuseNetworks);
        routes = List.copyOf(routes);
        var problems = new ArrayList<String>();
        if (port < 1 || port > 65_535) problems.add("port must be 1 to 65535");
        if (connectionsPerSite < 1 || connectionsPerSite > 10_000) {
            problems.add("connections-per-site must be 1 to 10000");
        }
        if (messagesPerConnection < 1) problems.add("messages-per-connection must be at least 1");
        if (!problems.isEmpty()) throw new IllegalArgumentException(String.join("; ", problems));
    }

    /** Everything at its default. */
    public static DeliveryConfig defaults(String hostname) {
        return new DeliveryConfig(
                hostname,
                25,
                List.of(),
                DEFAULT_REFUSE_NETWORKS,
                20,
                100,
                Timeouts.DEFAULT,
                RetryConfig.DEFAULT,
                BounceConfig.DEFAULT,
                DnsConfig.DEFAULT,
                List.of());
    }

    /**
     * The {@code [delivery.timeouts]} section (RFC 5321 §4.5.3.2).
     *
     * @param connect TCP connection
     * @param greeting the 220
     * @param command reply to EHLO, MAIL, RCPT, RSET
     * @param dataReply reply to DATA
     * @param data each block written
     * @param finalDot reply to the final dot
     * @param tlsHandshake a TLS handshake
     */
    public record Timeouts(
            Duration connect,
            Duration greeting,
            Duration command,
            Duration dataReply,
            Duration data,
            Duration finalDot,
            Duration tlsHandshake) {
        public static final Timeouts DEFAULT = new Timeouts(
                Duration.ofSeconds(30),
                Duration.ofMinutes(5),
                Duration.ofMinutes(5),
                Duration.ofMinutes(2),
                Duration.ofMinutes(3),
                Duration.ofMinutes(10),
                Duration.ofSeconds(60));

        public Timeouts {
            for (Duration each : List.of(connect, greeting, command, dataReply, data, finalDot, tlsHandshake)) {
                if (each.isNegative() || each.isZero()) {
                    throw new IllegalArgumentException("timeouts must be positive");
                }
            }
        }
    }
}
