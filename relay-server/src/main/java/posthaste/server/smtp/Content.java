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
 * @param headerOctets of them in the header
 * @param receivedFields hops behind it
 * @param bareLineBreak whether a CR or LF stood alone
 * @param nul whether it holds a NUL
 * @param eightBitHeader whether its header holds octets above 127
 * @param eightBitBody whether its body does
 * @param binary whether MAIL announced that it may hold any octets (RFC 3030 §3)
 * @param isShowable whether it is small enough for terminals
 */
record Content(
        long octets,
        long headerOctets,
        int receivedFields,
        boolean bareLineBreak,
        boolean nul,
        boolean eightBitHeader,
        boolean eightBitBody,
        boolean binary,
        boolean isShowable) {
    /** Received fields at which a message is taken to go round in a loop (RFC 5321 §6.3). */
    static final int HOPS_MAX = 100;

    /**
     * What a decoder has seen so far.
     *
     * @param octets that the client has sent
     */
    static Content of(ContentInspection seen, long octets, boolean binary, boolean showable) {
        return new Content(
                octets,
                seen.headerOctets(),
                seen.receivedFields(),
                seen.hasBareCr() || seen.hasBareLf(),
                seen.hasNul(),
                seen.hasEightBitHeader(),
                seen.hasEightBitBody(),
                binary,
                showable);
    }

    /** Why it is not taken; what is true of a part of a message stays true of the whole. */
    Optional<Reply> refusal(LimitsConfig limits) {
        if (octets > limits.messageSize()) return Optional.of(Replies.MESSAGE_TOO_LARGE);
        if (headerOctets > limits.guards().headerSize()) return Optional.of(Replies.HEADER_TOO_LARGE);
        if (bareLineBreak && !binary) return Optional.of(Replies.BARE_LINE_BREAK_IN_MESSAGE);
        if (nul && !binary) return Optional.of(Replies.NUL_IN_MESSAGE);
        return receivedFields >= HOPS_MAX ? Optional.of(Replies.TOO_MANY_HOPS) : Optional.empty();
    }

    /** The least BODY that is true of it (RFC 6152 §2), whatever MAIL said. */
    BodyType bodyType() {
        if (bareLineBreak || nul) return BodyType.BINARY_MIME;
        return eightBitHeader || eightBitBody ? BodyType.EIGHT_BIT_MIME : BodyType.SEVEN_BIT;
    }
}
