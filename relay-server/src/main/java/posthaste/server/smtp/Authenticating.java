package posthaste.server.smtp;

import java.util.Base64;
import posthaste.server.auth.SaslExchange;
import posthaste.server.auth.SaslStep;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/** AUTH was sent, and its mechanism has not come to an end (RFC 4954 §4): what comes is no command. */
record Authenticating(Peer peer, SaslExchange exchange) implements SessionState {

    @Override
    public Transition responded(byte[] response) {
        return new Transition(this, new Action.Authenticate(loop -> exchange.respond(response, loop)));
    }

    @Override
    public Transition notResponded(Reply reply) {
        return new Transition(new Ready(peer), new Action.Respond(reply), Toll.of(reply));
    }

    @Override
    public Transition authenticated(SaslStep step) {
        return step.accept(new SaslStep.Handler<>() {
            @Override
            public Transition challenge(SaslStep.Challenge challenge) {
                String base64 = Base64.getEncoder().encodeToString(challenge.octets());
                return new Transition(Authenticating.this, new Action.Challenge(Replies.challenge(base64)));
            }

            @Override
            public Transition success(SaslStep.Success success) {
                Peer known = peer.authenticated(success.login());
                return new Transition(new Ready(known), new Action.Respond(Replies.AUTHENTICATED), Toll.KNOWN);
            }

            @Override
            public Transition failure(SaslStep.Failure failure) {
                return failed(failure.kind());
            }
        });
    }

    private Transition failed(SaslStep.Kind kind) {
        var ready = new Ready(peer);
        return switch (kind) {
            case BAD_CREDENTIALS -> new Transition(ready, new Action.Respond(Replies.BAD_CREDENTIALS), Toll.ERROR);
            case MALFORMED -> new Transition(ready, new Action.Respond(Replies.BAD_SASL), Toll.ERROR);
            case UNAVAILABLE -> new Transition(ready, new Action.Respond(Replies.AUTH_UNAVAILABLE), Toll.JUNK);
            case BLOCKED -> new Transition(ready, new Action.Close(Replies.TOO_MANY_GUESSES));
            case ENCRYPTION_NEEDED -> new Transition(ready, new Action.Respond(Replies.ENCRYPTION_NEEDED), Toll.ERROR);
        };
    }
}
