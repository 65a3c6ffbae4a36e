package posthaste.queue.rocksdb;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryListener;
import posthaste.queue.MessageId;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueueException;

/** Everything one run of a queue tells its listener, in order. Thread-safe. */
final class ToldByQueue implements DeliveryListener {
    private final List<Delivery> deliveries = new ArrayList<>();
    private final Map<Range, Long> backlogs = new HashMap<>();
    private final List<String> wrong = new ArrayList<>();
    private final List<String> ambiguous = new ArrayList<>();

    /** One class of one destination. */
    record Range(String destination, PriorityClass priority) {}

    @Override
    public synchronized void queued(Delivery delivery) {
        deliveries.add(delivery);
    }

    @Override
    public synchronized void backlog(String destination, PriorityClass priority, long earliestDueMillis) {
        Range range = new Range(destination, priority);
        if (backlogs.containsKey(range)) wrong.add("told twice of the backlog of " + range);
        backlogs.put(range, earliestDueMillis);
    }

    @Override
    public synchronized void ambiguous(MessageId message, int part, String host) {
        ambiguous.add(message + "/" + part + " " + host);
    }

    @Override
    public synchronized void fatal(QueueException reason) {
        wrong.add("fatal: " + reason);
    }

    /** The deliveries told since the last call. */
    synchronized List<Delivery> takeDeliveries() {
        List<Delivery> taken = List.copyOf(deliveries);
        deliveries.clear();
        return taken;
    }

    synchronized Map<Range, Long> backlogs() {
        return Map.copyOf(backlogs);
    }

    synchronized List<String> ambiguous() {
        return List.copyOf(ambiguous);
    }

    /** What must never be told. */
    synchronized List<String> wrong() {
        return List.copyOf(wrong);
    }
}
