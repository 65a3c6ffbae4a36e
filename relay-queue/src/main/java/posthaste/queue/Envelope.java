package posthaste.queue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import posthaste.smtp.BodyType;
import posthaste.smtp.DeliverBy;
import posthaste.smtp.MailVerb;
import posthaste.smtp.ReturnContent;
import posthaste.smtp.ReversePath;

/**
 * What is known of a message beside its content, fixed at acceptance.
 *
 * @param reversePath where failures are reported
 * @param recipients at least one; the queue groups them into parts, one per destination and class
 * @param priority the class of its deliveries, but for recipients that are held
 * @param bodyType BODY of MAIL
 * @param smtpUtf8 whether MAIL had SMTPUTF8 (RFC 6531 §3.4)
 * @param requests what else the client asked for with MAIL
 * @param receivedAt when it was accepted, by the queue's clock
 * @param firstDue when the first attempt may start; receivedAt unless released later
 * @param expiresAt set only when its lifetime is not the default one (null reverse-path, rules); neither a deadline nor a
 *     later release needs it: see {@link #endsAt} and {@link #isReleasedLater}
 * @param source who handed it in
 */
public record Envelope(
        ReversePath reversePath,
        List<Recipient> recipients,
        PriorityClass priority,
        BodyType bodyType,
        boolean smtpUtf8,
        Requests requests,
        Instant receivedAt,
        Instant firstDue,
        Optional<Instant> expiresAt,
        Source source) {

    public Envelope {
        if (recipients.isEmpty()) throw new IllegalArgumentException("an envelope has at least one recipient");
        recipients = List.copyOf(recipients);
    }

    /**
     * When the message is given up, whatever the default lifetime is: the earlier one of {@code expiresAt} and of a deadline
     * behind which it has to come back (RFC 2852 §4.1.4, mode R). Empty where only the default lifetime counts.
     */
    public Optional<Instant> endsAt() {
        Optional<Instant> deadline = deadline(DeliverBy.Mode.RETURN);
        if (deadline.isEmpty()) return expiresAt;
        return expiresAt.filter(deadline.get()::isAfter).or(() -> deadline);
    }

    /** When its sender is to be told that it has not been delivered in time (RFC 2852 §4.1.4, mode N). */
    public Optional<Instant> noticeAt() {
        return deadline(DeliverBy.Mode.NOTIFY).map(at -> at.isBefore(receivedAt) ? receivedAt : at);
    }

    private Optional<Instant> deadline(DeliverBy.Mode mode) {
        return requests.deadline().filter(by -> by.mode() == mode).map(Deadline::at);
    }

    /** Whether no attempt may begin for a while after the acceptance: its age counts from {@code firstDue} (RFC 4865). */
    public boolean isReleasedLater() {
        return firstDue.isAfter(receivedAt);
    }

    /**
     * What a client asked for that changes nothing of where the message goes.
     *
     * @param verb the command that began the transaction (RFC 821 §3.4), kept for whoever asks later
     * @param returnContent RET (RFC 3461 §4.3)
     * @param envelopeId ENVID in its xtext form as received (RFC 3461 §4.4)
     * @param priorityLevel MT-PRIORITY as received, -9 to 9 (RFC 6710); the class of the deliveries follows from it
     * @param deadline BY (RFC 2852)
     * @param futureRelease what was asked for with HOLDFOR or HOLDUNTIL, as a report tells it (RFC 4865 §7)
     * @param requireTls whether it may go on by TLS alone, to hosts that keep to the same (RFC 8689)
     */
    public record Requests(
            MailVerb verb,
            ReturnContent returnContent,
            Optional<String> envelopeId,
            OptionalInt priorityLevel,
            Optional<Deadline> deadline,
            Optional<String> futureRelease,
            boolean requireTls) {
        public static final Requests NONE = new Requests(
                MailVerb.MAIL,
                ReturnContent.UNSPECIFIED,
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty());

        /** Without REQUIRETLS. */
        public Requests(
                MailVerb verb,
                ReturnContent returnContent,
                Optional<String> envelopeId,
                OptionalInt priorityLevel,
                Optional<Deadline> deadline,
                Optional<String> futureRelease) {
            this(verb, returnContent, envelopeId, priorityLevel, deadline, futureRelease, false);
        }

        /** Only what reports depend on (RFC 3461). */
        public static Requests of(ReturnContent returnContent, Optional<String> envelopeId) {
            return new Requests(
                    MailVerb.MAIL, returnContent, envelopeId, OptionalInt.empty(), Optional.empty(), Optional.empty());
        }
    }

    /**
     * By when a message must be delivered (RFC 2852).
     *
     * @param at by the queue's clock; in the past for a NOTIFY that was overdue when it came
     * @param mode RETURN: what is not delivered then is returned; NOTIFY: its sender is told, and delivery goes on
     * @param trace whether the sender wants to be told of each relay
     */
    public record Deadline(Instant at, DeliverBy.Mode mode, boolean trace) {}

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
