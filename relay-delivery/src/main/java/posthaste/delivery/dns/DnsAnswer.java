package posthaste.delivery.dns;

import java.time.Duration;
import java.util.List;

/**
 * What became of a question, CNAME chain included (RFC 1034 §3.6.2, RFC 2308). The four cases are kept apart because
 * mail treats each of them differently: the first two route, the third bounces, the last one waits.
 */
public sealed interface DnsAnswer {

    /**
     * Records of the asked type.
     *
     * @param name where they were found: the end of the CNAME chain, in lower case without its final dot
     * @param data at least one
     * @param validFor how long this may be kept, zero = not at all: the least of the TTLs on the way
     */
    record Found(String name, List<DnsData> data, Duration validFor) implements DnsAnswer {
        public Found {
            data = List.copyOf(data);
            if (data.isEmpty()) throw new IllegalArgumentException("found nothing");
        }
    }

    /** The name exists and has no record of this type; {@code name} is the end of the CNAME chain. */
    record NoData(String name, Duration validFor) implements DnsAnswer {}

    /** The name, or the one its CNAME chain ends in, does not exist. */
    record NoSuchName(Duration validFor) implements DnsAnswer {}

    /** No usable answer from any resolver, for the time being; {@code reason} is one printable line. */
    record Failed(String reason) implements DnsAnswer {}
}
