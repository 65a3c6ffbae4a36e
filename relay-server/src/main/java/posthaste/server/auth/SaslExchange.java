package posthaste.server.auth;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * One run of a SASL mechanism with one client (RFC 4954 §4), from {@code AUTH} to its outcome. Owned by the session: call
 * it on the loop of the session only, and only when the step before has completed and was a
 * {@link SaslStep.Challenge}. A client that cancels with {@code *} needs no call: the exchange is forgotten.
 *
 * <p>Stages complete on {@code loop}, many of them before the call returns, and never fail for what a client sends.
 */
public interface SaslExchange {

    /** @param initialResponse decoded, present but without octets where the client sent {@code =} */
    CompletionStage<SaslStep> begin(Optional<byte[]> initialResponse, Executor loop);

    /** @param response what the client answered to the last challenge, decoded */
    CompletionStage<SaslStep> respond(byte[] response, Executor loop);
}
