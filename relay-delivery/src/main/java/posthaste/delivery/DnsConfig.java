package posthaste.delivery;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * The {@code [dns]} section.
 *
 * @param servers resolvers, asked in this order; empty = those of the system
 * @param timeout for one question to one resolver
 */
public record DnsConfig(List<InetSocketAddress> servers, Duration timeout) {
    public static final DnsConfig DEFAULT = new DnsConfig(List.of(), Duration.ofSeconds(5));

    public DnsConfig {
        servers = List.copyOf(servers);
        if (timeout.isNegative() || timeout.isZero()) throw new IllegalArgumentException("timeout must be positive");
    }
}
