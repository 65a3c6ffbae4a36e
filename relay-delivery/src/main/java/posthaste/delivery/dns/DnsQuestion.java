package posthaste.delivery.dns;

/**
 * What is asked, cached and shared.
 *
 * @param name as {@link DomainNames#normalise} gave it
 * @param type the type of records
 */
record DnsQuestion(String name, DnsType type) {}
