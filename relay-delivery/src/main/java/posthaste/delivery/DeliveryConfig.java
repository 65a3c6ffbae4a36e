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
 * @param tls how connections are encrypted
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
        TlsConfig tls,
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
        return with(hostname).build();
    }

    /** Begins with everything at its default. */
    public static Builder with(String hostname) {
        return new Builder(hostname);
    }

    /** Begins with everything as it is here. */
    public Builder but() {
        var builder = new Builder(hostname);
        builder.port = port;
        builder.sourceAddresses = sourceAddresses;
        builder.refuseNetworks = refuseNetworks;
        builder.connectionsPerSite = connectionsPerSite;
        builder.messagesPerConnection = messagesPerConnection;
        builder.tls = tls;
        builder.timeouts = timeouts;
        builder.retry = retry;
        builder.bounce = bounce;
        builder.dns = dns;
        builder.routes = routes;
        return builder;
    }

    /** Takes one setting after the other, each as its component says. One use, one thread. */
    public static final class Builder {
        private final String hostname;
        private int port = 25;
        private List<String> sourceAddresses = List.of();
        private List<String> refuseNetworks = DEFAULT_REFUSE_NETWORKS;
        private int connectionsPerSite = 20;
        private int messagesPerConnection = 100;
        private TlsConfig tls = TlsConfig.DEFAULT;
        private Timeouts timeouts = Timeouts.DEFAULT;
        private RetryConfig retry = RetryConfig.DEFAULT;
        private BounceConfig bounce = BounceConfig.DEFAULT;
        private DnsConfig dns = DnsConfig.DEFAULT;
        private List<RouteConfig> routes = List.of();

        private Builder(String hostname) {
            this.hostname = hostname;
        }

        public Builder port(int value) {
            port = value;
            return this;
        }

        public Builder sourceAddresses(List<String> value) {
            sourceAddresses = value;
            return this;
        }

        public Builder refuseNetworks(List<String> value) {
            refuseNetworks = value;
            return this;
        }

        public Builder connectionsPerSite(int value) {
            connectionsPerSite = value;
            return this;
        }

        public Builder messagesPerConnection(int value) {
            messagesPerConnection = value;
            return this;
        }

        public Builder tls(TlsConfig value) {
            tls = value;
            return this;
        }

        public Builder timeouts(Timeouts value) {
            timeouts = value;
            return this;
        }

        public Builder retry(RetryConfig value) {
            retry = value;
            return this;
        }

        public Builder bounce(BounceConfig value) {
            bounce = value;
            return this;
        }

        public Builder dns(DnsConfig value) {
            dns = value;
            return this;
        }

        public Builder routes(List<RouteConfig> value) {
            routes = value;
            return this;
        }

        /** @throws IllegalArgumentException naming every setting that cannot be */
        public DeliveryConfig build() {
            return new DeliveryConfig(
                    hostname,
                    port,
                    sourceAddresses,
                    refuseNetworks,
                    connectionsPerSite,
                    messagesPerConnection,
                    tls,
                    timeouts,
                    retry,
                    bounce,
                    dns,
                    routes);
        }
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
