package posthaste.smtp;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a client said behind the path of MAIL, SEND, SOML or SAML (RFC 5321 §4.1.2 Mail-parameters).
 *
 * @param size octets of the message as the client counts them (RFC 1870 §6.1), 0 or more; a number too large for a
 *     long is {@link Long#MAX_VALUE}; empty where the client did not say
 * @param body what octets the client announces (RFC 6152 §2, RFC 3030 §3); 7BIT where it did not say
 * @param smtpUtf8 whether addresses and header may hold UTF-8 (RFC 6531 §3.4)
 * @param returnContent RET (RFC 3461 §4.3)
 * @param envelopeId ENVID in its xtext form as received, at most 100 octets (RFC 3461 §4.4)
 * @param submitter AUTH in its xtext form as received, or {@code <>} (RFC 4954 §5)
 * @param deliverBy BY (RFC 2852)
 * @param futureRelease HOLDFOR or HOLDUNTIL (RFC 4865)
 * @param priority MT-PRIORITY, -9 to 9 (RFC 6710)
 * @param requireTls REQUIRETLS: never to be sent without TLS from here on (RFC 8689)
 */
public record MailParameters(
        OptionalLong size,
        BodyType body,
        boolean smtpUtf8,
        ReturnContent returnContent,
        Optional<String> envelopeId,
        Optional<String> submitter,
        Optional<DeliverBy> deliverBy,
        Optional<FutureRelease> futureRelease,
        OptionalInt priority,
        boolean requireTls) {
    /** RFC 6710 §4. */
    public static final int PRIORITY_MAX = 9;

    public static final MailParameters NONE = of(OptionalLong.empty(), BodyType.SEVEN_BIT);

    public MailParameters {
        if (priority.isPresent() && Math.abs(priority.getAsInt()) > PRIORITY_MAX) {
            throw new IllegalArgumentException("MT-PRIORITY=" + priority.getAsInt());
        }
    }

    /** Whether there is nothing beside SIZE and BODY, which is what nearly every client says. */
    public boolean isPlain() {
        return !smtpUtf8
                && returnContent == ReturnContent.UNSPECIFIED
                && envelopeId.isEmpty()
                && submitter.isEmpty()
                && deliverBy.isEmpty()
                && futureRelease.isEmpty()
                && priority.isEmpty()
                && !requireTls;
    }

    /** Only SIZE and BODY, what nearly every client says. */
    public static MailParameters of(OptionalLong size, BodyType body) {
        return new MailParameters(
                size,
                body,
                false,
                ReturnContent.UNSPECIFIED,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                false);
    }
}
