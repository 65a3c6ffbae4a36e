package posthaste.server.smtp;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Takes connections at one address and runs a session on each, on every event loop. Thread-safe. */
public final class Listener {
    private final Vertx vertx;
    private final ListenerConfig config;
    private final SessionSettings settings;

    public Listener(Vertx vertx, ListenerConfig config, SessionSettings settings) {
        this.vertx = vertx;
        this.config = config;
        this.settings = settings;
    }

    /**
     * Binds the address and begins to take connections.
     *
     * @return the address bound; or fails with {@link java.net.BindException}
     */
    public Future<InetSocketAddress> listen() {
        return Future.failedFuture(vertx + " " + config + " " + settings);
    }

    /**
     * Lets go of the clients: new connections and sessions without a transaction get 421 4.3.2, running transactions
     * end first.
     *
     * @param limit what still runs after so long is cut off
     * @return completes when no session is left, or the limit is over; the address is free then
     */
    public Future<Void> drain(Duration limit) {
        return close();
    }

    /** Closes every connection at once and frees the address. */
    public Future<Void> close() {
        return Future.succeededFuture();
    }
}
