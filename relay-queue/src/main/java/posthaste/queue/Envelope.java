package posthaste.queue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import posthaste.smtp.BodyType;
import posthaste.smtp.ReversePath;

/**
 * What is known of a message beside its content, fixed at acceptance.
 *
 * @param reversePath where failures are reported
 * @param recipients at least one; the queue groups them into parts, one per destination and class
 * @param priority the class of its deliveries, but for recipients that are held
 * @param bodyType BODY of MAIL
 * @param smtpUtf8 whether MAIL had SMTPUTF8 (RFC 6531 §3.4)
 * @param returnContent RET of MAIL (RFC 3461 §4.3)
 * @param envelopeId ENVID of MAIL in its xtext form as received (RFC 3461 §4.4)
 * @param receivedAt when it was accepted, by the queue's clock
 * @param firstDue when the first attempt may start; receivedAt unless released later
 * @param expiresAt set only when its lifetime is not the default one (null reverse-path, DELIVERBY, rules)
 * @param source who handed it in
 */
public record Envelope(
        ReversePath reversePath,
        List<Recipient> recipients,
        PriorityClass priority,
        BodyType bodyType,
        boolean smtpUtf8,
        ReturnContent returnContent,
        Optional<String> envelopeId,
        Instant receivedAt,
        Instant firstDue,
        Optional<Instant> expiresAt,
        Source source) {

    public Envelope {
        if (recipients.isEmpty()) throw new IllegalArgumentException("an envelope has at least one recipient");
        recipients = List.copyOf(recipients);
    }

    /** How much of the message a failure report carries (RFC 3461 §4.3). */
    public enum ReturnContent {
        UNSPECIFIED,
        FULL,
        HEADERS
    }

    /**
     * Who handed the message in, for traces and policy.
     *
     * @param address the client's IP address in text form; empty for mail of our own (reports)
     * @param helloName its HELO or EHLO argument; empty for mail of our own
     * @param protocol the WITH keyword of its Received field (RFC 3848), such as ESMTP; "local" for mail of our own
     * @param user the authenticated user, or empty
     */
    public record Source(String address, String helloName, String protocol, String user) {
        /** Reports that the relay writes itself. */
        public static final Source LOCAL = new Source("", "", "local", "");
    }
}
