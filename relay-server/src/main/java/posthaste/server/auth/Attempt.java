package posthaste.server.auth;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import posthaste.server.policy.ClientKey;
import posthaste.smtp.SafeText;

/** What the outcome of one exchange means: what is counted, what it costs the client, what the log says. */
final class Attempt {
    private static final int NAME_CHARS_MAX = 80;

    private final String mechanism;
    private final SaslContext context;
    private final ClientKey client;
    private final GuessGuard guard;
    private final AuthMetrics metrics;

    Attempt(String mechanism, SaslContext context, GuessGuard guard, AuthMetrics metrics) {
        this.mechanism = mechanism;
        this.context = context;
        this.client = ClientKey.of(context.client());
        this.guard = guard;
        this.metrics = metrics;
    }

    SaslContext context() {
        return context;
    }

    ClientKey client() {
        return client;
    }

    /** Why it must not even begin. */
    Optional<SaslStep> refusal() {
        return guard.isBlocked(client) ? Optional.of(blocked("too many failed logins before")) : Optional.empty();
    }

    /** The client is who it says. Guesses that were under way when the others failed come too late all the same. */
    SaslStep success(Login login) {
        Optional<SaslStep> refusal = refusal();
        if (refusal.isPresent()) return refusal.get();
        guard.succeeded(client, login.user());
        metrics.ended(mechanism, "success");
        return new SaslStep.Success(login);
    }

    /** @param user as the client named it */
    SaslStep.Failure badCredentials(String user, String why) {
        GuessGuard.Penalty penalty = guard.failed(client, user);
        String detail = why + ", user " + SafeText.of(user, NAME_CHARS_MAX);
        if (penalty.blocked()) return blocked(detail + "; the client is blocked for a while");
        return failure(SaslStep.Kind.BAD_CREDENTIALS, penalty.delay(), detail);
    }

    private SaslStep.Failure blocked(String detail) {
        return failure(SaslStep.Kind.BLOCKED, Duration.ZERO, detail);
    }

    SaslStep.Failure malformed(String why) {
        return failure(SaslStep.Kind.MALFORMED, Duration.ZERO, why);
    }

    SaslStep.Failure unavailable(String why) {
        return failure(SaslStep.Kind.UNAVAILABLE, Duration.ZERO, why);
    }

    SaslStep.Failure encryptionNeeded() {
        return failure(SaslStep.Kind.ENCRYPTION_NEEDED, Duration.ZERO, "a token without TLS");
    }

    private SaslStep.Failure failure(SaslStep.Kind kind, Duration delay, String detail) {
        metrics.ended(mechanism, kind.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        return new SaslStep.Failure(kind, delay, mechanism + ": " + detail);
    }
}
