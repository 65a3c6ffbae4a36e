package posthaste.server.smtp;

import java.util.Optional;
import posthaste.smtp.BodyType;
import posthaste.smtp.ContentInspection;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/**
 * What a message turned out to hold.
 *
 * @param octets as RFC 1870 §5 counts them
 * @param receivedFields hops behind it
 * @param bareLineBreak whether a CR or LF stood alone
 * @param nul whether it holds a NUL
 * @param eightBit whether it holds octets above 127
 */
record Content(long octets, int receivedFields, boolean bareLineBreak, boolean nul, boolean eightBit) {
    /** Received fields at which a message is taken to go round in a loop (RFC 5321 §6.3). */
    static final int HOPS_MAX = 100;

    /** What a decoder has seen so far. */
    static Content of(ContentInspection seen) {
        return new Content(
                seen.octets(),
                seen.receivedFields(),
                seen.hasBareCr() || seen.hasBareLf(),
                seen.hasNul(),
                seen.hasEightBitBody() || seen.hasEightBitHeader());
    }

    /** Why it is not taken; what is true of a part of a message stays true of the whole. */
    Optional<Reply> refusal(LimitsConfig limits) {
        if (octets > limits.messageSize()) return Optional.of(Replies.MESSAGE_TOO_LARGE);
        if (bareLineBreak) return Optional.of(Replies.BARE_LINE_BREAK_IN_MESSAGE);
        if (nul) return Optional.of(Replies.NUL_IN_MESSAGE);
        return receivedFields >= HOPS_MAX ? Optional.of(Replies.TOO_MANY_HOPS) : Optional.empty();
    }

    /** The least BODY that is true of it (RFC 6152 §2), whatever MAIL said. */
    BodyType bodyType() {
        return eightBit ? BodyType.EIGHT_BIT_MIME : BodyType.SEVEN_BIT;
    }
}
