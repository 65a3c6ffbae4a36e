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
 * @param ready deliveries in memory of all destinations, against {@link #READY_MAX}
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
        AtomicInteger ready,
        AtomicBoolean draining) {
    /** Deliveries in memory; their contents have a budget of their own in the queue. */
    static final int READY_MAX = 10_000;

    /** Room for one more delivery in memory: to be given back with {@link #giveBackReady}. */
    boolean takeReady() {
        if (ready.incrementAndGet() <= READY_MAX) return true;
        ready.decrementAndGet();
        return false;
    }

    void giveBackReady() {
        ready.decrementAndGet();
    }
}
