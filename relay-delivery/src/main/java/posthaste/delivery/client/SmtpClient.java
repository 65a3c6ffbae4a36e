package posthaste.delivery.client;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import posthaste.delivery.DeliveryConfig;
import posthaste.delivery.route.NextHop;
import posthaste.queue.DotSlots;

/** Opens connections to mail hosts. Thread-safe. */
public final class SmtpClient {

    public SmtpClient(Vertx vertx, DeliveryConfig config, DotSlots dotSlots, ClientMetrics metrics) {}

    /**
     * Connects, reads the greeting and says EHLO, or HELO where EHLO is refused. Call from any thread.
     *
     * @param loop the event-loop context that the connection belongs to; the listener is called there only
     */
    public void open(Context loop, NextHop hop, ConnectionListener listener) {
        // Written next.
    }
}
