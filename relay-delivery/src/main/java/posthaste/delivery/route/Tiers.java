package posthaste.delivery.route;

import java.net.Inet6Address;
import java.util.ArrayList;
import java.util.List;

/** Orders addresses: tiers by preference, and in a tier the families alternate, IPv6 first. */
final class Tiers {
    /** Addresses of one destination at most; an attempt tries fewer. */
    static final int ADDRESSES_MAX = 20;

    private Tiers() {}

    /** The tiers in their order without empty ones, the first {@link #ADDRESSES_MAX} addresses of all. */
    static List<List<NextHop>> of(List<List<NextHop>> byPreference) {
        var tiers = new ArrayList<List<NextHop>>();
        int room = ADDRESSES_MAX;
        for (List<NextHop> each : byPreference) {
            List<NextHop> tier = alternating(each).stream().limit(room).toList();
            if (tier.isEmpty()) continue;
            tiers.add(tier);
            room -= tier.size();
        }
        return List.copyOf(tiers);
    }

    /** IPv6, IPv4, IPv6, ... and what one family has left at the end. */
    static List<NextHop> alternating(List<NextHop> hops) {
        List<NextHop> six = hops.stream().filter(Tiers::isIpv6).toList();
        List<NextHop> four = hops.stream().filter(hop -> !isIpv6(hop)).toList();
        var order = new ArrayList<NextHop>(hops.size());
        for (int i = 0; i < Math.max(six.size(), four.size()); i++) {
            if (i < six.size()) order.add(six.get(i));
            if (i < four.size()) order.add(four.get(i));
        }
        return order;
    }

    private static boolean isIpv6(NextHop hop) {
        return hop.address().getAddress() instanceof Inet6Address;
    }
}
