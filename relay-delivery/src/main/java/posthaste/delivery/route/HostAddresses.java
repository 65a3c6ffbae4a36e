package posthaste.delivery.route;

import io.vertx.core.Future;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import posthaste.delivery.dns.DnsAnswer;
import posthaste.delivery.dns.DnsData;
import posthaste.delivery.dns.DnsType;
import posthaste.delivery.dns.MailDns;

/**
 * The addresses of one host.
 *
 * @param addresses IPv6 before IPv4, at most {@link #ADDRESSES_MAX}
 * @param failure why there may be more of them; empty when both families were answered
 */
record HostAddresses(List<InetAddress> addresses, Optional<String> failure) {
    /** Of one host and family; an attempt tries fewer. */
    static final int ADDRESSES_MAX = 10;

    /** Asks for both families at once. An IP address in text is a name like any other here, and has none. */
    static Future<HostAddresses> of(MailDns dns, String host) {
        Future<DnsAnswer> six = dns.query(host, DnsType.AAAA);
        Future<DnsAnswer> four = dns.query(host, DnsType.A);
        return six.compose(sixes -> four.map(fours -> join(sixes, fours)));
    }

    private static HostAddresses join(DnsAnswer six, DnsAnswer four) {
        var addresses = new ArrayList<>(addressesIn(six));
        addresses.addAll(addressesIn(four));
        return new HostAddresses(
                addresses.stream().distinct().toList(), failureOf(six).or(() -> failureOf(four)));
    }

    private static List<InetAddress> addressesIn(DnsAnswer answer) {
        if (!(answer instanceof DnsAnswer.Found found)) return List.of();
        return found.data().stream()
                .filter(DnsData.Address.class::isInstance)
                .map(data -> ((DnsData.Address) data).address())
                .limit(ADDRESSES_MAX)
                .toList();
    }

    private static Optional<String> failureOf(DnsAnswer answer) {
        return answer instanceof DnsAnswer.Failed failed ? Optional.of(failed.reason()) : Optional.empty();
    }
}
