package posthaste.delivery;

import java.util.Locale;
import posthaste.delivery.client.Stage;
import posthaste.smtp.EnhancedStatus;
import posthaste.smtp.Reply;

/**
 * What a reply means at each stage of the sending side: the one place that knows. The code decides, never the text
 * (RFC 5321 §4.2), but for the pace. Pure functions.
 *
 * <p>A 5yz that concerns the session or our own use of the protocol (500, 502, 503, 530 and their like) never bounces
 * mail: another host or another time may do.
 */
public final class FailureRules {
    private static final int CLOSING_CHANNEL = 421;
    private static final int CLOSING_AFTER_QUIT = 221;
    private static final EnhancedStatus TOO_MANY_RECIPIENTS = new EnhancedStatus(4, 5, 3);
    private static final EnhancedStatus TOO_MANY_RECIPIENTS_FOR_GOOD = new EnhancedStatus(5, 5, 3);
    private static final EnhancedStatus PROTOCOL_ERROR_STATUS = new EnhancedStatus(4, 5, 0);
    private static final int SECURITY_SUBJECT = 7;

    private FailureRules() {}

    /** What to do about a reply. DEFER and BOUNCE concern the recipient at RCPT and the message elsewhere. */
    public enum Meaning {
        SUCCESS,
        /** 354: send the content. */
        GO_AHEAD,
        /** EHLO was not understood: say HELO. */
        FALL_BACK,
        /** Our optional parameters were not understood: say it again without them. */
        WITHOUT_OPTIONAL,
        /** No more recipients in this transaction: the rest at once in another one. */
        AGAIN,
        DEFER,
        BOUNCE,
        /** The host will not serve us, or not as we ask: next host, never a bounce. */
        HOST,
        /** The host ends the connection (421, or 221 that was not asked for). */
        CLOSING,
        /** No legal answer: close, defer (RFC 5321 §4.3.2). */
        PROTOCOL_ERROR
    }

    /** The first words of a host: 220 or nothing. */
    public static Meaning greeting(Reply reply) {
        if (isClosing(reply)) return Meaning.CLOSING;
        if (reply.code() == 220) return Meaning.SUCCESS;
        return reply.code() < 400 ? Meaning.PROTOCOL_ERROR : Meaning.HOST;
    }

    /** To EHLO. */
    public static Meaning ehlo(Reply reply) {
        return switch (reply.code()) {
            case 500, 501, 502, 504, 550 -> Meaning.FALL_BACK;
            default -> helo(reply);
        };
    }

    /** To HELO. */
    public static Meaning helo(Reply reply) {
        if (isClosing(reply)) return Meaning.CLOSING;
        if (reply.isPositive()) return Meaning.SUCCESS;
        return reply.code() < 400 ? Meaning.PROTOCOL_ERROR : Meaning.HOST;
    }

    /** @param optionalSent whether the command had parameters that the message can do without */
    public static Meaning mail(Reply reply, boolean optionalSent) {
        return switch (reply.code()) {
            case 455, 501, 504, 555 -> optionalSent ? Meaning.WITHOUT_OPTIONAL : ofCommand(reply);
            default -> ofCommand(reply);
        };
    }

    /**
     * @param acceptedBefore recipients of this transaction that were accepted before this one
     * @param optionalSent whether the command had parameters that the message can do without
     */
    public static Meaning rcpt(Reply reply, int acceptedBefore, boolean optionalSent) {
        return switch (reply.code()) {
            case 455, 501, 504, 555 -> optionalSent ? Meaning.WITHOUT_OPTIONAL : ofCommand(reply);
            case 452 -> meansTooMany(reply, acceptedBefore, TOO_MANY_RECIPIENTS) ? Meaning.AGAIN : Meaning.DEFER;
            // Some servers say so for good (RFC 5321 §4.5.3.1.10). With 5.5.3 and nobody accepted it cannot be the
            // number of recipients that is wrong, but it is not the recipient either.
            case 552 -> {
                if (meansTooMany(reply, acceptedBefore, TOO_MANY_RECIPIENTS_FOR_GOOD)) yield Meaning.AGAIN;
                yield hasStatus(reply, TOO_MANY_RECIPIENTS_FOR_GOOD) ? Meaning.DEFER : Meaning.BOUNCE;
            }
            default -> ofCommand(reply);
        };
    }

    private static boolean meansTooMany(Reply reply, int acceptedBefore, EnhancedStatus tooMany) {
        return acceptedBefore > 0 && (reply.status().isEmpty() || hasStatus(reply, tooMany));
    }

    private static boolean hasStatus(Reply reply, EnhancedStatus status) {
        return reply.status().filter(status::equals).isPresent();
    }

    /** To DATA with at least one recipient accepted. 2yz is no go-ahead (RFC 821 §4.3). */
    public static Meaning data(Reply reply) {
        if (reply.code() == 354) return Meaning.GO_AHEAD;
        return reply.isPositive() && !isClosing(reply) ? Meaning.PROTOCOL_ERROR : ofCommand(reply);
    }

    /** To the final dot. A host that is confused about the sequence has not judged the message. */
    public static Meaning dot(Reply reply) {
        if (reply.code() == CLOSING_CHANNEL) return Meaning.CLOSING;
        return switch (reply.code() / 100) {
            case 2 -> Meaning.SUCCESS;
            case 3 -> Meaning.PROTOCOL_ERROR;
            case 4 -> Meaning.DEFER;
            default -> reply.code() == 500 || reply.code() == 503 ? Meaning.DEFER : Meaning.BOUNCE;
        };
    }

    /** To RSET: without success the connection is of no further use. */
    public static Meaning rset(Reply reply) {
        if (isClosing(reply)) return Meaning.CLOSING;
        return reply.isPositive() ? Meaning.SUCCESS : Meaning.HOST;
    }

    private static Meaning ofCommand(Reply reply) {
        if (isClosing(reply)) return Meaning.CLOSING;
        return switch (reply.code() / 100) {
            case 2 -> Meaning.SUCCESS;
            case 3 -> Meaning.PROTOCOL_ERROR;
            case 4 -> Meaning.DEFER;
            default -> concernsSession(reply) ? Meaning.HOST : Meaning.BOUNCE;
        };
    }

    /** Whether the host ends the connection by this reply to any command but QUIT (RFC 5321 §3.8). */
    public static boolean isClosing(Reply reply) {
        return reply.code() == CLOSING_CHANNEL || reply.code() == CLOSING_AFTER_QUIT;
    }

    /** Unknown command, bad sequence, or authentication and encryption wanted: no fault of the message. */
    private static boolean concernsSession(Reply reply) {
        return switch (reply.code()) {
            case 500, 502, 503, 530, 534, 535, 538 -> true;
            default -> false;
        };
    }

    /** Success by its first digit alone: such a host is taken at its word once, and not used again. */
    public static boolean isOddSuccess(Reply reply) {
        return reply.isPositive() && (reply.code() < 250 || reply.code() > 252);
    }

    /**
     * Whether the host asks for a lower pace. Only the pace may depend on text, and greylisting is no matter of pace.
     */
    public static boolean isRateLimit(Reply reply) {
        boolean fitting = reply.code() == 421 || reply.code() == 450 || reply.code() == 451;
        if (!fitting) return false;
        String text = String.join(" ", reply.lines()).toLowerCase(Locale.ROOT);
        if (text.contains("greylist") || text.contains("graylist")) return false;
        boolean security = reply.status()
                .filter(status -> status.subject() == SECURITY_SUBJECT)
                .isPresent();
        return security || text.contains("too many") || text.contains("rate limit") || text.contains("throttl");
    }

    /**
     * The status of a reply for reports: its own, or one that its code implies. The class is that of the code, whatever
     * the host wrote; a code below 200 or a 3yz stands for a protocol error.
     */
    public static EnhancedStatus statusOf(Stage stage, Reply reply) {
        return reply.status().orElseGet(() -> derived(stage, reply.code()));
    }

    private static EnhancedStatus derived(Stage stage, int code) {
        boolean atRcpt = stage == Stage.RCPT;
        return switch (code) {
            case 421 -> new EnhancedStatus(4, 3, 2);
            case 450 -> new EnhancedStatus(4, 2, 0);
            case 451 -> new EnhancedStatus(4, 3, 0);
            case 452 -> atRcpt ? TOO_MANY_RECIPIENTS : new EnhancedStatus(4, 3, 1);
            case 500, 501, 502, 503, 504 -> new EnhancedStatus(5, 5, 0);
            case 550 -> atRcpt ? new EnhancedStatus(5, 1, 1) : new EnhancedStatus(5, 7, 1);
            case 551 -> new EnhancedStatus(5, 1, 6);
            case 552 -> atRcpt ? new EnhancedStatus(5, 2, 2) : new EnhancedStatus(5, 3, 4);
            case 553 -> new EnhancedStatus(5, 1, 3);
            case 556 -> new EnhancedStatus(5, 1, 10);
            default -> code / 100 == 3 ? PROTOCOL_ERROR_STATUS : new EnhancedStatus(code / 100, 0, 0);
        };
    }
}
