package posthaste.delivery.client;

import posthaste.smtp.Reply;

/**
 * Why a host or a connection failed; never a reason to bounce mail.
 *
 * @param stage where it failed
 * @param reply what the host said, or ours where it said nothing of use: 451 4.4.1 no connection, 4.4.2 lost or timed
 *     out, 4.5.0 protocol error
 * @param hostBackOff whether the host deserves a pause; false where a reused connection merely ended
 * @param rateLimited whether the reply asks for a lower pace
 */
public record HostFailure(Stage stage, Reply reply, boolean hostBackOff, boolean rateLimited) {}
