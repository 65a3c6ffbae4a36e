package posthaste.delivery;

import io.vertx.core.Future;
import io.vertx.core.internal.net.NetSocketInternal;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What waits for some destinations, kept for one turned session (RFC 821 §3.8, RFC 2645): nothing else begins to deliver it
 * before the lease ends, by {@link #release} or with the session of {@link #deliver}. It lives in memory only: after a crash
 * the mail is in the queue like any other. Thread-safe.
 */
public final class TurnLease {
    /** Destinations of one lease at most. */
    public static final int DOMAINS_MAX = 100;
    /** So long it is kept for a session that does not begin. */
    public static final Duration UNUSED_MAX = Duration.ofSeconds(60);

    private enum State {
        UNUSED,
        DELIVERING,
        RELEASED
    }

    private final TurnLeases leases;
    private final Set<String> domains;
    private final int waiting;
    private final AtomicReference<State> state = new AtomicReference<>(State.UNUSED);

    TurnLease(TurnLeases leases, Set<String> domains, int waiting) {
        this.leases = leases;
        this.domains = domains;
        this.waiting = waiting;
    }

    Set<String> domains() {
        return domains;
    }

    /** Deliveries that wait, as far as they were counted: more may come, and some may end elsewhere meanwhile. */
    public int waiting() {
        return waiting;
    }

    public boolean isEmpty() {
        return waiting == 0;
    }

    /**
     * Takes the connection over as a client: waits for the peer's 220, says EHLO, or HELO where EHLO is refused, and sends what
     * is leased until nothing is left; then says QUIT. Neither STARTTLS nor AUTH is said. Call once, on the socket's event loop,
     * with all handlers of the socket detached and nothing read from it that was not answered.
     *
     * @param socket on an event loop of the engine's Vert.x; its TLS layer stays
     * @return completes on the context of the caller when the connection is closed, or about to be, and the lease has ended; does
     *     not fail: a lease that was released before, or not used in time, closes the connection and says so
     * @throws IllegalStateException when it is called twice
     * @throws IllegalArgumentException for a socket of another Vert.x
     */
    public Future<Turned> deliver(NetSocketInternal socket, TurnedPeer peer) {
        EngineLoop loop = leases.loopOf(socket);
        State before = state.compareAndExchange(State.UNUSED, State.DELIVERING);
        if (before == State.DELIVERING) throw new IllegalStateException("a lease is delivered once");
        return before == State.UNUSED ? leases.turn(this, loop, socket, peer) : leases.tooLate(socket);
    }

    /** The mail goes its ordinary way again. Does nothing behind {@link #deliver}, which sees to it itself. */
    public void release() {
        if (state.compareAndSet(State.UNUSED, State.RELEASED)) leases.release(this, () -> {});
    }
}
