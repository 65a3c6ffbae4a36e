package posthaste.delivery.dsn;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import posthaste.queue.QueuedMessage;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Notify;

/**
 * What one report says.
 *
 * @param kind what became of the recipients
 * @param id the left side of its Message-ID: the same for the same report written again, else unique
 * @param sender whom it goes to
 * @param message the message it is about
 * @param recipients those it names; at least one
 * @param now when it is written
 * @param retryUntil when the message expires; only for DELAYED
 * @param original what goes back to the sender
 */
record DsnReport(
        Kind kind,
        String id,
        Mailbox sender,
        QueuedMessage message,
        List<FailedRecipient> recipients,
        Instant now,
        Optional<Instant> retryUntil,
        Original original) {

    /** The Action of a report (RFC 3464 §2.3.3). */
    enum Kind {
        FAILED("failed", "Your message could not be delivered") {
            @Override
            boolean isWantedBy(Notify notifyOn) {
                return notifyOn.wantsFailure();
            }
        },
        RELAYED("relayed", "Your message was handed on") {
            /** Who did not ask for it by NOTIFY=SUCCESS may have done so by BY. */
            @Override
            boolean isWantedBy(Notify notifyOn) {
                return notifyOn.bits() != Notify.NEVER;
            }
        },
        DELAYED("delayed", "Your message is delayed") {
            @Override
            boolean isWantedBy(Notify notifyOn) {
                return notifyOn.wantsDelay();
            }
        };

        private final String action;
        private final String subject;

        Kind(String action, String subject) {
            this.action = action;
            this.subject = subject;
        }

        abstract boolean isWantedBy(Notify notifyOn);

        String action() {
            return action;
        }

        String subject() {
            return subject;
        }
    }

    /**
     * What was read of the message.
     *
     * @param start its first octets, or empty when nothing could be read; shared, not to be changed
     * @param complete whether {@code start} is all of it and all of it may go back
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Original(Optional<byte[]> start, boolean complete) {
        static final Original UNREADABLE = new Original(Optional.empty(), false);
    }
}
