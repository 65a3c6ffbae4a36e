package posthaste.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** An {@link Authentication} on virtual time, and clients that use it. */
final class AuthFixture implements AutoCloseable {
    static final InetAddress HERE = address("192.0.2.1");
    static final InetAddress ELSEWHERE = address("192.0.2.2");
    static final SaslContext TLS = context(HERE);
    static final SaslContext PLAIN_TEXT = new SaslContext(HERE, false, Optional.empty(), Optional.empty());
    static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
    static final int SALT_OCTETS = 16;
    private static final long SECONDS_MAX = 30;

    final AtomicLong nanos = new AtomicLong(1);
    final MeterRegistry registry = new SimpleMeterRegistry();
    final Authentication authentication;

    AuthFixture(UserEntry... users) {
        this(config(users), () -> new UserReading.Read(List.of(users)));
    }

    AuthFixture(AuthConfig config, UserSource source) {
        authentication = Authentication.start(config, source, registry, () -> NOW.plusNanos(nanos.get()), nanos::get);
    }

    static AuthConfig config(UserEntry... users) {
        return new AuthConfig(
                true, List.of(users), Optional.empty(), List.of(), 5, Duration.ofMinutes(10), Optional.empty());
    }

    static UserEntry user(String name, String password) {
        return user(name, password, ScramHash.SHA_256, ScramVerifier.ITERATIONS_MIN);
    }

    static UserEntry user(String name, String password, ScramHash hash, int iterations) {
        byte[] salt = Arrays.copyOf(("salt of " + name).getBytes(UTF_8), SALT_OCTETS);
        ScramVerifier verifier = ScramVerifier.of(hash, password, salt, iterations);
        return new UserEntry(name, Optional.of(verifier), SenderRights.ANY, UserQuota.NONE);
    }

    static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException wrong) {
            throw new IllegalArgumentException(text, wrong);
        }
    }

    static SaslContext context(InetAddress client) {
        return new SaslContext(client, true, Optional.empty(), Optional.empty());
    }

    void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    SaslExchange exchange(String mechanism, SaslContext context) {
        return authentication.exchange(mechanism, context).orElseThrow();
    }

    /** Logs in with PLAIN. */
    SaslStep plain(String name, String password, InetAddress client) {
        String message = "\0" + name + "\0" + password;
        return begin(exchange("PLAIN", context(client)), message);
    }

    static SaslStep begin(SaslExchange exchange, String initialResponse) {
        return end(exchange.begin(Optional.of(initialResponse.getBytes(UTF_8)), Runnable::run));
    }

    static SaslStep begin(SaslExchange exchange) {
        return end(exchange.begin(Optional.empty(), Runnable::run));
    }

    static SaslStep respond(SaslExchange exchange, String response) {
        return end(exchange.respond(response.getBytes(UTF_8), Runnable::run));
    }

    static <T> T end(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException failure) {
            throw new AssertionError(failure);
        }
    }

    /** What a challenge says; fails for any other step. */
    static String said(SaslStep step) {
        if (step instanceof SaslStep.Challenge challenge) return new String(challenge.octets(), UTF_8);
        throw new AssertionError("no challenge: " + step);
    }

    static SaslStep.Failure failure(SaslStep step) {
        if (step instanceof SaslStep.Failure failure) return failure;
        throw new AssertionError("no failure: " + step);
    }

    static SaslStep.Kind kind(SaslStep step) {
        return failure(step).kind();
    }

    static Login login(SaslStep step) {
        if (step instanceof SaslStep.Success success) return success.login();
        throw new AssertionError("no success: " + step);
    }

    /** Checks of passwords and tokens done so far. */
    long checks() {
        return registry.get("posthaste.auth.check").timer().count();
    }

    double counted(String mechanism, String outcome) {
        return Optional.ofNullable(registry.find("posthaste.auth.attempts")
                        .tags("mechanism", mechanism, "outcome", outcome)
                        .counter())
                .map(Counter::count)
                .orElse(0.0);
    }

    @Override
    public void close() {
        authentication.close();
    }
}
