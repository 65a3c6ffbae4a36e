package posthaste.delivery.route;

import io.vertx.core.Future;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import posthaste.delivery.dns.DnsAnswer;
import posthaste.delivery.dns.DnsType;
import posthaste.delivery.dns.DomainNames;
import posthaste.delivery.dns.MailDns;

/**
 * From a domain to the addresses of its mail hosts (RFC 5321 §5.1, RFC 7505). A failure to look up is never taken for
 * an absence: what may exist waits, and only what surely does not exist bounces.
 */
final class MxResolver {
    /** Hosts whose addresses are looked up, best preference first. */
    static final int HOSTS_MAX = 10;

    private final MailDns dns;
    private final String hostname;
    private final int port;
    private final RefusedAddresses refused;
    private final OwnAddresses own;

    /**
     * @param hostname our own, in any spelling
     * @param port of the hosts
     */
    MxResolver(MailDns dns, String hostname, int port, RefusedAddresses refused, OwnAddresses own) {
        this.dns = dns;
        this.hostname = DomainNames.normalise(hostname).orElse(hostname);
        this.port = port;
        this.refused = refused;
        this.own = own;
    }

    /** @param tls towards this domain */
    Future<Resolution> resolve(String domain, TlsPolicy tls) {
        return dns.query(domain, DnsType.MX)
                .compose(answer -> hostsOf(domain, answer))
                .map(answer -> answer instanceof Resolution.Found found ? spoken(found, tls) : answer);
    }

    private static Resolution spoken(Resolution.Found found, TlsPolicy tls) {
        var transport = new Transport(tls, false);
        return new Resolution.Found(transport.site(found.site()), found.tiers(), transport);
    }

    private Future<Resolution> hostsOf(String domain, DnsAnswer answer) {
        if (answer instanceof DnsAnswer.Failed failed) {
            return Future.succeededFuture(Refusals.lookupFailed(domain, "MX", failed.reason()));
        }
        if (answer instanceof DnsAnswer.NoSuchName) return Future.succeededFuture(Refusals.noSuchDomain(domain));
        // No MX record: the domain is its own mail host (§5.1, "implicit MX").
        if (answer instanceof DnsAnswer.NoData none) return addresses(domain, List.of(new MxHost(0, none.name())));
        List<MxHost> hosts = MxHost.in(((DnsAnswer.Found) answer).data());
        if (hosts.isEmpty()) return Future.succeededFuture(Refusals.acceptsNoMail(domain));
        return addresses(domain, hosts);
    }

    private Future<Resolution> addresses(String domain, List<MxHost> published) {
        List<MxHost> hosts = betterThanOurselves(published);
        if (hosts.isEmpty()) return Future.succeededFuture(Refusals.loops(domain));
        List<MxHost> first = hosts.stream().limit(HOSTS_MAX).toList();
        // All are asked before the first is awaited.
        List<Future<HostAddresses>> lookups =
                first.stream().map(host -> HostAddresses.of(dns, host.name())).toList();
        return Future.join(lookups).map(all -> {
            var found = new ArrayList<Candidate>();
            for (int i = 0; i < first.size(); i++) {
                found.add(new Candidate(first.get(i), lookups.get(i).result()));
            }
            return choose(domain, hosts.size(), found);
        });
    }

    /** Mail must not go to a host that is no better than we are, or it travels in circles (§5.1). */
    private List<MxHost> betterThanOurselves(List<MxHost> hosts) {
        int ours = hosts.stream()
                .filter(host -> host.name().equals(hostname))
                .mapToInt(MxHost::preference)
                .min()
                .orElse(Integer.MAX_VALUE);
        return hosts.stream().filter(host -> host.preference() < ours).toList();
    }

    /** A host with what was found of it. */
    private record Candidate(MxHost host, HostAddresses found) {}

    private Resolution choose(String domain, int published, List<Candidate> all) {
        int ours = all.stream()
                .filter(this::isOurselves)
                .mapToInt(candidate -> candidate.host().preference())
                .min()
                .orElse(Integer.MAX_VALUE);
        List<Candidate> candidates = all.stream()
                .filter(candidate -> candidate.host().preference() < ours)
                .toList();
        if (candidates.isEmpty()) return Refusals.loops(domain);
        List<List<NextHop>> tiers = Tiers.of(allowed(candidates));
        if (!tiers.isEmpty()) return new Resolution.Found(siteOf(candidates), tiers, Transport.USUAL);
        return nothingUsable(domain, ours == Integer.MAX_VALUE ? published : all.size(), candidates);
    }

    private boolean isOurselves(Candidate candidate) {
        return candidate.found().addresses().stream().anyMatch(address -> own.contains(address, port));
    }

    /** What may be connected to, by preference. */
    private List<List<NextHop>> allowed(List<Candidate> candidates) {
        var byPreference = new TreeMap<Integer, List<NextHop>>();
        for (Candidate candidate : candidates) {
            List<NextHop> tier = byPreference.computeIfAbsent(candidate.host().preference(), none -> new ArrayList<>());
            hopsOf(candidate).stream()
                    .filter(hop -> !refused.contains(hop.address().getAddress()))
                    .forEach(tier::add);
        }
        return List.copyOf(byPreference.values());
    }

    private List<NextHop> hopsOf(Candidate candidate) {
        return candidate.found().addresses().stream()
                .map(address -> new NextHop(candidate.host().name(), new InetSocketAddress(address, port)))
                .toList();
    }

    /** The names that the domain publishes, whichever of them answer today: a site outlives a bad moment. */
    private String siteOf(List<Candidate> candidates) {
        return candidates.stream()
                .map(candidate -> candidate.host().name())
                .sorted()
                .collect(Collectors.joining(",", "mx:" + port + ":", ""));
    }

    private Resolution nothingUsable(String domain, int published, List<Candidate> candidates) {
        for (Candidate candidate : candidates) {
            Optional<String> failure = candidate.found().failure();
            if (failure.isPresent()) {
                return Refusals.lookupFailed(domain, candidate.host().name(), failure.get());
            }
        }
        if (published > HOSTS_MAX) return Refusals.tooManyHosts(domain, HOSTS_MAX, published);
        return candidates.stream()
                .flatMap(candidate -> hopsOf(candidate).stream())
                .findFirst()
                .map(example -> Refusals.refusedNetwork(domain, example))
                .orElseGet(() -> Refusals.noAddress(domain));
    }
}
