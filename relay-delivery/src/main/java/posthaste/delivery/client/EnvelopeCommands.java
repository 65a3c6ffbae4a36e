package posthaste.delivery.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;
import posthaste.queue.Envelope;
import posthaste.queue.Envelope.Deadline;
import posthaste.queue.Envelope.Requests;
import posthaste.queue.Recipient;
import posthaste.smtp.BodyType;
import posthaste.smtp.DeliverBy;
import posthaste.smtp.Extension;
import posthaste.smtp.Extensions;
import posthaste.smtp.Notify;
import posthaste.smtp.ReturnContent;

/**
 * Writes the commands of an envelope for one host: only parameters that it offers. One use, one thread.
 *
 * <p>Optional ones are those that the message can do without: SIZE, what reports depend on, its priority, and a deadline
 * that returns nothing. Where a host takes none of them they are left out (RFC 5321 §4.1.1.11). A priority is not tunnelled
 * in a header field (RFC 6758): a content is sent as it was stored.
 */
final class EnvelopeCommands {
    private static final int ADDRESS_CHARS_TYPICAL = 48;
    private static final String END = "\r\n";

    private final StringBuilder text;

    EnvelopeCommands(int commands) {
        text = new StringBuilder(commands * ADDRESS_CHARS_TYPICAL);
    }

    EnvelopeCommands rset() {
        text.append("RSET\r\n");
        return this;
    }

    /**
     * @param withOptional whether to send optional parameters
     * @param nowMillis by the clock that set the deadline of the message
     */
    EnvelopeCommands mail(Envelope envelope, long bodyBytes, Extensions host, boolean withOptional, long nowMillis) {
        text.append("MAIL FROM:");
        safe(envelope.reversePath().toString());
        if (withOptional && host.offers(Extension.SIZE)) text.append(" SIZE=").append(bodyBytes);
        body(envelope.bodyType(), host);
        if (envelope.smtpUtf8()) text.append(" SMTPUTF8");
        Requests requests = envelope.requests();
        if (withOptional) forReports(requests, host);
        if (withOptional && requests.priorityLevel().isPresent() && host.offers(Extension.MT_PRIORITY)) {
            text.append(" MT-PRIORITY=").append(requests.priorityLevel().getAsInt());
        }
        if (requests.deadline().isPresent() && isPassedOn(requests.deadline().get(), host, withOptional)) {
            deliverBy(requests.deadline().get(), nowMillis);
        }
        text.append(END);
        return this;
    }

    private void body(BodyType type, Extensions host) {
        boolean needed = type == BodyType.BINARY_MIME
                || (type == BodyType.EIGHT_BIT_MIME && host.offers(Extension.EIGHT_BIT_MIME));
        if (needed) text.append(" BODY=").append(type.keyword());
    }

    private void forReports(Requests requests, Extensions host) {
        boolean some = requests.returnContent() != ReturnContent.UNSPECIFIED
                || requests.envelopeId().isPresent();
        if (!some || !host.offers(Extension.DSN)) return;
        switch (requests.returnContent()) {
            case FULL -> text.append(" RET=FULL");
            case HEADERS -> text.append(" RET=HDRS");
            case UNSPECIFIED -> {}
        }
        requests.envelopeId().ifPresent(id -> parameter(" ENVID=", id));
    }

    /** What is left of the time, in the mode that the sender asked for (RFC 2852 §4.1.4). */
    private void deliverBy(Deadline by, long nowMillis) {
        long left = secondsLeft(by, nowMillis);
        if (by.mode() == DeliverBy.Mode.RETURN) left = Math.max(1, left);
        long written = Math.max(-DeliverBy.SECONDS_MAX, Math.min(DeliverBy.SECONDS_MAX, left));
        text.append(" BY=").append(written).append(by.mode() == DeliverBy.Mode.RETURN ? ";R" : ";N");
        if (by.trace()) text.append('T');
    }

    /** Whole seconds until the deadline; negative behind it. */
    static long secondsLeft(Deadline by, long nowMillis) {
        return Math.floorDiv(by.at().toEpochMilli() - nowMillis, 1000L);
    }

    /** A message that comes back at its deadline never goes without it. */
    private static boolean isPassedOn(Deadline by, Extensions host, boolean withOptional) {
        return host.offers(Extension.DELIVER_BY) && (withOptional || by.mode() == DeliverBy.Mode.RETURN);
    }

    /** Which wishes these commands tell the host of. */
    static PassedOn passedOn(Envelope envelope, Extensions host, boolean withOptional) {
        Optional<Deadline> deadline = envelope.requests().deadline();
        boolean withDeadline = deadline.isPresent() && isPassedOn(deadline.get(), host, withOptional);
        return new PassedOn(withOptional && host.offers(Extension.DSN), withDeadline);
    }

    /** Whether MAIL to this host has optional parameters. */
    static boolean hasOptional(Envelope envelope, Extensions host) {
        if (host.offers(Extension.SIZE)) return true;
        Requests requests = envelope.requests();
        boolean forReports = requests.returnContent() != ReturnContent.UNSPECIFIED
                || requests.envelopeId().isPresent();
        return (forReports && host.offers(Extension.DSN))
                || (requests.priorityLevel().isPresent() && host.offers(Extension.MT_PRIORITY))
                || requests.deadline()
                        .filter(by -> isPassedOn(by, host, true) && !isPassedOn(by, host, false))
                        .isPresent();
    }

    /** Whether RCPT of this recipient has optional parameters for this host. */
    static boolean hasOptional(Recipient recipient, Extensions host) {
        return (recipient.notifyOn().bits() != 0
                        || recipient.originalRecipient().isPresent())
                && host.offers(Extension.DSN);
    }

    /** @param withOptional whether to send optional parameters */
    EnvelopeCommands rcpt(Recipient recipient, Extensions host, boolean withOptional) {
        text.append("RCPT TO:<");
        safe(recipient.mailbox().toString());
        text.append('>');
        if (withOptional && hasOptional(recipient, host)) {
            if (recipient.notifyOn().bits() != 0) text.append(" NOTIFY=").append(words(recipient.notifyOn()));
            recipient.originalRecipient().ifPresent(original -> parameter(" ORCPT=", original));
        }
        text.append(END);
        return this;
    }

    private static String words(Notify notify) {
        if (notify.bits() == Notify.NEVER) return "NEVER";
        var words = new StringBuilder();
        if (notify.wantsSuccess()) words.append(",SUCCESS");
        if (notify.wantsFailure()) words.append(",FAILURE");
        if (notify.wantsDelay()) words.append(",DELAY");
        return words.substring(1);
    }

    EnvelopeCommands data() {
        text.append("DATA\r\n");
        return this;
    }

    byte[] octets() {
        return text.toString().getBytes(UTF_8);
    }

    private void parameter(String name, String value) {
        if (value.indexOf(' ') >= 0) throw new IllegalStateException("blank in a parameter");
        text.append(name);
        safe(value);
    }

    /** The types allow no control character; a second look, because one CR here would be a command of the sender's. */
    private void safe(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < ' ') throw new IllegalStateException("control character in an address");
        }
        text.append(value);
    }
}
