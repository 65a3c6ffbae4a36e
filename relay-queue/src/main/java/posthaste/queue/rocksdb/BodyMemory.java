package posthaste.queue.rocksdb;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The budget for bytes of bodies in memory, incoming and fresh. Fresh bodies may fill three quarters of it, so that
 * slow destinations never take the memory that receiving needs. It may be overdrawn by what was already received:
 * nobody ever waits for the budget itself, only for writes of its own, so nothing can dead-lock on it. Thread-safe.
 */
final class BodyMemory {
    private static final int ONE_BODY_SHARE = 16;

    private final long budget;
    private final AtomicLong used = new AtomicLong();

    BodyMemory(long budget) {
        this.budget = budget;
    }

    /** Takes {@code bytes} where the budget has them. */
    boolean tryReserve(long bytes) {
        if (used.addAndGet(bytes) <= budget) return true;
        used.addAndGet(-bytes);
        return false;
    }

    /** Takes {@code bytes} in any case. */
    void reserve(long bytes) {
        used.addAndGet(bytes);
    }

    void release(long bytes) {
        used.addAndGet(-bytes);
    }

    /** Whether a body of this size may stay in memory for its first attempt. */
    boolean mayKeep(long bodyBytes) {
        return bodyBytes <= budget / ONE_BODY_SHARE && used.get() <= budget - budget / 4;
    }

    long used() {
        return used.get();
    }
}
