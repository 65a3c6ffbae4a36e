package posthaste.smtp;

import java.util.Optional;

/**
 * Where failures are reported: the argument of MAIL FROM (RFC 5321 §4.1.1.2). Source routes were dropped on parsing.
 *
 * @param mailbox empty for the null reverse-path {@code <>} (§4.5.5), to which no report is ever sent
 */
public record ReversePath(Optional<Mailbox> mailbox) {
    public static final ReversePath NULL = new ReversePath(Optional.empty());

    public static ReversePath of(Mailbox mailbox) {
        return new ReversePath(Optional.of(mailbox));
    }

    public boolean isNull() {
        return mailbox.isEmpty();
    }

    /** Whether it needs no SMTPUTF8 (RFC 6531 §3.3). */
    public boolean isAscii() {
        return mailbox.isEmpty() || mailbox.get().isAscii();
    }

    /** With its angle brackets, as in a command. */
    @Override
    public String toString() {
        return "<" + mailbox.map(Mailbox::toString).orElse("") + ">";
    }
}
