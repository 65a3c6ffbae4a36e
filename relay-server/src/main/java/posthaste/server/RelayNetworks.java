package posthaste.server;

import java.net.Inet4Address;
import java.util.List;
import posthaste.delivery.route.Network;
import posthaste.server.policy.TrustedNetworks;

/**
 * Judges {@code relay.networks}, and those whose hosts may say who a client is: whoever is in them sends mail to anybody in
 * our name, so a network that holds a good part of the Internet is refused. Private IPv6 space may be as wide as it is; the widest private IPv4 network is a /8.
 */
final class RelayNetworks {
    private static final int IPV4_BITS_MIN = 8;
    private static final int IPV6_BITS_MIN = 16;
    private static final List<Network> PRIVATE_IPV6 = List.of(Network.parse("fc00::/7"), Network.parse("fe80::/10"));

    private RelayNetworks() {}

    /** @throws IllegalArgumentException for what is no network, or too wide a one */
    static String check(String cidr) {
        TrustedNetworks.parse(List.of(cidr));
        Network network = Network.parse(cidr);
        int min = network.base() instanceof Inet4Address ? IPV4_BITS_MIN : IPV6_BITS_MIN;
        if (network.prefixBits() < min && !isPrivate(network)) {
            throw new IllegalArgumentException(
                    "%s would make an open relay; name the networks of your own hosts, no wider than /%d"
                            .formatted(Section.shown(cidr), min));
        }
        return cidr;
    }

    private static boolean isPrivate(Network network) {
        return PRIVATE_IPV6.stream()
                .anyMatch(space -> space.contains(network.base()) && network.prefixBits() >= space.prefixBits());
    }
}
