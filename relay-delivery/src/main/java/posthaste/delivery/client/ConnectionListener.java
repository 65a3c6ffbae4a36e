package posthaste.delivery.client;

import java.util.Optional;
import posthaste.delivery.route.NextHop;

/**
 * Hears of one connection, on the connection's loop only and never from within a call to it. First comes {@link #ready}
 * or {@link #failed}; behind ready, any number of {@link #available}, and {@link #closed} as the last.
 */
public interface ConnectionListener {
    /** Greeted and introduced: {@link ClientConnection#send} may be called, up to {@link ClientConnection#DEPTH} times. */
    void ready(ClientConnection connection);

    /** A transaction has ended, its listener was told, and the connection takes one more. */
    void available(ClientConnection connection);

    /**
     * The socket is closed. Transactions that had not ended were told so before: those the host had not begun with
     * {@link RecipientResult.Kind#NOT_STARTED}.
     *
     * @param why the failure that ended it, which counts once for the host whatever the number of transactions it hit;
     *     empty after QUIT
     */
    void closed(ClientConnection connection, Optional<HostFailure> why);

    /** No connection came about. */
    void failed(NextHop hop, HostFailure why);
}
