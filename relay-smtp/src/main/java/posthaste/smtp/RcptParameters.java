package posthaste.smtp;

import java.util.Optional;

/**
 * What a client said behind the path of RCPT TO (RFC 5321 §4.1.2 Rcpt-parameters).
 *
 * @param notifyOn NOTIFY (RFC 3461 §4.1)
 * @param originalRecipient ORCPT as received, {@code type;xtext}, at most 500 octets (RFC 3461 §4.2)
 */
public record RcptParameters(Notify notifyOn, Optional<String> originalRecipient) {
    public static final RcptParameters NONE = new RcptParameters(Notify.UNSPECIFIED, Optional.empty());
}
