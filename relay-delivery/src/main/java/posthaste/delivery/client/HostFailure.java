package posthaste.delivery.client;

import posthaste.delivery.FailureRules;
import posthaste.smtp.Reply;

/**
 * Why a host or a connection failed; never a reason to bounce mail.
 *
 * @param stage where it failed
 * @param reply what the host said, or ours where it said nothing of use: 451 4.4.1 no connection, 4.4.2 lost or timed
 *     out, 4.5.0 protocol error, 4.4.6 the host is this relay itself
 * @param hostBackOff whether the host deserves a pause; false where a reused connection merely ended
 * @param rateLimited whether the reply asks for a lower pace
 */
public record HostFailure(Stage stage, Reply reply, boolean hostBackOff, boolean rateLimited) {

    /** A failure that the host is paused for. */
    static HostFailure of(Stage stage, Reply reply) {
        return new HostFailure(stage, reply, true, FailureRules.isRateLimit(reply));
    }

    /** The same without a pause. */
    HostFailure harmless() {
        return new HostFailure(stage, reply, false, rateLimited);
    }
}
