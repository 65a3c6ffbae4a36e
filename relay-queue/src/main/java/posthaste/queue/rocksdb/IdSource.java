package posthaste.queue.rocksdb;

import java.util.concurrent.atomic.AtomicLong;
import posthaste.queue.MessageId;

/**
 * Gives message ids: the time in the upper bits, and always more than the last. What was given before a restart lies
 * below the ceiling that the database keeps, so ids are unique even if the wall clock went back. Thread-safe.
 */
final class IdSource {
    /** How far the stored ceiling is raised ahead of the time. */
    static final long AHEAD_MILLIS = 10_000;
    /** It is raised again when less than this is left. */
    private static final long LEFT_MILLIS = 5_000;

    private final QueueClock clock;
    private final AtomicLong last;

    /** @param ceiling as stored: above every id ever given */
    IdSource(QueueClock clock, long ceiling) {
        this.clock = clock;
        last = new AtomicLong(ceiling);
    }

    MessageId next() {
        long now = MessageId.floorOf(clock.millis()).value();
        return new MessageId(last.updateAndGet(previous -> Math.max(now, previous + 1)));
    }

    long nowMillis() {
        return clock.millis();
    }

    /** What to store with the batch that is written now: {@code stored}, or a higher one when its time comes. */
    long ceilingAbove(long stored) {
        long newest = Math.max(last.get(), MessageId.floorOf(clock.millis()).value());
        boolean low = newest > stored - MessageId.floorOf(LEFT_MILLIS).value();
        return low ? newest + MessageId.floorOf(AHEAD_MILLIS).value() : stored;
    }
}
