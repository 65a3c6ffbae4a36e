package posthaste.server.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static posthaste.server.auth.PasswordLogin.completed;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * SCRAM, the server's side (RFC 5802, RFC 7677), with and without channel binding. The password never crosses the wire,
 * and what does cannot be used again. Its few hashes take microseconds, so all of it runs on the loop.
 *
 * <pre>
 *   FIRST   client-first   -> server-first, or a failure
 *   FINAL   client-final   -> server-final, or a failure
 *   END     nothing        -> success
 * </pre>
 */
final class ScramExchange implements SaslExchange {
    private enum Phase {
        FIRST,
        FINAL,
        END
    }

    private final ScramHash hash;
    private final boolean plus;
    private final Attempt attempt;
    private final UserStore store;
    private final ProcessSecret secret;
    private final Supplier<String> nonces;
    private Phase phase = Phase.FIRST;
    private Optional<Proving> proving = Optional.empty();

    /**
     * What stands between the two messages of the client.
     *
     * @param user whom the client names; empty for somebody unknown, whose proof nobody can make
     * @param bound what the last message must repeat: the GS2 header and the channel binding
     */
    private record Proving(
            Optional<UserEntry> user,
            String name,
            ScramVerifier verifier,
            ByteBuffer bound,
            String nonce,
            String messages) {}

    /**
     * @param plus whether the client chose the mechanism with channel binding
     * @param nonces each one new, of visible ASCII without a comma
     */
    ScramExchange(
            ScramHash hash,
            boolean plus,
            Attempt attempt,
            UserStore store,
            ProcessSecret secret,
            Supplier<String> nonces) {
        this.hash = hash;
        this.plus = plus;
        this.attempt = attempt;
        this.store = store;
        this.secret = secret;
        this.nonces = nonces;
    }

    @Override
    public CompletionStage<SaslStep> begin(Optional<byte[]> initialResponse, Executor loop) {
        if (initialResponse.isPresent()) return respond(initialResponse.get(), loop);
        return completed(attempt.refusal().orElseGet(() -> SaslStep.Challenge.EMPTY));
    }

    /** A client that is blocked meanwhile learns no more: our last message would tell that its guess was right. */
    @Override
    public CompletionStage<SaslStep> respond(byte[] response, Executor loop) {
        return completed(attempt.refusal().orElseGet(() -> next(response)));
    }

    private SaslStep next(byte[] response) {
        Optional<String> text = SaslText.decode(response);
        return switch (phase) {
            case FIRST ->
                text.flatMap(ScramFirst::parse)
                        .map(this::first)
                        .orElseGet(() -> attempt.malformed("no first message of SCRAM"));
            case FINAL ->
                text.flatMap(ScramFinal::parse)
                        .map(this::last)
                        .orElseGet(() -> attempt.malformed("no last message of SCRAM"));
            case END -> end(response);
        };
    }

    private SaslStep first(ScramFirst message) {
        Optional<Users> users = store.current().filter(each -> each.havePasswords(hash));
        if (users.isEmpty()) return attempt.unavailable("the users cannot be read");
        Optional<String> wrong = wrongBinding(message.binding());
        if (wrong.isPresent()) return attempt.badCredentials(message.name(), wrong.get());
        if (!message.actAs().orElse(message.name()).equals(message.name())) {
            return attempt.badCredentials(message.name(), "asks to act for somebody else");
        }
        Optional<String> name = SaslPrep.name(message.name());
        if (name.isEmpty()) return attempt.badCredentials(message.name(), "a name that nobody can have");
        return challenge(message, users.get(), name.get());
    }

    /** RFC 5802 §6. Who says that we offer no binding though we do has heard it from somebody between. */
    private Optional<String> wrongBinding(ScramFirst.Binding binding) {
        if (binding instanceof ScramFirst.Binding.By by) {
            if (!plus) return Optional.of("binds to the channel without the mechanism for it");
            boolean known = attempt.context().binding(by.type()).isPresent();
            return known ? Optional.empty() : Optional.of("a channel binding that this connection does not have");
        }
        if (plus) return Optional.of("does not bind to the channel, as this mechanism must");
        boolean downgraded = binding instanceof ScramFirst.Binding.NotOffered
                && attempt.context().canBind();
        return downgraded ? Optional.of("was told that there is no channel binding: a downgrade") : Optional.empty();
    }

    private SaslStep challenge(ScramFirst message, Users users, String name) {
        // A password kept by another hash is as good as none: SCRAM cannot use it.
        Optional<UserEntry> user = users.named(name)
                .filter(entry ->
                        entry.password().filter(each -> each.hash() == hash).isPresent());
        ScramVerifier verifier = user.flatMap(UserEntry::password).orElseGet(() -> users.standIn(hash, name, secret));
        String nonce = message.nonce() + nonces.get();
        String salt = Base64.getEncoder().encodeToString(verifier.salt());
        String serverFirst = "r=" + nonce + ",s=" + salt + ",i=" + verifier.iterations();
        proving = Optional.of(
                new Proving(user, name, verifier, bound(message), nonce, message.bare() + "," + serverFirst + ","));
        phase = Phase.FINAL;
        return new SaslStep.Challenge(serverFirst.getBytes(US_ASCII));
    }

    private ByteBuffer bound(ScramFirst message) {
        var bound = new ByteArrayOutputStream();
        bound.writeBytes(message.gs2Header().getBytes(UTF_8));
        if (message.binding() instanceof ScramFirst.Binding.By by) {
            attempt.context().binding(by.type()).ifPresent(binding -> bound.writeBytes(binding.data()));
        }
        return ByteBuffer.wrap(bound.toByteArray());
    }

    private SaslStep last(ScramFinal message) {
        Proving state = proving.orElseThrow();
        byte[] authMessage = (state.messages + message.withoutProof()).getBytes(UTF_8);
        // Neither is a secret: only the proof is compared in constant time.
        boolean fresh = message.nonce().equals(state.nonce);
        boolean bound = message.binding().equals(state.bound);
        boolean proved = state.verifier.proves(message.proof().array(), authMessage);
        if (!fresh) return attempt.badCredentials(state.name, "the nonce of another exchange");
        if (!bound) return attempt.badCredentials(state.name, "bound to another channel");
        if (!proved || state.user.isEmpty()) {
            return attempt.badCredentials(state.name, "unknown user or wrong password");
        }
        phase = Phase.END;
        String signature = Base64.getEncoder().encodeToString(state.verifier.serverSignature(authMessage));
        return new SaslStep.Challenge(("v=" + signature).getBytes(US_ASCII));
    }

    private SaslStep end(byte[] response) {
        if (response.length > 0) return attempt.malformed("expected an empty response to our last message");
        return attempt.success(proving.orElseThrow().user.orElseThrow().login());
    }
}
