package posthaste.delivery;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import posthaste.delivery.route.Resolution;
import posthaste.smtp.Reply;

/** What a destination knows of its hosts: which they are, and whether it has to wait for them. One owner thread. */
final class Outlook {
    /** Hosts are looked up again after this time; the cache of the name system honours the times to live. */
    private static final long FRESH_MILLIS = 5_000;

    private static final Duration DNS_WAIT_FIRST = Duration.ofSeconds(60);
    private static final Duration DNS_WAIT_MAX = Duration.ofMinutes(15);

    private final BackOff dnsBackOff;
    private Optional<Resolution> answer = Optional.empty();
    private long answeredAtMillis;
    private long pausedUntilMillis;
    private Optional<Reply> reason = Optional.empty();
    private boolean doubtful;
    private int failures;

    Outlook(RetryConfig retry, RandomGenerator random) {
        dnsBackOff = new BackOff(DNS_WAIT_FIRST, DNS_WAIT_MAX, retry, random);
    }

    /** What the look-up said, as long as it may be relied on. */
    Optional<Resolution> fresh(long nowMillis) {
        return nowMillis - answeredAtMillis < FRESH_MILLIS ? answer : Optional.empty();
    }

    /** The hosts as they were looked up last. */
    Optional<Resolution.Found> hosts() {
        return answer.filter(Resolution.Found.class::isInstance).map(Resolution.Found.class::cast);
    }

    /** Hosts were found, or there will be none. */
    void answered(Resolution latest, long nowMillis) {
        answer = Optional.of(latest);
        answeredAtMillis = nowMillis;
        dnsBackOff.reset();
    }

    /** The name system did not tell. Returns how long to wait, in milliseconds. */
    long notAnswered() {
        answer = Optional.empty();
        long wait = dnsBackOff.next();
        failures = dnsBackOff.failures();
        return wait;
    }

    /** It rested, and nobody knows how its hosts are; after failures nothing is tried before {@code untilMillis}. */
    void rested(long untilMillis, int failuresInARow) {
        doubtful = true;
        failures = failuresInARow;
        dnsBackOff.startBehind(failures);
        if (failures > 0) pausedUntilMillis = untilMillis;
    }

    /** Nothing is tried before {@code untilMillis}. */
    void pause(long untilMillis, Reply why, int failuresInARow) {
        pausedUntilMillis = Math.max(pausedUntilMillis, untilMillis);
        reason = Optional.of(why);
        failures = failuresInARow;
        doubtful = true;
    }

    /** A host has taken mail. */
    void reached() {
        pausedUntilMillis = 0;
        reason = Optional.empty();
        failures = 0;
        doubtful = false;
    }

    /** What is known of its hosts counts no more: they are tried as if nothing had happened. */
    void startAnew() {
        reached();
        dnsBackOff.reset();
        doubtful = true;
    }

    long pausedUntilMillis() {
        return pausedUntilMillis;
    }

    /** Why it waits, or waited last. */
    Optional<Reply> reason() {
        return reason;
    }

    /** Whether one delivery has to go ahead of the others and see how the hosts are. */
    boolean isDoubtful() {
        return doubtful;
    }

    /** How often in a row the hosts could not be reached, or not be found. */
    int failures() {
        return failures;
    }
}
