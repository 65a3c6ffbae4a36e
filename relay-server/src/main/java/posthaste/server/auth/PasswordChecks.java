package posthaste.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import posthaste.server.policy.ClientKey;

/**
 * Checks passwords against what is kept of them, on threads of their own. Clients that send the same at the same time
 * share one check, and a right password is right for a minute more without one: an application that logs in for each
 * message costs a check a minute, not a core (docs/decisions/0019). Wrong ones are never remembered. Thread-safe.
 */
final class PasswordChecks {
    /** How long a right password needs no other check. A change of the password ends it at once. */
    static final Duration REMEMBERED = Duration.ofSeconds(60);

    static final int REMEMBERED_MAX = 10_000;

    enum Answer {
        RIGHT,
        WRONG,
        /** Too many checks wait. */
        BUSY
    }

    private final Workers workers;
    private final ProcessSecret secret;
    /** What is under way, and what was right, by a keyed hash of password and verifier. */
    private final ConcurrentHashMap<ByteBuffer, CompletableFuture<Answer>> underWay = new ConcurrentHashMap<>();

    private final Cache<ByteBuffer, Answer> right;

    /** @param nanos a clock that only goes forward */
    PasswordChecks(Workers workers, ProcessSecret secret, LongSupplier nanos) {
        this.workers = workers;
        this.secret = secret;
        right = Caffeine.newBuilder()
                .maximumSize(REMEMBERED_MAX)
                .expireAfterWrite(REMEMBERED)
                .ticker(nanos::getAsLong)
                .executor(Runnable::run)
                .build();
    }

    /**
     * Whether {@code password} is the one of {@code verifier}.
     *
     * @param password prepared
     * @param loop where the stage completes; a remembered password completes it at once
     */
    CompletionStage<Answer> check(ClientKey client, ScramVerifier verifier, String password, Executor loop) {
        var key = ByteBuffer.wrap(secret.mac("password", verifier.identity(), password.getBytes(UTF_8)));
        Optional<Answer> remembered = Optional.ofNullable(right.getIfPresent(key));
        if (remembered.isPresent()) return CompletableFuture.completedFuture(remembered.get());
        var mine = new CompletableFuture<Answer>();
        Optional<CompletableFuture<Answer>> shared = Optional.ofNullable(underWay.putIfAbsent(key, mine));
        if (shared.isEmpty() && !workers.tryRun(client, () -> run(key, verifier, password), mine)) {
            underWay.remove(key);
            mine.complete(Answer.BUSY);
        }
        return on(loop, shared.orElse(mine));
    }

    private Answer run(ByteBuffer key, ScramVerifier verifier, String password) {
        try {
            if (!verifier.matches(password)) return Answer.WRONG;
            right.put(key, Answer.RIGHT);
            return Answer.RIGHT;
        } finally {
            underWay.remove(key);
        }
    }

    /** The thread that completes {@code stage} must not run what its waiters do. */
    private static <T> CompletionStage<T> on(Executor loop, CompletableFuture<T> stage) {
        return stage.thenApplyAsync(answer -> answer, loop);
    }
}
