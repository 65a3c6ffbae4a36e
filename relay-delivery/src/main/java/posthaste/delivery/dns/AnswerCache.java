package posthaste.delivery.dns;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Answers within their time to live, and positive ones for a while beyond it, for when no resolver answers (RFC 8767).
 * Never a stale "does not exist": mail would bounce on it. Bounded by weight; safe from any thread.
 */
final class AnswerCache {
    /** In records, a name without any counting as one; about 150 bytes each. */
    static final long WEIGHT_MAX = 60_000;

    /** Times to live are raised to this, so that one busy name cannot keep a resolver busy; zero stays zero. */
    static final Duration TTL_MIN = Duration.ofSeconds(5);

    static final Duration TTL_MAX = Duration.ofDays(1);

    /** What does not exist may be created, and bounces until then. */
    static final Duration NEGATIVE_TTL_MAX = Duration.ofMinutes(15);

    /** How long a failure is not asked about again (RFC 9520 §3.2: at least one second). */
    static final Duration FAILURE_TTL = Duration.ofSeconds(1);

    /** How long an answer is kept beyond its time to live (RFC 8767 §5: one to three days). */
    static final Duration STALE_MAX = Duration.ofDays(1);

    /** How long a stale answer is given before the resolvers are asked again (RFC 8767 §5). */
    static final Duration STALE_RECHECK = Duration.ofSeconds(30);

    private final Cache<DnsQuestion, Cached> answers;
    private final InstantSource clock;

    /**
     * @param freshUntilMillis until when it answers questions; now or earlier = not beyond this one
     * @param keepUntilMillis until when it may stand in for resolvers that fail
     */
    record Cached(DnsReply reply, long freshUntilMillis, long keepUntilMillis) {}

    AnswerCache(InstantSource clock) {
        this.clock = clock;
        this.answers = Caffeine.newBuilder()
                .maximumWeight(WEIGHT_MAX)
                .<DnsQuestion, Cached>weigher((question, cached) -> weightOf(cached.reply()))
                .expireAfter(Expiry.<DnsQuestion, Cached>writing((question, cached) ->
                        Duration.ofMillis(Math.max(0, cached.keepUntilMillis() - clock.millis()))))
                .ticker(() -> Duration.ofMillis(clock.millis()).toNanos())
                .executor(Runnable::run)
                .build();
    }

    private static int weightOf(DnsReply reply) {
        return reply instanceof DnsReply.Usable usable ? 1 + usable.records().size() : 1;
    }

    /** What may be answered without asking. */
    Optional<Cached> fresh(DnsQuestion question) {
        Cached known = answers.getIfPresent(question);
        return known != null && known.freshUntilMillis() > clock.millis() ? Optional.of(known) : Optional.empty();
    }

    /** How much longer it answers questions, never negative. */
    long validForMillis(Cached cached) {
        return Math.max(0, cached.freshUntilMillis() - clock.millis());
    }

    /** Keeps what the resolvers said, and says what to answer: that, or the stale answer where they failed. */
    Cached keep(DnsQuestion question, DnsReply reply) {
        return reply instanceof DnsReply.Usable usable ? keep(question, usable) : keepFailure(question, reply);
    }

    private Cached keep(DnsQuestion question, DnsReply.Usable reply) {
        long now = clock.millis();
        boolean positive = !reply.records().isEmpty();
        long ttlMillis = clamp(reply.ttlSeconds(), positive ? TTL_MAX : NEGATIVE_TTL_MAX);
        long freshUntil = now + ttlMillis;
        boolean mayBeStale = positive && reply.nameExists() && ttlMillis > 0;
        var cached = new Cached(reply, freshUntil, mayBeStale ? freshUntil + STALE_MAX.toMillis() : freshUntil);
        if (ttlMillis > 0) {
            answers.put(question, cached);
        } else {
            answers.invalidate(question);
        }
        return cached;
    }

    private static long clamp(long ttlSeconds, Duration max) {
        if (ttlSeconds == 0) return 0;
        return Math.max(TTL_MIN.toMillis(), Math.min(ttlSeconds, max.toSeconds()) * 1000);
    }

    private Cached keepFailure(DnsQuestion question, DnsReply failure) {
        long now = clock.millis();
        Cached old = answers.getIfPresent(question);
        Cached cached = old != null && old.reply() instanceof DnsReply.Usable
                ? new Cached(old.reply(), now + STALE_RECHECK.toMillis(), old.keepUntilMillis())
                : new Cached(failure, now + FAILURE_TTL.toMillis(), now + FAILURE_TTL.toMillis());
        answers.put(question, cached);
        return cached;
    }
}
