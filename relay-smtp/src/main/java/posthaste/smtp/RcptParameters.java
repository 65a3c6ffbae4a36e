package posthaste.smtp;

import java.util.Optional;

/**
 * What a client said behind the path of RCPT TO (RFC 5321 §4.1.2 Rcpt-parameters).
 *
 * @param notifyOn NOTIFY (RFC 3461 §4.1)
 * @param originalRecipient ORCPT as received, {@code type;xtext}, at most 500 octets of UTF-8 (RFC 3461 §4.2); beyond
 *     ASCII only of the type {@code utf-8} (RFC 6533 §3)
 */
public record RcptParameters(Notify notifyOn, Optional<String> originalRecipient) {
    public static final RcptParameters NONE = new RcptParameters(Notify.UNSPECIFIED, Optional.empty());

    /** Whether they need no SMTPUTF8; where they do and MAIL had none, the recipient is refused (RFC 6533 §3). */
    public boolean isAscii() {
        return originalRecipient.isEmpty() || InternationalDomain.isAscii(originalRecipient.get());
    }
}
