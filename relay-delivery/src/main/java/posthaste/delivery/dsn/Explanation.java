package posthaste.delivery.dsn;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Optional;
import java.util.stream.Collectors;
import posthaste.smtp.EnhancedStatus;
import posthaste.smtp.Mailbox;
import posthaste.smtp.SafeText;

/** The part of a report that a person reads: which recipient, what was said, what to do. CRLF line ends. */
final class Explanation {
    /** Lines of a reply that are shown. The status part has the rest, as far as it fits. */
    private static final int REPLY_LINES_MAX = 10;

    private static final String INDENT = "    ";

    private Explanation() {}

    static String opening(DsnReport report, String hostname) {
        String recipients = report.recipients().size() == 1
                ? "the recipient below"
                : "the " + report.recipients().size() + " recipients below";
        return "This is the mail system at " + hostname + ".\r\n\r\n" + wrapped(news(report, recipients)) + "\r\n";
    }

    private static String news(DsnReport report, String recipients) {
        return switch (report.kind()) {
            case FAILED ->
                "Your message could not be delivered to " + recipients
                        + ". It will not be tried again. Other recipients, if there were any, are not affected.";
            case RELAYED ->
                "Your message was handed to the mail server of " + recipients
                        + ". That server sends no notices like the one you asked for, or you asked to hear of every"
                        + " server that takes it. Expect no further notice from here.";
            case DELAYED ->
                "Your message could not be delivered to " + recipients
                        + missed(report)
                        + ". You need not do anything, nor send it again: delivery is tried until "
                        + report.retryUntil().map(StatusFields::date).orElse("it expires")
                        + ", and you will be told if it fails.";
        };
    }

    /** Where the sender had named a time of his own. */
    private static String missed(DsnReport report) {
        return report.message()
                .envelope()
                .requests()
                .deadline()
                .filter(by -> !by.at().isAfter(report.now()))
                .map(by -> " by " + StatusFields.date(by.at()) + ", the time you named, and waits")
                .orElse(" yet");
    }

    static String ofRecipient(DsnReport report, FailedRecipient failed) {
        StringBuilder text = new StringBuilder();
        text.append('<').append(readable(failed.recipient().mailbox())).append(">\r\n");
        String host = StatusFields.hostName(failed.host());
        text.append(indented(host.isEmpty() ? "The reason:" : "The mail server " + host + " said:"));
        text.append(reply(failed));
        if (report.kind() == DsnReport.Kind.FAILED) text.append(indented("What to do: " + advice(failed)));
        return text.append("\r\n").toString();
    }

    private static String reply(FailedRecipient failed) {
        String prefix = failed.reply().code()
                + failed.reply().status().map(status -> " " + status).orElse("") + " ";
        return failed.reply().lines().stream()
                .limit(REPLY_LINES_MAX)
                .map(line -> ForeignText.wrapped(INDENT + INDENT + prefix + readableReply(line), INDENT + INDENT))
                .collect(Collectors.joining());
    }

    /** Reply texts are octets behind Latin-1 characters; many servers mean UTF-8. */
    private static String readableReply(String line) {
        byte[] octets = line.getBytes(ISO_8859_1);
        return SafeText.of(octets, 0, octets.length, ForeignText.VALUE_MAX);
    }

    static String closing(DsnReport report, Optional<Mailbox> postmaster) {
        String help = postmaster
                .map(mailbox -> wrapped("If you need help, forward this report to <" + mailbox + ">."))
                .orElse("");
        return help
                + wrapped("Your message was accepted on "
                        + StatusFields.date(report.message().envelope().receivedAt()) + " as "
                        + report.message().id() + ".");
    }

    /** What the sender can do about it, by the status of the reply (RFC 3463 §3). */
    private static String advice(FailedRecipient failed) {
        EnhancedStatus status = failed.status();
        return switch (status.subject() + "." + status.detail()) {
            case "1.1", "1.3", "1.6" ->
                "The address does not exist there. Check its spelling; if it is right, ask the"
                        + " recipient for the address in use now.";
            case "1.2" -> "The domain behind the @ does not exist or takes no mail. Check its spelling.";
            case "1.10" -> "The domain behind the @ takes no mail at all. Ask the recipient for another address.";
            case "2.1" -> "The mailbox is closed. Reach the recipient in another way.";
            case "2.2" -> "The mailbox is full. Try again later or reach the recipient in another way.";
            case "2.3", "3.4" -> "The message is too large for them. Send less at once, or a link.";
            case "4.7" ->
                "Their mail system did not take the message in time. Send it again later; if that fails"
                        + " too, tell the recipient.";
            default -> adviceBySubject(failed);
        };
    }

    private static String adviceBySubject(FailedRecipient failed) {
        String theirPostmaster =
                "postmaster@" + readable(failed.recipient().mailbox().domain());
        return switch (failed.status().subject()) {
            case 6 ->
                "Their mail system cannot take this kind of content. Send it as plain text or attach it in"
                        + " another form.";
            case 7 ->
                "Their mail system refuses the message by its rules. If the answer above does not say how to"
                        + " comply, " + theirPostmaster + " or the recipient can help.";
            default ->
                "If the answer above does not explain it, the recipient or " + theirPostmaster
                        + " can help; quote that answer.";
        };
    }

    private static String readable(Mailbox mailbox) {
        return readable(mailbox.toString());
    }

    private static String readable(String address) {
        return SafeText.of(address, ForeignText.VALUE_MAX);
    }

    private static String wrapped(String text) {
        return ForeignText.wrapped(text, "");
    }

    private static String indented(String text) {
        return ForeignText.wrapped(INDENT + text, INDENT);
    }
}
