package posthaste.server.auth;

import static posthaste.server.auth.PasswordLogin.completed;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** PLAIN (RFC 4616): one message, {@code [authzid] NUL authcid NUL passwd}. */
final class PlainExchange implements SaslExchange {
    private static final int FIELDS = 3;

    private final Attempt attempt;
    private final PasswordLogin login;

    PlainExchange(Attempt attempt, PasswordLogin login) {
        this.attempt = attempt;
        this.login = login;
    }

    @Override
    public CompletionStage<SaslStep> begin(Optional<byte[]> initialResponse, Executor loop) {
        Optional<SaslStep> refusal = attempt.refusal();
        if (refusal.isPresent()) return completed(refusal.get());
        return initialResponse
                .map(response -> respond(response, loop))
                .orElseGet(() -> completed(SaslStep.Challenge.EMPTY));
    }

    @Override
    public CompletionStage<SaslStep> respond(byte[] response, Executor loop) {
        String[] fields = SaslText.decode(response)
                .map(text -> text.split("\0", FIELDS + 1))
                .orElse(new String[0]);
        if (fields.length != FIELDS || fields[1].isEmpty() || fields[2].isEmpty()) {
            return completed(attempt.malformed("expected [identity] NUL name NUL password"));
        }
        if (!fields[0].isEmpty() && !fields[0].equals(fields[1])) {
            return completed(attempt.badCredentials(fields[1], "asks to act for somebody else"));
        }
        return login.check(attempt, fields[1], fields[2], loop);
    }
}
