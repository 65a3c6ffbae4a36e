package posthaste.delivery;

import java.time.Duration;
import java.util.ArrayList;

/**
 * The {@code [retry]} section, valid by construction.
 *
 * @param initialDelay from the first failure to the second attempt; also where every back-off of ours starts
 * @param multiplier growth of the delay per attempt
 * @param maxDelay upper bound of the delay, and of every back-off
 * @param expire age at which an undelivered message bounces (RFC 5321 §4.5.4.1: at least 4 to 5 days)
 * @param expireBounce age at which an undelivered report is dropped
 * @param delayNotice age at which the sender is told of a delay; longer than expire = never
 * @param ambiguousDelay wait after a lost reply to the final dot; never longer than maxDelay
 */
public record RetryConfig(
        Duration initialDelay,
        double multiplier,
        Duration maxDelay,
        Duration expire,
        Duration expireBounce,
        Duration delayNotice,
        Duration ambiguousDelay) {
    public static final RetryConfig DEFAULT = new RetryConfig(
            Duration.ofMinutes(5),
            2.0,
            Duration.ofHours(4),
            Duration.ofDays(5),
            Duration.ofDays(1),
            Duration.ofHours(4),
            Duration.ofMinutes(15));

    /** Names every problem at once; the reader of the file adds its name and line. */
    public RetryConfig {
        var problems = new ArrayList<String>();
        if (!isPositive(initialDelay)) problems.add("initial-delay must be positive");
        if (!(multiplier >= 1)) problems.add("multiplier must be at least 1.0");
        if (maxDelay.compareTo(initialDelay) < 0) problems.add("max-delay must not be shorter than initial-delay");
        if (!isPositive(expire)) problems.add("expire must be positive");
        if (!isPositive(expireBounce)) problems.add("expire-bounce must be positive");
        if (!isPositive(delayNotice)) problems.add("delay-notice must be positive");
        if (!isPositive(ambiguousDelay)) problems.add("ambiguous-delay must be positive");
        if (!problems.isEmpty()) throw new IllegalArgumentException(String.join("; ", problems));
    }

    private static boolean isPositive(Duration duration) {
        return !duration.isNegative() && !duration.isZero();
    }
}
