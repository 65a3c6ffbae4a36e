package posthaste.bench.load;

import java.nio.channels.Selector;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Wakes the generator when a message of an open loop is due. A selector waits in whole milliseconds, which would be
 * charged to the relay; spinning would take a core from it. Does nothing in a closed loop.
 */
final class Pacer implements AutoCloseable {
    /** More wake-ups would cost more than they tell. */
    private static final long TICK_NANOS_MIN = 100_000;

    private final Selector selector;
    private final long tickNanos;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final Thread thread;

    private Pacer(Selector selector, long tickNanos) {
        this.selector = selector;
        this.tickNanos = tickNanos;
        thread = new Thread(this::run, "load-pacer");
        thread.setDaemon(true);
    }

    static Pacer of(LoadShape shape, Selector selector) {
        if (shape.ratePerSecond() == 0) return new Pacer(selector, 0);
        return new Pacer(selector, Math.max(TICK_NANOS_MIN, (long) (1e9 / shape.ratePerSecond())));
    }

    void start() {
        if (tickNanos > 0) thread.start();
    }

    private void run() {
        long next = System.nanoTime();
        while (!stopped.get()) {
            next += tickNanos;
            long wait = next - System.nanoTime();
            if (wait > 0) LockSupport.parkNanos(wait);
            selector.wakeup();
        }
    }

    @Override
    public void close() {
        stopped.set(true);
        LockSupport.unpark(thread);
    }
}
