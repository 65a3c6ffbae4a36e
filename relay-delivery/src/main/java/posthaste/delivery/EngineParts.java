package posthaste.delivery;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import posthaste.delivery.client.SmtpClient;
import posthaste.delivery.dsn.Reports;
import posthaste.delivery.route.HostLookup;
import posthaste.delivery.route.OwnMailboxes;
import posthaste.delivery.route.Sources;
import posthaste.queue.MailQueue;

/**
 * What every loop of an engine shares. Thread-safe.
 *
 * @param own which addresses end here
 * @param sources where connections come from
 * @param pauses of sites whose hosts cannot be reached
 * @param bounds of memory
 * @param underWay attempts that were begun and are not recorded yet
 * @param inMemory deliveries in memory of all destinations, with sites and connections too, against {@link Bounds#deliveries}
 * @param draining whether no further attempt is begun
 */
record EngineParts(
        DeliveryConfig config,
        MailQueue queue,
        HostLookup hosts,
        OwnMailboxes own,
        SmtpClient client,
        Sources sources,
        Reports reports,
        DeliveryMetrics metrics,
        InstantSource clock,
        SitePauses pauses,
        Bounds bounds,
        AtomicInteger underWay,
        AtomicInteger inMemory,
        AtomicBoolean draining) {

    /**
     * What an engine keeps in memory at most.
     *
     * @param deliveries of all destinations, beside the few that each destination in memory may always have; their
     *     contents have a budget of their own in the queue
     * @param destinations the others rest until there is room
     * @param sites that have nothing to do but to remember a pause
     * @param unusedLease how long a lease keeps its mail for a session that does not begin
     */
    record Bounds(int deliveries, int destinations, int sites, Duration unusedLease) {
        static final Bounds DEFAULT = new Bounds(10_000, 20_000, 10_000);

        Bounds(int deliveries, int destinations, int sites) {
            this(deliveries, destinations, sites, TurnLease.UNUSED_MAX);
        }
    }

    /** Whether there is room for one more delivery in memory. */
    boolean hasRoom() {
        return inMemory.get() < bounds.deliveries();
    }
}
