package posthaste.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryKey;

/**
 * Deliveries of one destination in memory that no site has yet, urgent ones first. One owner thread.
 */
final class ReadyQueue {
    private static final int CLASSES = 3;

    private final int max;
    private final List<ArrayDeque<Delivery>> classes = new ArrayList<>(CLASSES);
    private int size;

    ReadyQueue(int max) {
        this.max = max;
        for (int i = 0; i < CLASSES; i++) classes.add(new ArrayDeque<>(0));
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** False where there is no room. */
    boolean add(Delivery delivery) {
        if (size >= max) return false;
        classOf(delivery.key()).add(delivery);
        size++;
        return true;
    }

    private ArrayDeque<Delivery> classOf(DeliveryKey key) {
        return classes.get(key.priority().code());
    }

    /** The next one; must not be empty. */
    Delivery remove() {
        for (ArrayDeque<Delivery> each : classes) {
            if (each.isEmpty()) continue;
            size--;
            return each.remove();
        }
        throw new IllegalStateException("nothing is ready");
    }

    /** Takes this one out, if it waits here. */
    Optional<Delivery> remove(DeliveryKey key) {
        ArrayDeque<Delivery> queue = classOf(key);
        for (Delivery each : queue) {
            if (!each.key().equals(key)) continue;
            queue.remove(each);
            size--;
            return Optional.of(each);
        }
        return Optional.empty();
    }
}
