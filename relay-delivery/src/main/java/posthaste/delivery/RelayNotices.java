package posthaste.delivery;

import posthaste.delivery.client.PassedOn;
import posthaste.queue.Envelope;
import posthaste.queue.Recipient;
import posthaste.smtp.DeliverBy;
import posthaste.smtp.Notify;

/**
 * When a sender is told that a host took his mail: where that host will not do what he asked for, or where he wants to hear
 * of every relay. Whoever gets such a notice must expect no other (RFC 3461 §5.2.2).
 */
final class RelayNotices {
    private RelayNotices() {}

    /** @param passedOn what the host was told of the sender's wishes */
    static boolean isWanted(Envelope envelope, Recipient recipient, PassedOn passedOn) {
        Notify notify = recipient.notifyOn();
        if (notify.wantsSuccess() && !passedOn.notifyOn())
            return !envelope.reversePath().isNull();
        if (envelope.requests().deadline().isEmpty()) return false;
        if (notify.bits() == Notify.NEVER || envelope.reversePath().isNull()) return false;
        // RFC 2852 §4.1.4: the trace modifier, and mode N with a host that does not know of it.
        return envelope.requests()
                .deadline()
                .filter(by -> by.trace() || (by.mode() == DeliverBy.Mode.NOTIFY && !passedOn.deadline()))
                .isPresent();
    }
}
