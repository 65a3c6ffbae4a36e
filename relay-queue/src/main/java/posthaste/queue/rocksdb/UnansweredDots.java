package posthaste.queue.rocksdb;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryKey;
import posthaste.queue.DeliveryListener;
import posthaste.queue.MessageId;
import posthaste.queue.QueueEvent;
import posthaste.queue.Settlement;
import posthaste.smtp.Reply;

/**
 * The deliveries that had their final dot on the wire when the last process ended, and are still queued: their hosts may
 * have them, so they wait a while and are listed (RFC 1047).
 */
final class UnansweredDots {
    static final Reply ENDED = Reply.of(451, "4.4.2", "The relay ended before the reply to the message arrived");

    private final List<Unanswered> found = new ArrayList<>();

    private record MessagePart(MessageId message, int part) {}

    private record Unanswered(Delivery delivery, String host) {}

    private UnansweredDots() {}

    static UnansweredDots find(Store store, QueueReads reads, List<MappedDotSlots.Inherited> slots) {
        UnansweredDots dots = new UnansweredDots();
        Set<MessagePart> seen = new HashSet<>();
        for (MappedDotSlots.Inherited slot : slots) {
            // Two attempts may have left a slot each, or a damaged file names a part twice: it is deferred once.
            if (!seen.add(new MessagePart(slot.message(), slot.part()))) continue;
            store.read(database -> reads.open(database, slot.message(), slot.part()))
                    .ifPresent(delivery -> dots.found.add(new Unanswered(delivery, slot.host())));
        }
        return dots;
    }

    List<Settlement> deferrals(long dueMillis) {
        List<Settlement> deferrals = new ArrayList<>(found.size());
        for (Unanswered each : found) {
            Delivery delivery = each.delivery();
            Settlement.Deferral deferral = new Settlement.Deferral(
                    delivery.recipients(),
                    dueMillis,
                    delivery.attempts() + 1,
                    delivery.told(),
                    ENDED,
                    each.host(),
                    QueueEvent.Kind.AMBIGUOUS);
            deferrals.add(new Settlement(delivery, List.of(), Optional.of(deferral), List.of()));
        }
        return deferrals;
    }

    void tell(DeliveryListener listener) {
        for (Unanswered each : found) {
            DeliveryKey key = each.delivery().key();
            listener.ambiguous(key.message(), key.part(), each.host());
        }
    }
}
