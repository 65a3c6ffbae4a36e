package posthaste.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import posthaste.server.policy.ClientKey;

/**
 * Makes guessing passwords slow. Failures are counted by client and by user and client together, and each is forgiven
 * after a while. A user who fails again and again from one client is answered later and later; a client whose failures,
 * of whatever users, reach the limit is blocked for a while. Nothing is counted by user alone: whoever guesses at a user
 * must not lock that user out elsewhere. The memory is bounded: of more clients than {@link #CLIENTS_MAX} those that
 * failed long ago are forgotten. Thread-safe; never waits.
 */
final class GuessGuard {
    /** Clients remembered, and as many pairs of user and client; each costs some 150 octets. */
    static final int CLIENTS_MAX = 50_000;
    /** Failures of a user at a client that are answered at once: people mistype. */
    static final int FREE_FAILURES = 2;

    static final Duration DELAY_FIRST = Duration.ofMillis(500);
    static final Duration DELAY_MAX = Duration.ofSeconds(8);
    private static final int DOUBLINGS_MAX = 16;

    /**
     * What a failure costs.
     *
     * @param blocked whether the client is blocked from now on
     * @param delay how long the answer waits
     */
    record Penalty(boolean blocked, Duration delay) {}

    private record Pair(ClientKey client, long user) {}

    /**
     * @param failures not forgiven yet at {@code atNanos}
     * @param blocked whether a block began at {@code atNanos}
     */
    private record Count(double failures, long atNanos, boolean blocked) {}

    private final int failuresMax;
    private final long blockNanos;
    private final ProcessSecret secret;
    private final LongSupplier nanos;
    private final Cache<ClientKey, Count> clients = bounded();
    private final Cache<Pair, Count> pairs = bounded();

    /**
     * @param failuresMax of a client before it is blocked
     * @param blockTime how long; one failure is forgiven after its {@code failuresMax}th part
     * @param nanos a clock that only goes forward
     */
    GuessGuard(int failuresMax, Duration blockTime, ProcessSecret secret, LongSupplier nanos) {
        this.failuresMax = failuresMax;
        this.blockNanos = blockTime.toNanos();
        this.secret = secret;
        this.nanos = nanos;
    }

    /** What it evicts it evicts on the thread that adds: there is little to do, and no other thread to start. */
    private static <K, V> Cache<K, V> bounded() {
        return Caffeine.newBuilder()
                .maximumSize(CLIENTS_MAX)
                .executor(Runnable::run)
                .build();
    }

    boolean isBlocked(ClientKey client) {
        return Optional.ofNullable(clients.getIfPresent(client))
                .filter(this::isBlocked)
                .isPresent();
    }

    private boolean isBlocked(Count record) {
        return record.blocked && nanos.getAsLong() - record.atNanos < blockNanos;
    }

    /** Counts a failure. {@code user} may be anything a client calls itself. */
    Penalty failed(ClientKey client, String user) {
        Count ofClient = count(clients, client);
        Count ofPair = count(pairs, pair(client, user));
        return new Penalty(isBlocked(ofClient), delay(ofPair.failures));
    }

    private <K> Count count(Cache<K, Count> records, K key) {
        return records.asMap().merge(key, new Count(1, nanos.getAsLong(), failuresMax <= 1), this::another);
    }

    private Count another(Count before, Count first) {
        long now = first.atNanos;
        // The answer to a guess that was under way when the block began does not make it longer.
        if (isBlocked(before)) return before;
        double forgiven = (double) (now - before.atNanos) / blockNanos * failuresMax;
        double failures = Math.max(0, before.failures - forgiven) + 1;
        // What the moments between a few guesses forgive is no guess more.
        return new Count(failures, now, Math.ceil(failures) >= failuresMax);
    }

    private static Duration delay(double failures) {
        int beyond = (int) Math.ceil(failures) - FREE_FAILURES - 1;
        if (beyond < 0) return Duration.ZERO;
        Duration delay = DELAY_FIRST.multipliedBy(1L << Math.min(beyond, DOUBLINGS_MAX));
        return delay.compareTo(DELAY_MAX) < 0 ? delay : DELAY_MAX;
    }

    /** Forgives what the user did at this client. Its other failures stay: a guesser may have a password of its own. */
    void succeeded(ClientKey client, String user) {
        pairs.invalidate(pair(client, user));
    }

    /** Names are as long as clients like: what is kept of them is not. */
    private Pair pair(ClientKey client, String user) {
        return new Pair(
                client,
                ByteBuffer.wrap(secret.mac("guess", user.getBytes(UTF_8))).getLong());
    }

    /** How many clients are blocked now. Looks at each of them. */
    long blocked() {
        return clients.asMap().values().stream().filter(this::isBlocked).count();
    }

    /** How many clients are remembered. */
    long remembered() {
        clients.cleanUp();
        return clients.estimatedSize();
    }
}
