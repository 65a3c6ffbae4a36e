package posthaste.delivery;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Consumer;
import posthaste.delivery.client.ClientMetrics;
import posthaste.delivery.dsn.Reports;
import posthaste.delivery.route.HostLookup;
import posthaste.queue.MailQueue;
import posthaste.queue.QueueException;

/**
 * Delivers what the queue holds: one {@code Destination} per recipient domain on one event loop, connections spread over
 * all of them. Thread-safe.
 */
public final class DeliveryEngine {

    /**
     * @param vertx whose event loops do the work
     * @param config how to deliver
     * @param queue where the mail is; its clock says what is due
     * @param hosts finds the hosts of a destination
     * @param reports writes what senders are told
     * @param metrics counts what becomes of mail
     * @param clientMetrics counts what happens on connections
     * @param onFatal called once when the queue cannot go on: end the process with exit code 74
     */
    public DeliveryEngine(
            Vertx vertx,
            DeliveryConfig config,
            MailQueue queue,
            HostLookup hosts,
            Reports reports,
            DeliveryMetrics metrics,
            ClientMetrics clientMetrics,
            Consumer<QueueException> onFatal) {}

    /** Begins to deliver: fresh mail at once, the backlog as the queue finds it. Call once, from any thread. */
    public void start() {}

    /**
     * Begins no further transaction and lets those that run end.
     *
     * @return completes when every outcome is in the queue, or the limit is over: what still runs then is cut off, and
     *     its unanswered dots are found at the next start
     */
    public Future<Void> drain(Duration limit) {
        return Future.succeededFuture();
    }
}
