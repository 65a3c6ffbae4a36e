package posthaste.delivery.route;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import posthaste.delivery.DeliveryConfig;

/** Chooses where a connection comes from: the first configured address of the family of its host. Immutable. */
public final class Sources {
    private final List<InetAddress> addresses;
    private final String hostname;

    public Sources(DeliveryConfig config) {
        addresses = config.sourceAddresses().stream()
                .flatMap(each -> IpLiteral.parse(each).stream())
                .toList();
        hostname = config.hostname();
    }

    /** For a connection to this host. */
    public Source towards(NextHop hop) {
        boolean four = hop.address().getAddress() instanceof Inet4Address;
        Optional<InetAddress> address = addresses.stream()
                .filter(each -> each instanceof Inet4Address == four)
                .findFirst();
        return new Source(address, hostname);
    }
}
