package posthaste.queue.rocksdb;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/** The wall clock at start plus monotonic time: it runs on and never steps. Thread-safe. */
final class QueueClock implements InstantSource {
    private final long startMillis;
    private final long startNanos = System.nanoTime();

    /** @param startMillis the wall clock now, ms since 1970 */
    QueueClock(long startMillis) {
        this.startMillis = startMillis;
    }

    @Override
    public long millis() {
        return startMillis + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }
}
