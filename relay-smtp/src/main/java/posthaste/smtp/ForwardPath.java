package posthaste.smtp;

import java.util.Optional;

/**
 * A recipient: the argument of RCPT TO (RFC 5321 §4.1.1.3). Source routes were dropped on parsing.
 *
 * @param mailbox empty for the bare {@code <Postmaster>}, which every server must take (§4.5.1)
 */
public record ForwardPath(Optional<Mailbox> mailbox) {
    public static final ForwardPath POSTMASTER = new ForwardPath(Optional.empty());

    public static ForwardPath of(Mailbox mailbox) {
        return new ForwardPath(Optional.of(mailbox));
    }

    public boolean isBarePostmaster() {
        return mailbox.isEmpty();
    }

    /** Whether it needs no SMTPUTF8 (RFC 6531 §3.3); where it does and MAIL had none, it is refused. */
    public boolean isAscii() {
        return mailbox.isEmpty() || mailbox.get().isAscii();
    }

    /** With its angle brackets, as in a command. */
    @Override
    public String toString() {
        return "<" + mailbox.map(Mailbox::toString).orElse("Postmaster") + ">";
    }
}
