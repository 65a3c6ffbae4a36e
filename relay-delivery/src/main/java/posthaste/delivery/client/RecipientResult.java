package posthaste.delivery.client;

import posthaste.queue.Recipient;
import posthaste.smtp.Reply;

/**
 * How a transaction ended for one recipient.
 *
 * @param recipient which
 * @param kind what became of it
 * @param reply the deciding reply, ours where the host gave none
 * @param scope what the failure concerns
 */
public record RecipientResult(Recipient recipient, Kind kind, Reply reply, Scope scope) {

    public enum Kind {
        /** The host has taken responsibility. */
        DELIVERED,
        /** For good. */
        BOUNCED,
        /** For now; costs an attempt. */
        DEFERRED,
        /** The host takes no more recipients in this transaction: a new one at once (RFC 5321 §4.5.3.1.10). */
        AGAIN,
        /** The reply to the final dot was lost: the host may have the message (RFC 1047). Same host, later. */
        AMBIGUOUS,
        /** The host or connection failed before the message was judged: costs no attempt. */
        NOT_STARTED
    }
}
