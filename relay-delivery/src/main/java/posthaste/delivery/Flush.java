package posthaste.delivery;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryKey;
import posthaste.queue.MessageId;
import posthaste.queue.PriorityClass;

/**
 * Everything that waits at a destination is tried now, whatever its due time: one walk over its backlog from end to end. What
 * is put off meanwhile stands before the walk again, so it is remembered and passed over; where that becomes too much, the
 * hosts do not want the mail now, and the rest waits for its time. One owner thread.
 */
final class Flush {
    private final long requestedAtMillis;
    private final int rememberedMax;
    /** Where to go on reading, one key per class; the first one's turn it is. */
    private final Deque<DeliveryKey> next = new ArrayDeque<>();

    private final Set<MessageId> putOff = new HashSet<>();
    private boolean tooMuch;
    private boolean resumed;
    private long waitsUntilMillis;

    /**
     * @param requestedAtMillis pauses of before are over
     * @param rememberedMax of what is put off meanwhile
     */
    Flush(String destination, long requestedAtMillis, int rememberedMax) {
        this.requestedAtMillis = requestedAtMillis;
        this.rememberedMax = rememberedMax;
        for (PriorityClass each :
                new PriorityClass[] {PriorityClass.URGENT, PriorityClass.NORMAL, PriorityClass.BULK}) {
            next.add(new DeliveryKey(destination, each, 0, new MessageId(0), 0, 0));
        }
    }

    long requestedAtMillis() {
        return requestedAtMillis;
    }

    boolean isOver() {
        return next.isEmpty() || tooMuch;
    }

    /** True the first time. */
    boolean resume() {
        boolean first = !resumed;
        resumed = true;
        return first;
    }

    /** Where to read; must not be over. */
    DeliveryKey next() {
        return next.element();
    }

    /** There was no room for what was read. */
    void waitUntil(long millis) {
        waitsUntilMillis = millis;
    }

    boolean mayReadAt(long nowMillis) {
        return nowMillis >= waitsUntilMillis;
    }

    void goOnAt(DeliveryKey key) {
        next.remove();
        next.addFirst(key);
    }

    /** There is nothing more of this class. */
    void classEnds() {
        next.remove();
    }

    /** Whether a delivery keeps its due time: it was tried already, or is not released yet (RFC 4865 §4). */
    boolean passesOver(Delivery delivery, long nowMillis) {
        if (delivery.key().dueMillis() <= nowMillis) return false;
        return putOff.contains(delivery.key().message())
                || delivery.message().envelope().firstDue().toEpochMilli() > nowMillis;
    }

    /** Whether a delivery belongs to what is tried now, behind the end of the walk too. */
    boolean takes(Delivery delivery, long nowMillis) {
        return !tooMuch && !passesOver(delivery, nowMillis);
    }

    /** A delivery was tried and waits again. */
    void putOff(DeliveryKey key) {
        if (putOff.size() >= rememberedMax) tooMuch = true;
        else putOff.add(key.message());
    }
}
