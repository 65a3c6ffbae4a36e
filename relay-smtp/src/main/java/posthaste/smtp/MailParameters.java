package posthaste.smtp;

import java.util.OptionalLong;

/**
 * What a client said behind the path of MAIL FROM (RFC 5321 §4.1.2 Mail-parameters).
 *
 * @param size octets of the message as the client counts them (RFC 1870 §6.1), 0 or more; a number too large for a
 *     long is {@link Long#MAX_VALUE}; empty where the client did not say
 * @param body what octets the client announces (RFC 6152 §2); 7BIT where it did not say
 */
public record MailParameters(OptionalLong size, BodyType body) {
    public static final MailParameters NONE = new MailParameters(OptionalLong.empty(), BodyType.SEVEN_BIT);
}
