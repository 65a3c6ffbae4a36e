package posthaste.delivery;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Waits that double with every failure in a row. One owner thread. */
final class BackOff {
    private static final double JITTER = 0.1;

    private final long firstMillis;
    private final long maxMillis;
    private final RandomGenerator random;
    private long nextMillis;
    private int failures;

    /**
     * @param first the first wait, unless {@code retry.initial-delay} is shorter
     * @param max the longest one, unless {@code retry.max-delay} is shorter
     */
    BackOff(Duration first, Duration max, RetryConfig retry, RandomGenerator random) {
        maxMillis = Math.max(1, shorter(max, retry.maxDelay()));
        firstMillis = Math.max(1, Math.min(shorter(first, retry.initialDelay()), maxMillis));
        this.random = random;
        nextMillis = firstMillis;
    }

    private static long shorter(Duration one, Duration other) {
        return Math.min(one.toMillis(), other.toMillis());
    }

    /** One more failure: how long to wait now, in milliseconds. */
    long next() {
        long millis = nextMillis;
        grow();
        double factor = 1 + JITTER * (2 * random.nextDouble() - 1);
        return Math.max(1, Math.min(Math.round((double) millis * factor), maxMillis));
    }

    private void grow() {
        failures++;
        nextMillis = Math.min(2 * nextMillis, maxMillis);
    }

    /** How often something failed since all was well. */
    int failures() {
        return failures;
    }

    /** As if so much had failed before. */
    void startBehind(int earlierFailures) {
        reset();
        while (failures < earlierFailures) grow();
    }

    /** All is well again. */
    void reset() {
        failures = 0;
        nextMillis = firstMillis;
    }
}
