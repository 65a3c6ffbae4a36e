package posthaste.server.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static posthaste.server.auth.PasswordLogin.completed;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** LOGIN, which never became a standard: two prompts, for a name and a password. Some clients look at their words. */
final class LoginExchange implements SaslExchange {
    private static final String NAME_PROMPT = "Username:";
    private static final String PASSWORD_PROMPT = "Password:";

    private final Attempt attempt;
    private final PasswordLogin login;
    private Optional<String> name = Optional.empty();

    LoginExchange(Attempt attempt, PasswordLogin login) {
        this.attempt = attempt;
        this.login = login;
    }

    /** Some clients send the name at once. */
    @Override
    public CompletionStage<SaslStep> begin(Optional<byte[]> initialResponse, Executor loop) {
        Optional<SaslStep> refusal = attempt.refusal();
        if (refusal.isPresent()) return completed(refusal.get());
        return initialResponse.map(response -> respond(response, loop)).orElseGet(() -> completed(prompt(NAME_PROMPT)));
    }

    private static SaslStep prompt(String words) {
        return new SaslStep.Challenge(words.getBytes(US_ASCII));
    }

    @Override
    public CompletionStage<SaslStep> respond(byte[] response, Executor loop) {
        Optional<String> text = SaslText.decode(response).filter(given -> !given.isEmpty() && given.indexOf(0) < 0);
        if (text.isEmpty()) return completed(attempt.malformed("expected a name, then a password"));
        if (name.isPresent()) return login.check(attempt, name.get(), text.get(), loop);
        name = text;
        return completed(prompt(PASSWORD_PROMPT));
    }
}
