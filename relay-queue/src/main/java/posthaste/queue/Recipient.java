package posthaste.queue;

import java.util.Optional;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Notify;

/**
 * One recipient of a message, as accepted.
 *
 * @param mailbox where to deliver
 * @param notifyOn for which outcomes the sender asked to be told (RFC 3461 §4.1)
 * @param originalRecipient the ORCPT value as received, {@code type;xtext} (RFC 3461 §4.2)
 * @param held whether its delivery waits for an operator, {@link PriorityClass#HELD}, whatever the class of the others
 */
public record Recipient(Mailbox mailbox, Notify notifyOn, Optional<String> originalRecipient, boolean held) {

    public Recipient(Mailbox mailbox) {
        this(mailbox, Notify.UNSPECIFIED, Optional.empty());
    }

    public Recipient(Mailbox mailbox, Notify notifyOn, Optional<String> originalRecipient) {
        this(mailbox, notifyOn, originalRecipient, false);
    }

    /** One whose mail an operator has to look at first. */
    public static Recipient held(Mailbox mailbox) {
        return new Recipient(mailbox, Notify.UNSPECIFIED, Optional.empty(), true);
    }
}
