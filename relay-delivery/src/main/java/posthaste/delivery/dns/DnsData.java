package posthaste.delivery.dns;

import java.net.InetAddress;

/** What one record says, by type. Records that do not parse never become one of these. */
public sealed interface DnsData {

    /** An A or AAAA record. An IPv4-mapped IPv6 address is held as the IPv4 address that it reaches. */
    record Address(InetAddress address) implements DnsData {}

    /**
     * An MX record (RFC 1035 §3.3.9).
     *
     * @param preference 0 to 65,535; lower is better
     * @param exchange host name in lower case without its final dot; empty for the root, a null MX (RFC 7505)
     */
    record Exchange(int preference, String exchange) implements DnsData {}

    /** A CNAME record: the name is another one's. Followed inside this package, never in an answer. */
    record Alias(String target) implements DnsData {}
}
