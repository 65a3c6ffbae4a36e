package posthaste.delivery.client;

/** Waits for the end of a transaction. */
@FunctionalInterface
public interface TransactionListener {
    /** Called exactly once, on the connection's loop, never from within {@link ClientConnection#send}. */
    void done(TransactionResult result);
}
