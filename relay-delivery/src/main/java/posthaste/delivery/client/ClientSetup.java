package posthaste.delivery.client;

import posthaste.delivery.DeliveryConfig;
import posthaste.queue.DotSlots;

/** What every connection of a client shares. */
record ClientSetup(DeliveryConfig config, DotSlots dotSlots, ClientMetrics metrics) {}
