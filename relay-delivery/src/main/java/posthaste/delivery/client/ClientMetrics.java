package posthaste.delivery.client;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.LongAdder;

/** Every meter of the sending side of SMTP: its name and meaning stand here and nowhere else. Thread-safe. */
public final class ClientMetrics {
    private final LongAdder open = new LongAdder();
    private final Counter opened;
    private final Counter failed;
    private final Counter lost;
    private final Counter transactions;
    private final Counter ambiguous;

    public ClientMetrics(MeterRegistry registry) {
        Gauge.builder("posthaste_delivery_connections", open, LongAdder::sum)
                .description("Connections to next hops that are open now.")
                .strongReference(true)
                .register(registry);
        opened = counter(registry, "posthaste_delivery_connections_opened", "Connections that reached a host.");
        failed = counter(
                registry,
                "posthaste_delivery_connections_failed",
                "Connections that never took mail: no answer, bad greeting, EHLO and HELO refused.");
        lost = counter(
                registry,
                "posthaste_delivery_connections_lost",
                "Connections that took mail and ended in a failure: lost, timed out, 421, protocol error.");
        transactions = counter(registry, "posthaste_delivery_transactions", "Transactions begun with a host.");
        ambiguous = counter(
                registry,
                "posthaste_delivery_ambiguous_dots",
                "Transactions whose reply to the final dot was lost: the message may be delivered twice.");
    }

    private static Counter counter(MeterRegistry registry, String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    void opened() {
        opened.increment();
        open.increment();
    }

    void closed() {
        open.decrement();
    }

    void failed() {
        failed.increment();
    }

    void lost() {
        lost.increment();
    }

    void transaction() {
        transactions.increment();
    }

    void ambiguous() {
        ambiguous.increment();
    }
}
