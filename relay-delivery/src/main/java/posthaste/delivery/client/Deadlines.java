package posthaste.delivery.client;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The clock of one event loop's connections: one periodic timer looks at all of them, because a timer per command would
 * cost more than the command. Used on that loop only.
 */
final class Deadlines {
    /** How late a time-out may be. */
    static final Duration TICK = Duration.ofMillis(200);

    private final Vertx vertx;
    private final LongSupplier nanos;
    private final Set<Wire> wires = new HashSet<>();
    private boolean ticking;

    /** @param nanos monotonic time in nanoseconds */
    Deadlines(Vertx vertx, LongSupplier nanos) {
        this.vertx = vertx;
        this.nanos = nanos;
    }

    long nowNanos() {
        return nanos.getAsLong();
    }

    void add(Wire wire) {
        wires.add(wire);
        if (ticking) return;
        ticking = true;
        vertx.setPeriodic(TICK.toMillis(), this::tick);
    }

    void remove(Wire wire) {
        wires.remove(wire);
    }

    private void tick(long timer) {
        if (wires.isEmpty()) {
            ticking = false;
            vertx.cancelTimer(timer);
            return;
        }
        long now = nowNanos();
        List<Wire> expired = wires.stream().filter(wire -> wire.isOverdue(now)).toList();
        expired.forEach(Wire::expire);
    }
}
