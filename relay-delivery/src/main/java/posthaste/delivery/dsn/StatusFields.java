package posthaste.delivery.dsn;

import static java.util.Locale.ENGLISH;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import posthaste.smtp.EnhancedStatus;
import posthaste.smtp.Mailbox;

/** The fields of message/delivery-status (RFC 3464 §2): what a program reads. ASCII only, CRLF line ends. */
final class StatusFields {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", ENGLISH).withZone(ZoneOffset.UTC);

    private StatusFields() {}

    /** A date as RFC 5322 §3.3 writes it. */
    static String date(Instant at) {
        return DATE.format(at);
    }

    static String ofMessage(DsnReport report, String hostname) {
        StringBuilder fields = new StringBuilder(ForeignText.field("Reporting-MTA", "dns; " + hostname));
        var envelope = report.message().envelope();
        envelope.requests()
                .envelopeId()
                .ifPresent(id -> fields.append(ForeignText.field("Original-Envelope-Id", shown(id))));
        fields.append(ForeignText.field("Arrival-Date", date(envelope.receivedAt())));
        envelope.requests()
                .deadline()
                .ifPresent(by -> fields.append(ForeignText.field("Deliver-By-Date", date(by.at())))); // RFC 2852 §5
        envelope.requests()
                .futureRelease() // RFC 4865 §7
                .ifPresent(request ->
                        fields.append(ForeignText.field("Future-Release-Request", ForeignText.ascii(request))));
        return fields.toString();
    }

    static String ofRecipient(DsnReport report, FailedRecipient failed) {
        StringBuilder fields = new StringBuilder();
        failed.recipient()
                .originalRecipient()
                .ifPresent(original -> fields.append(ForeignText.field("Original-Recipient", typed(original))));
        fields.append(
                ForeignText.field("Final-Recipient", typed(failed.recipient().mailbox())));
        fields.append(ForeignText.field("Action", report.kind().action()));
        fields.append(ForeignText.field("Status", failed.status().toString()));
        String host = hostName(failed.host());
        if (!host.isEmpty()) fields.append(ForeignText.field("Remote-MTA", "dns; " + host));
        String diagnosticType = host.isEmpty() ? "x-posthaste; " : "smtp; ";
        fields.append(ForeignText.field(
                "Diagnostic-Code",
                diagnosticType + ForeignText.ascii(failed.reply().oneLine())));
        if (isTimeOfAttemptKnown(failed.status())) {
            fields.append(ForeignText.field("Last-Attempt-Date", date(report.now())));
        }
        report.retryUntil().ifPresent(until -> fields.append(ForeignText.field("Will-Retry-Until", date(until))));
        return fields.toString();
    }

    /** A report is written when an attempt has ended, but for expiry, which has a moment of its own. */
    private static boolean isTimeOfAttemptKnown(EnhancedStatus status) {
        return status.subject() != 4 || status.detail() != 7;
    }

    /** The name of the host, or its address where it has none: the host as logged is {@code name[address]:port}. */
    static String hostName(String host) {
        String clean = ForeignText.ascii(host);
        int end = 1;
        while (end < clean.length() && "[ (".indexOf(clean.charAt(end)) < 0) end++;
        return clean.isEmpty() ? "" : clean.substring(0, end);
    }

    private static String shown(String xtext) {
        return ForeignText.ascii(ForeignText.decodedXtext(xtext));
    }

    /** ORCPT as the field wants it: type, semicolon, the address without its xtext encoding. */
    private static String typed(String originalRecipient) {
        int semicolon = originalRecipient.indexOf(';');
        if (semicolon < 0) return "unknown; " + shown(originalRecipient);
        return ForeignText.ascii(originalRecipient.substring(0, semicolon)) + "; "
                + shown(originalRecipient.substring(semicolon + 1));
    }

    /** ASCII addresses as they are, others in the 7-bit form of RFC 6533 §3. */
    private static String typed(Mailbox mailbox) {
        String address = mailbox.toString();
        return ForeignText.isAscii(address) ? "rfc822; " + address : "utf-8; " + ForeignText.ascii(utf8Xtext(address));
    }

    private static String utf8Xtext(String address) {
        StringBuilder encoded = new StringBuilder();
        address.codePoints().forEach(c -> {
            boolean plain = c > ' ' && c < 0x7f && c != '\\' && c != '+' && c != '=';
            if (plain) encoded.appendCodePoint(c);
            else encoded.append("\\x{").append(String.format("%02X", c)).append('}');
        });
        return encoded.toString();
    }
}
