package posthaste.server.smtp;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import posthaste.server.policy.ClientKey;

/**
 * How often one client may do something within a minute: so many at once, and then evenly over time. Of more clients
 * than {@link #CLIENTS_MAX} those that were not seen for long are forgotten. Thread-safe; never waits.
 */
final class ClientPace {
    /** Each costs some 100 octets. */
    static final int CLIENTS_MAX = 100_000;

    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    /** @param left what could be done at {@code atNanos} */
    private record Bucket(double left, long atNanos) {}

    private final Optional<Integer> perMinute;
    private final LongSupplier nanos;
    private final Cache<ClientKey, Bucket> buckets = Caffeine.newBuilder()
            .maximumSize(CLIENTS_MAX)
            .executor(Runnable::run)
            .build();

    /** @param perMinute empty for no limit, which costs nothing */
    ClientPace(Optional<Integer> perMinute, LongSupplier nanos) {
        this.perMinute = perMinute;
        this.nanos = nanos;
    }

    boolean isLimited() {
        return perMinute.isPresent();
    }

    /** Counts one more; false, and nothing is counted, where that is one too many. */
    boolean tryPass(ClientKey client) {
        if (perMinute.isEmpty()) return true;
        int max = perMinute.get();
        long now = nanos.getAsLong();
        boolean[] passes = {false};
        buckets.asMap().compute(client, (key, before) -> {
            double left =
                    before == null ? max : Math.min(max, before.left + (double) (now - before.atNanos) / MINUTE * max);
            passes[0] = left >= 1;
            return new Bucket(passes[0] ? left - 1 : left, now);
        });
        return passes[0];
    }
}
