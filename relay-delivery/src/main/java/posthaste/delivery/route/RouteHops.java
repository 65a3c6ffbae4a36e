package posthaste.delivery.route;

import io.vertx.core.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import posthaste.delivery.RouteConfig;
import posthaste.delivery.RouteConfig.HostPort;
import posthaste.delivery.dns.MailDns;

/**
 * The addresses of a route's next hops: each hop a tier of its own in the order of the configuration, address records
 * only. They are the operator's word: no network is refused, only our own listeners. A hop that cannot be found is a
 * mistake the operator can mend, so mail waits for it and does not bounce.
 */
final class RouteHops {
    private final MailDns dns;
    private final OwnAddresses own;

    RouteHops(MailDns dns, OwnAddresses own) {
        this.dns = dns;
        this.own = own;
    }

    Future<Resolution> resolve(String domain, RouteConfig route) {
        List<Future<HostAddresses>> lookups =
                route.nextHops().stream().map(hop -> addressesOf(hop.host())).toList();
        return Future.join(lookups)
                .map(all -> choose(
                        domain, route, lookups.stream().map(Future::result).toList()));
    }

    private Future<HostAddresses> addressesOf(String host) {
        Optional<InetAddress> literal = IpLiteral.parse(host);
        return literal.isEmpty()
                ? HostAddresses.of(dns, host)
                : Future.succeededFuture(new HostAddresses(List.of(literal.get()), Optional.empty()));
    }

    private Resolution choose(String domain, RouteConfig route, List<HostAddresses> found) {
        var hops = new ArrayList<List<NextHop>>();
        for (int i = 0; i < found.size(); i++) hops.add(hopsOf(route.nextHops().get(i), found.get(i)));
        List<List<NextHop>> tiers =
                Tiers.of(hops.stream().map(this::withoutOurselves).toList());
        String names = namesOf(route);
        if (!tiers.isEmpty()) {
            var transport = new Transport(route.tls(), false);
            return new Resolution.Found(transport.site("route:" + names), tiers, transport);
        }
        Optional<String> failure = found.stream()
                .map(HostAddresses::failure)
                .flatMap(Optional::stream)
                .findFirst();
        if (failure.isPresent()) return Refusals.lookupFailed(domain, names, failure.get());
        boolean onlyOurselves = hops.stream().anyMatch(tier -> !tier.isEmpty());
        return onlyOurselves ? Refusals.routeLoops(domain, names) : Refusals.routeWithoutAddress(domain, names);
    }

    private static List<NextHop> hopsOf(HostPort hop, HostAddresses found) {
        return found.addresses().stream()
                .map(address -> new NextHop(hop.host(), new InetSocketAddress(address, hop.port())))
                .toList();
    }

    private List<NextHop> withoutOurselves(List<NextHop> hops) {
        return hops.stream()
                .filter(hop ->
                        !own.contains(hop.address().getAddress(), hop.address().getPort()))
                .toList();
    }

    private static String namesOf(RouteConfig route) {
        return route.nextHops().stream()
                .map(hop -> hop.host() + ":" + hop.port())
                .collect(Collectors.joining(","));
    }
}
