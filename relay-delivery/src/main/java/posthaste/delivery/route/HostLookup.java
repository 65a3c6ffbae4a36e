package posthaste.delivery.route;

import io.vertx.core.Future;

/** Finds the hosts of a destination. */
public interface HostLookup {
    /**
     * Resolves a destination by routes, address literal or MX. Call on an event-loop context; the future completes
     * there, never fails, and answers from the cache at once where it can.
     *
     * @param destination domain in lower case or address literal, as in {@code DeliveryKey}
     */
    Future<Resolution> resolve(String destination);
}
