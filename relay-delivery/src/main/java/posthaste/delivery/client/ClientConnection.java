package posthaste.delivery.client;

import io.vertx.core.Context;
import posthaste.delivery.route.NextHop;
import posthaste.smtp.Extensions;

/**
 * One connection to a host, greeted and ready for transactions. Belongs to its loop: every call is made there, and so
 * is every call back.
 */
public final class ClientConnection {
    /** Transactions that may be under way or waiting: while one is answered, the next is on the wire. */
    public static final int DEPTH = 2;

    private final Context loop;
    private final NextHop hop;
    private final Extensions capabilities;

    ClientConnection(Context loop, NextHop hop, Extensions capabilities) {
        this.loop = loop;
        this.hop = hop;
        this.capabilities = capabilities;
    }

    public Context loop() {
        return loop;
    }

    public NextHop hop() {
        return hop;
    }

    /** What the host said to EHLO. */
    public Extensions capabilities() {
        return capabilities;
    }

    /**
     * Sends a transaction, or queues it behind the one that is under way. On a connection that is closing the
     * transaction ends as NOT_STARTED.
     *
     * @throws IllegalStateException when {@link #DEPTH} transactions are pending
     */
    public void send(Transaction transaction) {
        if (pending() >= DEPTH)
            throw new IllegalStateException("no more than " + DEPTH + " transactions: " + transaction);
    }

    /** Says QUIT when the pending transactions have ended, and closes. */
    public void quit() {}

    /** Transactions that have not ended. */
    public int pending() {
        return 0;
    }

    /** Whether {@link #send} takes one more: fewer than {@link #DEPTH} pending, its share not used up, not closing. */
    public boolean isAvailable() {
        return false;
    }
}
