package posthaste.delivery.client;

import io.vertx.core.Context;
import posthaste.delivery.route.NextHop;
import posthaste.delivery.route.Source;
import posthaste.delivery.route.Transport;

/**
 * One connection that somebody asked for.
 *
 * @param loop the event-loop context that it belongs to
 * @param hop the host
 * @param transport how the host is spoken to
 * @param source where the connection comes from
 * @param listener hears of it
 */
record Call(Context loop, NextHop hop, Transport transport, Source source, ConnectionListener listener) {}
