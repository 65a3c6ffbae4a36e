package posthaste.server.auth;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** What PLAIN and LOGIN end in: a name and a password in the clear. */
final class PasswordLogin {
    private final UserStore store;
    private final PasswordChecks checks;
    private final ProcessSecret secret;

    PasswordLogin(UserStore store, PasswordChecks checks, ProcessSecret secret) {
        this.store = store;
        this.checks = checks;
        this.secret = secret;
    }

    /** Somebody unknown costs the same work as somebody known, and fails at the same place. */
    CompletionStage<SaslStep> check(Attempt attempt, String name, String password, Executor loop) {
        Optional<Users> users = store.current().filter(Users::havePasswords);
        if (users.isEmpty()) return completed(attempt.unavailable("the users cannot be read"));
        Optional<String> prepared = SaslPrep.name(name);
        Optional<String> preparedPassword = SaslPrep.password(password);
        if (prepared.isEmpty() || preparedPassword.isEmpty()) {
            return completed(attempt.badCredentials(name, "characters or a length that no name and password has"));
        }
        Optional<UserEntry> user = users.get().named(prepared.get());
        ScramVerifier verifier =
                user.flatMap(UserEntry::password).orElseGet(() -> users.get().standIn(prepared.get(), secret));
        return checks.check(attempt.client(), verifier, preparedPassword.get(), loop)
                .thenApply(answer -> switch (answer) {
                    case BUSY -> attempt.unavailable("too many passwords wait for their check");
                    case WRONG -> attempt.badCredentials(prepared.get(), "unknown user or wrong password");
                    case RIGHT ->
                        user.map(known -> attempt.success(known.login()))
                                .orElseGet(() -> attempt.badCredentials(prepared.get(), "unknown user"));
                });
    }

    static CompletionStage<SaslStep> completed(SaslStep step) {
        return CompletableFuture.completedFuture(step);
    }
}
