package posthaste.delivery.route;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.random.RandomGenerator;
import posthaste.smtp.Reply;

/** Where mail for a destination goes, or why it cannot go there. */
public sealed interface Resolution {

    /**
     * Hosts to try.
     *
     * @param site identity of the set of hosts: destinations with the same MX set (or route) share it, and with it
     *     connections and limits
     * @param tiers addresses by preference, best first; at least one address in all
     * @param transport how they are spoken to
     */
    record Found(String site, List<List<NextHop>> tiers, Transport transport) implements Resolution {

        /** The same hosts for mail that asks for REQUIRETLS: another site, whose failures are its own. */
        public Found requiringTls() {
            return new Found(site + " requiretls", tiers, transport.requiringTls());
        }

        /**
         * All addresses in the order of one attempt: hosts of equal preference shuffled (RFC 5321 §5.1), each host's
         * addresses together, shuffled too, its families alternating and IPv6 first. So a host with many addresses
         * draws no more load than one with a single address.
         */
        public List<NextHop> shuffled(RandomGenerator random) {
            var order = new ArrayList<NextHop>();
            for (List<NextHop> tier : tiers) {
                for (List<NextHop> host : mixed(hostsOf(tier), random)) {
                    order.addAll(Tiers.alternating(mixed(host, random)));
                }
            }
            return order;
        }

        private static List<List<NextHop>> hostsOf(List<NextHop> tier) {
            var hosts = new LinkedHashMap<String, List<NextHop>>();
            for (NextHop hop : tier) {
                hosts.computeIfAbsent(hop.name(), none -> new ArrayList<>()).add(hop);
            }
            return List.copyOf(hosts.values());
        }

        private static <T> List<T> mixed(List<T> ordered, RandomGenerator random) {
            var mixed = new ArrayList<>(ordered);
            for (int i = mixed.size() - 1; i > 0; i--) Collections.swap(mixed, i, random.nextInt(i + 1));
            return mixed;
        }
    }

    /** For good: no such domain 5.1.2, null MX 5.1.10, loop 5.4.6, no address 5.4.4. Mail bounces with this reply. */
    record Refused(Reply reply) implements Resolution {}

    /** For now: resolvers did not answer 4.4.3. Mail waits with this reply. */
    record Unavailable(Reply reply) implements Resolution {}
}
