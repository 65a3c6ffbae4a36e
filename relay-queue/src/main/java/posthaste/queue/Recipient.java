package posthaste.queue;

import java.util.Optional;
import posthaste.smtp.Mailbox;

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

    /** A set of NOTIFY keywords in one byte: bit 0 SUCCESS, 1 FAILURE, 2 DELAY, 3 NEVER; 0 = not given. */
    public record Notify(byte bits) {
        public static final byte SUCCESS = 1;
        public static final byte FAILURE = 2;
        public static final byte DELAY = 4;
        public static final byte NEVER = 8;
        /** No NOTIFY parameter: failures are reported, and delays too (RFC 3461 §4.1). */
        public static final Notify UNSPECIFIED = new Notify((byte) 0);

        public Notify {
            if (bits < 0 || bits > NEVER || (bits > DELAY + FAILURE + SUCCESS && bits != NEVER)) {
                throw new IllegalArgumentException("not a NOTIFY set: " + bits);
            }
        }

        public boolean wantsFailure() {
            return bits == 0 || (bits & FAILURE) != 0;
        }

        public boolean wantsDelay() {
            return bits == 0 || (bits & DELAY) != 0;
        }

        public boolean wantsSuccess() {
            return (bits & SUCCESS) != 0;
        }
    }
}
