package posthaste.delivery;

import posthaste.queue.DeliveryKey;
import posthaste.queue.MessageId;
import posthaste.queue.PriorityClass;

/**
 * What one class of a destination has on disk beside what is in memory: a lower bound of its first key, so that reading
 * never walks over what is gone. One owner thread.
 *
 * <p>A key that is not taken into memory lowers the bound. While a read is under way, keys are noted beside it, and the
 * lower of both counts when it ends.
 */
final class DiskBacklog {
    private final String destination;
    private final PriorityClass priority;
    private long dueMillis = Long.MAX_VALUE;
    private DeliveryKey from;

    DiskBacklog(String destination, PriorityClass priority) {
        this.destination = destination;
        this.priority = priority;
        from = first(Long.MAX_VALUE);
    }

    private DeliveryKey first(long due) {
        return new DeliveryKey(destination, priority, due, new MessageId(0), 0, 0);
    }

    PriorityClass priority() {
        return priority;
    }

    /** When the first of them may be due; {@link Long#MAX_VALUE} when nothing is on disk. */
    long dueMillis() {
        return dueMillis;
    }

    /** A key that is on disk and not in memory. */
    void note(DeliveryKey key) {
        if (key.dueMillis() > dueMillis) return;
        if (key.dueMillis() == dueMillis && key.compareTo(from) >= 0) return;
        dueMillis = key.dueMillis();
        from = key;
    }

    /** Something is on disk that is due at the earliest then. */
    void note(long earliestDueMillis) {
        note(first(earliestDueMillis));
    }

    /** Begins a read: where it starts. Until it ends nothing is known to be on disk but what is noted meanwhile. */
    DeliveryKey beginRead() {
        DeliveryKey start = from;
        dueMillis = Long.MAX_VALUE;
        from = first(Long.MAX_VALUE);
        return start;
    }

    /** Ends a read that returned nothing: all of it is still to be read. */
    void readFailed(DeliveryKey start) {
        note(start);
    }
}
