package posthaste.delivery.dns;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What one resolver said to one question. */
sealed interface DnsReply {

    /**
     * An answer that may be believed and kept.
     *
     * @param nameExists false for NXDOMAIN, which speaks of the end of the CNAME chain (RFC 6604)
     * @param records of the answer section, of the asked type and CNAME only
     * @param negativeTtlSeconds how long the absence of records may be kept (RFC 2308 §5); empty without a SOA record
     */
    record Usable(boolean nameExists, List<Entry> records, OptionalLong negativeTtlSeconds) implements DnsReply {
        public Usable {
            records = List.copyOf(records);
        }

        /** What the records of the asked type under this very name say. */
        List<DnsData> dataOf(String name) {
            return records.stream()
                    .filter(entry -> entry.owner().equals(name))
                    .map(Entry::data)
                    .filter(data -> !(data instanceof DnsData.Alias))
                    .toList();
        }

        /** Where this name's CNAME leads. */
        Optional<String> aliasOf(String name) {
            return records.stream()
                    .filter(entry -> entry.owner().equals(name))
                    .map(Entry::data)
                    .filter(DnsData.Alias.class::isInstance)
                    .map(data -> ((DnsData.Alias) data).target())
                    .findFirst();
        }

        /** Whether anything is said about this name, its absence included. */
        boolean concerns(String name) {
            boolean named = records.stream().anyMatch(entry -> entry.owner().equals(name));
            return named || records.isEmpty() || negativeTtlSeconds.isPresent();
        }

        /** The least time to live on the way; absence counts with its own, and not at all without a SOA record. */
        long ttlSeconds() {
            boolean found = records.stream().anyMatch(entry -> !(entry.data() instanceof DnsData.Alias));
            long absence = found ? Long.MAX_VALUE : negativeTtlSeconds.orElse(0);
            return Math.min(
                    absence, records.stream().mapToLong(Entry::ttlSeconds).min().orElse(Long.MAX_VALUE));
        }
    }

    /**
     * Time-out, SERVFAIL, REFUSED, truncation, nonsense: another resolver may know better.
     *
     * @param reason one printable line
     * @param cause what kind of failure, as far as the next step depends on it
     */
    record Unusable(String reason, Cause cause) implements DnsReply {}

    /** What follows from a failure besides asking the next resolver. */
    enum Cause {
        /** Nothing came: the resolver goes last for a while. */
        SILENCE,
        /** It does not understand EDNS (RFC 6891 §7): the same one is asked again without. */
        FORMAT,
        OTHER
    }

    /** One record: who it belongs to, in lower case, and what it says. */
    record Entry(String owner, long ttlSeconds, DnsData data) {}
}
