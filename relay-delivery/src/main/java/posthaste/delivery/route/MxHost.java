package posthaste.delivery.route;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import posthaste.delivery.dns.DnsData;

/**
 * One mail host of a domain.
 *
 * @param preference lower is better
 * @param name in lower case without its final dot
 */
record MxHost(int preference, String name) {
    private static final Comparator<MxHost> BEST_FIRST =
            Comparator.comparingInt(MxHost::preference).thenComparing(MxHost::name);

    /** The hosts of an MX answer, best first, each at its best preference; null MX records (RFC 7505) left out. */
    static List<MxHost> in(List<DnsData> data) {
        var names = new HashSet<String>();
        var hosts = new ArrayList<MxHost>();
        data.stream()
                .filter(DnsData.Exchange.class::isInstance)
                .map(DnsData.Exchange.class::cast)
                .filter(exchange -> !exchange.exchange().isEmpty())
                .map(exchange -> new MxHost(exchange.preference(), exchange.exchange()))
                .sorted(BEST_FIRST)
                .filter(host -> names.add(host.name()))
                .forEach(hosts::add);
        return hosts;
    }
}
