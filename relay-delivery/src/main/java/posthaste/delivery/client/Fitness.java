package posthaste.delivery.client;

import java.util.Optional;
import java.util.OptionalLong;
import posthaste.delivery.route.NextHop;
import posthaste.queue.Delivery;
import posthaste.queue.Envelope;
import posthaste.smtp.BodyType;
import posthaste.smtp.Extension;
import posthaste.smtp.Extensions;
import posthaste.smtp.Reply;

/** Whether a message can be sent to a host at all, judged before a word of it is said. */
final class Fitness {
    private Fitness() {}

    /** Why the message cannot go to this host, permanently; empty when it can. */
    static Optional<Reply> refusal(Delivery delivery, NextHop hop, Extensions host) {
        Envelope envelope = delivery.message().envelope();
        OptionalLong sizeMax = host.sizeMax();
        long bytes = delivery.body().bytes();
        if (sizeMax.isPresent() && bytes > sizeMax.getAsLong()) {
            return Optional.of(OwnReplies.tooLarge(hop, bytes, sizeMax.getAsLong()));
        }
        if (envelope.smtpUtf8() && !host.offers(Extension.SMTP_UTF8)) return Optional.of(OwnReplies.needsUtf8(hop));
        return canTakeBody(envelope.bodyType(), host) ? Optional.empty() : Optional.of(OwnReplies.needsEightBit(hop));
    }

    private static boolean canTakeBody(BodyType body, Extensions host) {
        return switch (body) {
            case SEVEN_BIT -> true;
            case EIGHT_BIT_MIME -> host.offers(Extension.EIGHT_BIT_MIME);
            case BINARY_MIME -> false; // it needs CHUNKING, which this client does not speak
        };
    }
}
