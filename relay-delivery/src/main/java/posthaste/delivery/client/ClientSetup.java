package posthaste.delivery.client;

import java.time.InstantSource;
import posthaste.delivery.DeliveryConfig;
import posthaste.queue.DotSlots;

/**
 * What all connections of one kind share.
 *
 * @param clock the queue's, by which deadlines of messages are set
 */
record ClientSetup(
        DeliveryConfig config,
        DotSlots dotSlots,
        InstantSource clock,
        ClientMetrics metrics,
        ConnectionLimits limits) {}
