package posthaste.delivery.dns;

import io.vertx.core.Future;

/** Asks the name system. */
public interface MailDns {

    /**
     * The records of one type under a name, CNAME chains followed, from the cache where it holds them. Call on an
     * event-loop context: the future completes there and never fails. An answer that is cached is there at once.
     *
     * @param name a domain name, with or without its final dot, in any letter case; an IP address is not special
     */
    Future<DnsAnswer> query(String name, DnsType type);
}
