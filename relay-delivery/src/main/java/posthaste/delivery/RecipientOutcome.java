package posthaste.delivery;

import posthaste.queue.Recipient;
import posthaste.smtp.EnhancedStatus;
import posthaste.smtp.Reply;

/**
 * How an attempt ended for one recipient. Whatever a remote host does to us becomes one of these kinds.
 *
 * @param recipient which
 * @param kind what became of it
 * @param reply the deciding reply, ours where no host gave one
 * @param status what a report would say of it
 * @param host the host, name and address; empty where none was reached
 */
record RecipientOutcome(Recipient recipient, Kind kind, Reply reply, EnhancedStatus status, String host) {

    enum Kind {
        DELIVERED,
        /** Delivered, and the sender is told so: this host will tell him nothing more. */
        RELAYED,
        /** For good: the sender is told. */
        BOUNCED,
        /** Tried and put off: costs an attempt. */
        DEFERRED,
        /** The reply to the final dot was lost: costs an attempt, and the next one comes later (RFC 1047). */
        AMBIGUOUS,
        /** Not judged by any host: costs no attempt. */
        POSTPONED
    }

    /** Whether no further attempt follows. */
    boolean isFinal() {
        return kind == Kind.DELIVERED || kind == Kind.RELAYED || kind == Kind.BOUNCED;
    }
}
