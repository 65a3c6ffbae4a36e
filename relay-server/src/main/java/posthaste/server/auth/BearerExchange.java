package posthaste.server.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static posthaste.server.auth.PasswordLogin.completed;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import posthaste.server.policy.MailboxText;

/**
 * OAUTHBEARER (RFC 7628) and XOAUTH2: the client shows a token. Why it is no good the client is told in JSON, as a
 * challenge; the failure itself follows whatever it answers (§3.2.3).
 */
final class BearerExchange implements SaslExchange {
    /** The two ways to wrap a token. */
    enum Dialect {
        OAUTHBEARER("{\"status\":\"invalid_token\"}"),
        XOAUTH2("{\"status\":\"401\",\"schemes\":\"bearer\"}");

        private final String refusal;

        Dialect(String refusal) {
            this.refusal = refusal;
        }

        private Optional<BearerMessage> parse(String message) {
            return this == OAUTHBEARER ? BearerMessage.oauthBearer(message) : BearerMessage.xoauth2(message);
        }
    }

    private final Dialect dialect;
    private final Attempt attempt;
    private final UserStore store;
    private final TokenCheck tokens;
    private final Workers workers;
    /** What follows the client's answer to our JSON. */
    private Optional<SaslStep.Failure> told = Optional.empty();

    BearerExchange(Dialect dialect, Attempt attempt, UserStore store, TokenCheck tokens, Workers workers) {
        this.dialect = dialect;
        this.attempt = attempt;
        this.store = store;
        this.tokens = tokens;
        this.workers = workers;
    }

    @Override
    public CompletionStage<SaslStep> begin(Optional<byte[]> initialResponse, Executor loop) {
        Optional<SaslStep> refusal = attempt.refusal();
        if (refusal.isPresent()) return completed(refusal.get());
        // Whoever reads a token can use it (RFC 6750 §5.3).
        if (!attempt.context().encrypted()) return completed(attempt.encryptionNeeded());
        return initialResponse
                .map(response -> respond(response, loop))
                .orElseGet(() -> completed(SaslStep.Challenge.EMPTY));
    }

    @Override
    public CompletionStage<SaslStep> respond(byte[] response, Executor loop) {
        if (told.isPresent()) return completed(told.get());
        Optional<BearerMessage> message = SaslText.decode(response).flatMap(dialect::parse);
        if (message.isEmpty()) return completed(attempt.malformed("no message of this mechanism"));
        if (message.get().token().isEmpty()) {
            return completed(refused(message.get().user().orElse(""), "asks what token is needed"));
        }
        return checked(message.get().token(), loop)
                .map(result -> result.thenApply(each -> judged(message.get(), each)))
                .orElseGet(() -> completed(attempt.unavailable("too many tokens wait for their check")));
    }

    /** Empty where too many wait. */
    private Optional<CompletionStage<TokenResult>> checked(String token, Executor loop) {
        var result = new CompletableFuture<TokenResult>();
        boolean runs = workers.tryRun(attempt.client(), () -> tokens.check(token), result);
        return runs ? Optional.of(result.thenApplyAsync(each -> each, loop)) : Optional.empty();
    }

    private SaslStep judged(BearerMessage message, TokenResult result) {
        return result.accept(new TokenResult.Handler<>() {
            @Override
            public SaslStep valid(TokenResult.Valid token) {
                return welcome(message, token.user());
            }

            @Override
            public SaslStep invalid(TokenResult.Invalid token) {
                return refused(message.user().orElse(""), token.why());
            }

            @Override
            public SaslStep unknown(TokenResult.Unknown token) {
                return attempt.unavailable("the keys of tokens cannot be read");
            }
        });
    }

    /** Letter case does not matter in what the client says of itself: the token says who it is. */
    private SaslStep welcome(BearerMessage message, String user) {
        if (!message.user().orElse(user).equalsIgnoreCase(user)) {
            return refused(message.user().orElse(""), "the token is of somebody else");
        }
        Optional<Users> users = store.current();
        if (users.isEmpty()) return attempt.unavailable("the users cannot be read");
        return users.get()
                .named(user)
                .map(UserEntry::login)
                .or(() -> users.get().haveLike(user) ? Optional.empty() : ofTheirOwn(user))
                .map(attempt::success)
                .orElseGet(
                        () -> refused(user, "no [[auth.user]] has the name in this letter case, or it is no address"));
    }

    /**
     * Users without a table may send as the address that the token names, and as nobody else. Another spelling of a name
     * that has a table is no way around what that table says.
     */
    private static Optional<Login> ofTheirOwn(String user) {
        return MailboxText.parse(user).map(address -> new Login(user, SenderRights.of(address), UserQuota.NONE));
    }

    /** Counted and told to the log now: a client that goes away instead of answering has failed all the same. */
    private SaslStep refused(String user, String why) {
        SaslStep.Failure failure = attempt.badCredentials(user, why);
        if (failure.kind() != SaslStep.Kind.BAD_CREDENTIALS) return failure;
        told = Optional.of(new SaslStep.Failure(failure.kind(), failure.delay(), ""));
        return new SaslStep.Challenge(dialect.refusal.getBytes(US_ASCII), failure.detail());
    }
}
