package posthaste.server.auth;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Who clients are: makes the SASL exchanges of every session, and holds what they share. Thread-safe; nothing but
 * {@link #reload} blocks. One for the process: it counts the failures of all listeners together.
 */
public final class Authentication implements AutoCloseable {
    private static final String PLUS = "-PLUS";
    private static final String PLAIN = "PLAIN";
    private static final String LOGIN = "LOGIN";
    /** In base64 it is 24 characters: nobody meets the same twice. */
    private static final int NONCE_OCTETS = 18;

    private final UserStore store;
    private final Optional<TokenCheck> tokens;
    private final ProcessSecret secret;
    private final GuessGuard guard;
    private final AuthMetrics metrics;
    private final Workers workers;
    private final PasswordLogin passwords;
    private final UserLimits limits;
    private final SecureRandom random = new SecureRandom();

    private Authentication(
            AuthConfig config,
            UserSource source,
            Optional<TokenCheck> tokens,
            MeterRegistry registry,
            LongSupplier nanos) {
        this.tokens = tokens;
        secret = ProcessSecret.random(random);
        store = new UserStore(config.everyUser(), source, nanos);
        guard = new GuessGuard(config.failuresPerClient(), config.blockTime(), secret, nanos);
        metrics = new AuthMetrics(registry);
        workers = new Workers(metrics);
        passwords = new PasswordLogin(store, new PasswordChecks(workers, secret, nanos), secret);
        limits = new UserLimits(nanos);
        metrics.observe(workers);
        metrics.observe(guard);
        metrics.observe(store);
    }

    /**
     * Starts no thread and reads no file before somebody logs in.
     *
     * @param source where {@link #reload} reads the users of the configuration and its file
     * @param clock by which tokens expire
     * @param nanos a clock that only goes forward, by which failures are forgiven
     */
    public static Authentication start(
            AuthConfig config, UserSource source, MeterRegistry registry, InstantSource clock, LongSupplier nanos) {
        Optional<TokenCheck> tokens =
                config.oauth().map(oauth -> new TokenCheck(oauth, new TokenKeys(oauth.jwks(), nanos), clock));
        return new Authentication(config, source, tokens, registry, nanos);
    }

    /**
     * Reads a file of keys to see whether it can be used. Blocks.
     *
     * @throws IOException if it cannot be read
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public static void checkKeys(Path jwks) throws IOException {
        TokenKeys.read(jwks);
    }

    /**
     * The mechanisms to offer, the strongest first; none where nobody could log in. Whether any may be offered without TLS
     * at all is the listener's decision: what this leaves out then is what must never be.
     *
     * @param encrypted whether TLS is on
     * @param certificateBindingPossible what {@link SaslContext#canBind} will say in this session: a client that was not
     *     offered a binding must not be taken for one that somebody deceives
     */
    public List<String> mechanisms(boolean encrypted, boolean certificateBindingPossible) {
        Users users = store.last();
        var mechanisms = new ArrayList<String>();
        for (ScramHash hash : List.of(ScramHash.SHA_256, ScramHash.SHA_1)) {
            if (!users.havePasswords(hash)) continue;
            if (encrypted && certificateBindingPossible) mechanisms.add(hash.mechanism() + PLUS);
            mechanisms.add(hash.mechanism());
        }
        if (encrypted && tokens.isPresent()) {
            for (BearerExchange.Dialect dialect : BearerExchange.Dialect.values()) mechanisms.add(dialect.name());
        }
        if (users.havePasswords()) mechanisms.addAll(List.of(PLAIN, LOGIN));
        return List.copyOf(mechanisms);
    }

    /**
     * Begins nothing yet: makes the exchange that {@code AUTH} asks for.
     *
     * @param mechanism its name in upper case
     * @return empty for a mechanism that is not there ({@code 504 5.5.4})
     */
    public Optional<SaslExchange> exchange(String mechanism, SaslContext context) {
        if (store.isRetryDue()) workers.tryRun(store::reload);
        Users users = store.last();
        var attempt = new Attempt(mechanism, context, guard, metrics);
        if (mechanism.equals(PLAIN) && users.havePasswords()) return Optional.of(new PlainExchange(attempt, passwords));
        if (mechanism.equals(LOGIN) && users.havePasswords()) return Optional.of(new LoginExchange(attempt, passwords));
        Optional<SaslExchange> bearer = bearer(mechanism, attempt);
        if (bearer.isPresent()) return bearer;
        boolean plus = mechanism.endsWith(PLUS);
        String base = plus ? mechanism.substring(0, mechanism.length() - PLUS.length()) : mechanism;
        return ScramHash.of(base)
                .filter(users::havePasswords)
                .filter(hash -> !plus || context.canBind())
                .map(hash -> new ScramExchange(hash, plus, attempt, store, secret, this::nonce));
    }

    private Optional<SaslExchange> bearer(String mechanism, Attempt attempt) {
        for (BearerExchange.Dialect dialect : BearerExchange.Dialect.values()) {
            if (!dialect.name().equals(mechanism)) continue;
            return tokens.map(check -> new BearerExchange(dialect, attempt, store, check, workers));
        }
        return Optional.empty();
    }

    private String nonce() {
        byte[] octets = new byte[NONCE_OCTETS];
        random.nextBytes(octets);
        return Base64.getEncoder().encodeToString(octets);
    }

    /** What users have used of their quota; asked at MAIL and RCPT. */
    public UserLimits limits() {
        return limits;
    }

    /** Reads the users anew and logs what came of it; sessions that are logged in stay so. Blocks. */
    public UserReading reload() {
        return store.reload();
    }

    /** Checks that wait are dropped: end the sessions first. */
    @Override
    public void close() {
        workers.close();
    }
}
