package posthaste.delivery;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import posthaste.delivery.client.Transaction;
import posthaste.delivery.route.NextHop;
import posthaste.delivery.route.Resolution;

/** The hosts of a site: which of them may be tried now, and how many recipients each takes. One owner thread. */
final class SiteHosts {
    private static final Duration WAIT_FIRST = Duration.ofSeconds(60);
    private static final Duration WAIT_MAX = Duration.ofHours(1);

    private final RetryConfig retry;
    private final RandomGenerator random;
    /** Those that something is known of; forgotten when the name system no longer names them. */
    private final Map<NextHop, Host> known = new HashMap<>();

    private Resolution.Found found;
    /** How often hosts failed in a row before this object was made. */
    private int earlierFailures;

    private static final class Host {
        private final BackOff backOff;
        private long blockedUntilMillis;
        private int recipientsMax = Transaction.RECIPIENTS_MAX;

        Host(BackOff backOff) {
            this.backOff = backOff;
        }
    }

    /** @param earlierFailures in a row, of these hosts, before they were forgotten */
    SiteHosts(Resolution.Found found, int earlierFailures, RetryConfig retry, RandomGenerator random) {
        this.found = found;
        this.earlierFailures = earlierFailures;
        this.retry = retry;
        this.random = random;
    }

    /** The hosts as they were looked up last. */
    void update(Resolution.Found latest) {
        if (latest.equals(found)) return;
        found = latest;
        known.keySet().removeIf(hop -> found.tiers().stream().noneMatch(tier -> tier.contains(hop)));
    }

    private Host host(NextHop hop) {
        return known.computeIfAbsent(hop, first -> new Host(backOff()));
    }

    private BackOff backOff() {
        var backOff = new BackOff(WAIT_FIRST, WAIT_MAX, retry, random);
        backOff.startBehind(earlierFailures);
        return backOff;
    }

    /** A host that may be tried now, best preference first, equal ones in random order. */
    Optional<NextHop> choose(long nowMillis, Predicate<NextHop> wanted) {
        return found.shuffled(random).stream()
                .filter(wanted)
                .filter(hop -> blockedUntil(hop) <= nowMillis)
                .findFirst();
    }

    private long blockedUntil(NextHop hop) {
        Host host = known.get(hop);
        return host == null ? 0 : host.blockedUntilMillis;
    }

    boolean isBlocked(NextHop hop, long nowMillis) {
        return blockedUntil(hop) > nowMillis;
    }

    /** When the first of them may be tried again. */
    long firstFreeMillis() {
        long first = Long.MAX_VALUE;
        for (var tier : found.tiers()) for (NextHop hop : tier) first = Math.min(first, blockedUntil(hop));
        return first;
    }

    /** How often in a row the host failed that failed least. */
    int failures() {
        int least = Integer.MAX_VALUE;
        for (var tier : found.tiers()) for (NextHop hop : tier) least = Math.min(least, failuresOf(hop));
        return least;
    }

    private int failuresOf(NextHop hop) {
        Host host = known.get(hop);
        return host == null ? 0 : host.backOff.failures();
    }

    /** The host has failed: not before a while again. */
    void block(NextHop hop, long nowMillis) {
        Host host = host(hop);
        host.blockedUntilMillis = nowMillis + host.backOff.next();
    }

    /** How long to leave a host alone that serves us but takes no more connections, in milliseconds. */
    long rest(NextHop hop) {
        return host(hop).backOff.next();
    }

    void succeeded(NextHop hop) {
        earlierFailures = 0;
        Host host = known.get(hop);
        if (host == null) return;
        host.backOff.reset();
        host.blockedUntilMillis = 0;
    }

    /** Every host may be tried now, whatever it did. */
    void forgive() {
        earlierFailures = 0;
        for (Host each : known.values()) {
            each.backOff.reset();
            each.blockedUntilMillis = 0;
        }
    }

    int recipientsMax(NextHop hop) {
        Host host = known.get(hop);
        return host == null ? Transaction.RECIPIENTS_MAX : host.recipientsMax;
    }

    /** The host took no more than so many recipients in one transaction. */
    void limitRecipients(NextHop hop, int taken) {
        host(hop).recipientsMax = Math.max(1, taken);
    }
}
