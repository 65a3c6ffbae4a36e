package posthaste.delivery.dns;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Every meter of name resolution: its name and meaning stand here and nowhere else. */
public final class DnsMetrics {
    private final Counter asked;
    private final Counter failed;
    private final Counter cached;
    private final Counter stale;
    private final Counter rejected;

    public DnsMetrics(MeterRegistry registry) {
        asked = Counter.builder("posthaste_dns_questions")
                .description("Questions sent to a resolver, repeats included.")
                .register(registry);
        failed = Counter.builder("posthaste_dns_failures")
                .description(
                        "Questions that a resolver did not answer usably: time-out, SERVFAIL, REFUSED, truncation.")
                .register(registry);
        cached = Counter.builder("posthaste_dns_cache_hits")
                .description("Questions answered from the cache within their time to live.")
                .register(registry);
        stale = Counter.builder("posthaste_dns_stale_answers")
                .description("Questions answered beyond their time to live because no resolver answered (RFC 8767).")
                .register(registry);
        rejected = Counter.builder("posthaste_dns_rejected")
                .description("Questions failed without asking because too many were under way.")
                .register(registry);
    }

    void asked() {
        asked.increment();
    }

    void failed() {
        failed.increment();
    }

    void cached() {
        cached.increment();
    }

    void stale() {
        stale.increment();
    }

    void rejected() {
        rejected.increment();
    }
}
