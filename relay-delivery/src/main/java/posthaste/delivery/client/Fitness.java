package posthaste.delivery.client;

import java.util.Optional;
import java.util.OptionalLong;
import posthaste.delivery.route.NextHop;
import posthaste.queue.Delivery;
import posthaste.queue.Envelope;
import posthaste.queue.Envelope.Deadline;
import posthaste.smtp.BodyType;
import posthaste.smtp.DeliverBy;
import posthaste.smtp.Extension;
import posthaste.smtp.Extensions;
import posthaste.smtp.Reply;

/** Whether a message can be sent to a host at all, judged before a word of it is said. */
final class Fitness {
    private Fitness() {}

    /**
     * Why the message cannot go to this host, permanently; empty when it can. One with REQUIRETLS can go to none: what is
     * sent is not encrypted (RFC 8689 §4.2.1).
     */
    static Optional<Reply> refusal(Delivery delivery, NextHop hop, Extensions host, long nowMillis) {
        Envelope envelope = delivery.message().envelope();
        if (envelope.requests().requireTls()) return Optional.of(OwnReplies.needsRequireTls(hop));
        OptionalLong sizeMax = host.sizeMax();
        long bytes = delivery.body().bytes();
        if (sizeMax.isPresent() && bytes > sizeMax.getAsLong()) {
            return Optional.of(OwnReplies.tooLarge(hop, bytes, sizeMax.getAsLong()));
        }
        if (envelope.smtpUtf8() && !host.offers(Extension.SMTP_UTF8)) return Optional.of(OwnReplies.needsUtf8(hop));
        Optional<Deadline> deadline = envelope.requests().deadline();
        if (deadline.isPresent()) {
            Optional<Reply> late = tooLate(deadline.get(), hop, host, nowMillis);
            if (late.isPresent()) return late;
        }
        return bodyRefusal(envelope.bodyType(), hop, host);
    }

    /** What has to come back at its deadline goes to nobody who would not keep it (RFC 2852 §4.1.4). */
    private static Optional<Reply> tooLate(Deadline by, NextHop hop, Extensions host, long nowMillis) {
        if (by.mode() != DeliverBy.Mode.RETURN) return Optional.empty();
        long left = EnvelopeCommands.secondsLeft(by, nowMillis);
        if (left < 1) return Optional.of(OwnReplies.timeIsOver());
        if (!host.offers(Extension.DELIVER_BY)) return Optional.of(OwnReplies.needsDeliverBy(hop));
        OptionalLong least = host.deliverByMin();
        return least.isPresent() && left < least.getAsLong()
                ? Optional.of(OwnReplies.tooSlow(hop, left, least.getAsLong()))
                : Optional.empty();
    }

    private static Optional<Reply> bodyRefusal(BodyType body, NextHop hop, Extensions host) {
        return switch (body) {
            case SEVEN_BIT -> Optional.empty();
            case EIGHT_BIT_MIME ->
                host.offers(Extension.EIGHT_BIT_MIME) ? Optional.empty() : Optional.of(OwnReplies.needsEightBit(hop));
            case BINARY_MIME ->
                host.offers(Extension.CHUNKING) && host.offers(Extension.BINARY_MIME)
                        ? Optional.empty()
                        : Optional.of(OwnReplies.needsBinary(hop));
        };
    }
}
