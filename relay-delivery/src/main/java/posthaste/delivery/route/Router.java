package posthaste.delivery.route;

import io.vertx.core.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import posthaste.delivery.DeliveryConfig;
import posthaste.delivery.RouteConfig;
import posthaste.delivery.TlsConfig;
import posthaste.delivery.dns.MailDns;

/** Decides where mail for a destination goes: the first route that matches, else the address literal, else its MX. */
public final class Router implements HostLookup {
    private static final String EVERY_DOMAIN = "*";
    private static final String SUBDOMAINS_OF = "*.";

    private final List<RouteConfig> routes;
    private final TlsConfig tls;
    private final int port;
    private final RefusedAddresses refused;
    private final OwnAddresses own;
    private final RouteHops routeHops;
    private final MxResolver mxResolver;

    /**
     * Asks the system for its addresses, so construct it off the event loops.
     *
     * @param config routes, port, refused networks and our host name
     * @param dns the name system
     * @param listeners the addresses that our own listeners are bound to, wildcards included; asked at every lookup
     * @throws IllegalArgumentException naming the entry of refuse-networks that is no network
     */
    public Router(DeliveryConfig config, MailDns dns, Supplier<? extends Collection<InetSocketAddress>> listeners) {
        this.routes = config.routes();
        this.tls = config.tls();
        this.port = config.port();
        this.refused = RefusedAddresses.parse(config.refuseNetworks());
        this.own = new OwnAddresses(listeners);
        this.routeHops = new RouteHops(dns, own);
        this.mxResolver = new MxResolver(dns, config.hostname(), port, refused, own);
    }

    @Override
    public Future<Resolution> resolve(String destination) {
        String domain = destination.toLowerCase(Locale.ROOT);
        Optional<RouteConfig> route = routeFor(domain);
        if (route.isPresent()) return routeHops.resolve(domain, route.get());
        if (domain.startsWith("[")) return Future.succeededFuture(literal(domain));
        return mxResolver.resolve(domain, tlsFor(domain));
    }

    private TlsPolicy tlsFor(String domain) {
        return tls.policies().stream()
                .filter(policy -> policy.match().stream().anyMatch(pattern -> matches(pattern, domain)))
                .findFirst()
                .map(TlsConfig.Named::policy)
                .orElse(tls.usual());
    }

    private Optional<RouteConfig> routeFor(String domain) {
        String bare = domain.endsWith(".") ? domain.substring(0, domain.length() - 1) : domain;
        return routes.stream()
                .filter(route -> route.match().stream().anyMatch(pattern -> matches(pattern, bare)))
                .findFirst();
    }

    private static boolean matches(String pattern, String domain) {
        if (pattern.equals(EVERY_DOMAIN)) return true;
        if (!pattern.startsWith(SUBDOMAINS_OF)) return pattern.equalsIgnoreCase(domain);
        String suffix = pattern.substring(1).toLowerCase(Locale.ROOT);
        return domain.length() > suffix.length() && domain.endsWith(suffix);
    }

    /** Straight to the address (RFC 5321 §5.1). A sender's word, not the operator's: refused networks stay refused. */
    private Resolution literal(String literal) {
        Optional<InetAddress> address = IpLiteral.parseBracketed(literal);
        if (address.isEmpty()) return Refusals.notALiteral(literal);
        var hop = new NextHop(literal, new InetSocketAddress(address.get(), port));
        if (own.contains(address.get(), port)) return Refusals.loops(literal);
        if (refused.contains(address.get())) return Refusals.refusedNetwork(literal, hop);
        var transport = new Transport(tlsFor(literal), false);
        String site = transport.site("address:" + address.get().getHostAddress() + ":" + port);
        return new Resolution.Found(site, List.of(List.of(hop)), transport);
    }
}
