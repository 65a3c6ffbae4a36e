package posthaste.delivery;

import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import posthaste.delivery.client.SmtpClient;
import posthaste.delivery.dsn.Reports;
import posthaste.delivery.route.HostLookup;
import posthaste.queue.MailQueue;

/**
 * What every loop of an engine shares. Thread-safe.
 *
 * @param underWay attempts that were begun and are not recorded yet
 * @param inMemory deliveries in memory of all destinations, with sites and connections too, against {@link #IN_MEMORY_MAX}
 * @param draining whether no further attempt is begun
 */
record EngineParts(
        DeliveryConfig config,
        MailQueue queue,
        HostLookup hosts,
        SmtpClient client,
        Reports reports,
        DeliveryMetrics metrics,
        InstantSource clock,
        AtomicInteger underWay,
        AtomicInteger inMemory,
        AtomicBoolean draining) {
    /** Deliveries in memory; their contents have a budget of their own in the queue. */
    static final int IN_MEMORY_MAX = 10_000;

    /** Whether there is room for one more delivery in memory. */
    boolean hasRoom() {
        return inMemory.get() < IN_MEMORY_MAX;
    }
}
