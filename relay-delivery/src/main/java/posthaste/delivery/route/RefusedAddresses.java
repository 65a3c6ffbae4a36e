package posthaste.delivery.route;

import java.net.InetAddress;
import java.util.List;

/**
 * Addresses that the name system must not make us connect to: what the operator listed, and what is no host at all.
 *
 * @param networks the setting {@code refuse-networks}
 */
record RefusedAddresses(List<Network> networks) {
    private static final Network BROADCAST = Network.parse("255.255.255.255");

    /** @throws IllegalArgumentException naming the block that is none */
    static RefusedAddresses parse(List<String> blocks) {
        return new RefusedAddresses(blocks.stream().map(Network::parse).toList());
    }

    boolean contains(InetAddress address) {
        return address.isAnyLocalAddress()
                || address.isMulticastAddress()
                || BROADCAST.contains(address)
                || networks.stream().anyMatch(network -> network.contains(address));
    }
}
