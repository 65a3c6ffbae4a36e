package posthaste.delivery;

import java.util.random.RandomGenerator;

/**
 * When to try again: exponential, bounded, with jitter so that what failed together does not come back together. Not for
 * a thread that shares its random generator.
 */
final class RetrySchedule {
    /** The delay varies by so much in either direction. */
    private static final double JITTER = 0.1;

    private final RetryConfig config;
    private final RandomGenerator random;

    RetrySchedule(RetryConfig config, RandomGenerator random) {
        this.config = config;
        this.random = random;
    }

    /**
     * The wait behind an attempt that failed.
     *
     * @param attempts how many were charged so far, that one included; at least 1
     * @return milliseconds, at least 1
     */
    long delayMillis(int attempts) {
        double grown =
                (double) config.initialDelay().toMillis() * Math.pow(config.multiplier(), Math.max(0, attempts - 1));
        return jittered(Math.min(grown, (double) config.maxDelay().toMillis()));
    }

    /** The wait behind a lost reply to the final dot, in milliseconds. */
    long ambiguousDelayMillis() {
        return jittered((double)
                Math.min(config.ambiguousDelay().toMillis(), config.maxDelay().toMillis()));
    }

    private long jittered(double millis) {
        double factor = 1 + JITTER * (2 * random.nextDouble() - 1);
        return Math.max(
                1, Math.min(Math.round(millis * factor), config.maxDelay().toMillis()));
    }
}
