package posthaste.delivery.client;

import java.time.Duration;
import java.util.Locale;
import posthaste.delivery.route.NextHop;
import posthaste.smtp.Reply;
import posthaste.smtp.SafeText;

/** What we say in a host's stead where it gave no reply, or where we never asked it. */
final class OwnReplies {
    private static final int REASON_MAX_CHARS = 200;

    private OwnReplies() {}

    static Reply noConnection(NextHop hop, String reason) {
        return Reply.of(451, "4.4.1", "Cannot connect to " + hop + ": " + SafeText.of(reason, REASON_MAX_CHARS));
    }

    static Reply lost(NextHop hop, Stage stage, String reason) {
        return Reply.of(
                451,
                "4.4.2",
                "Lost the connection to " + hop + " " + at(stage) + ": " + SafeText.of(reason, REASON_MAX_CHARS));
    }

    static Reply timedOut(NextHop hop, Stage stage, Duration after) {
        return Reply.of(
                451, "4.4.2", "No answer from " + hop + " " + at(stage) + " within " + after.toSeconds() + " s");
    }

    /** The reply to the final dot is lost (RFC 1047). */
    static Reply ambiguous(Reply why) {
        return Reply.of(
                451,
                why.status().map(Object::toString).orElse("4.4.2"),
                String.join(" ", why.lines()) + "; the message may be delivered twice");
    }

    static Reply protocolError(NextHop hop, Stage stage, String what) {
        return Reply.of(
                451,
                "4.5.0",
                "Protocol error of " + hop + " " + at(stage) + ": " + SafeText.of(what, REASON_MAX_CHARS));
    }

    static Reply loop(NextHop hop, String name) {
        return Reply.of(451, "4.4.6", hop + " calls itself " + name + " like this host: mail would loop");
    }

    static Reply notBegun(NextHop hop) {
        return Reply.of(451, "4.4.2", "The connection to " + hop + " ended before this message");
    }

    static Reply unreadable() {
        return Reply.of(451, "4.3.0", "The stored message cannot be read");
    }

    static Reply tooLarge(NextHop hop, long bytes, long max) {
        return Reply.of(
                552, "5.3.4", "Message of " + bytes + " octets is too large for " + hop + ", which takes " + max);
    }

    static Reply needsEightBit(NextHop hop) {
        return Reply.of(554, "5.6.3", "Message has 8-bit content, which " + hop + " does not take");
    }

    static Reply needsBinary(NextHop hop) {
        return Reply.of(554, "5.6.3", "Message has binary content, which " + hop + " does not take");
    }

    static Reply timeIsOver() {
        return Reply.of(554, "5.4.7", "The time in which the message was to be delivered is over");
    }

    static Reply needsDeliverBy(NextHop hop) {
        return Reply.of(
                554, "5.4.7", "Message has a time to be delivered or returned, which " + hop + " does not know of");
    }

    static Reply tooSlow(NextHop hop, long left, long least) {
        return Reply.of(
                554,
                "5.4.7",
                "Message is to be delivered within " + left + " s, and " + hop + " takes " + least + " s or more");
    }

    static Reply needsUtf8(NextHop hop) {
        return Reply.of(553, "5.6.7", "Message needs SMTPUTF8, which " + hop + " does not offer");
    }

    static Reply needsRequireTls(NextHop hop) {
        return Reply.of(550, "5.7.30", "REQUIRETLS support required, and mail to " + hop + " is not sent by TLS");
    }

    private static String at(Stage stage) {
        return switch (stage) {
            case CONNECT -> "while connecting";
            case GREETING -> "at its greeting";
            case BODY -> "while sending the message";
            case DOT -> "after the end of the message";
            case IDLE -> "between messages";
            case EHLO, RSET, MAIL, RCPT, DATA -> "at " + stage.name().toUpperCase(Locale.ROOT);
        };
    }
}
