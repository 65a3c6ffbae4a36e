package posthaste.queue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Keeps what the queue tells, in order. */
public final class Recorder implements DeliveryListener {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** What a backlog call told. */
    public record Found(String destination, PriorityClass priority, long earliestDueMillis) {}

    private final BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
    private final BlockingQueue<Found> backlogs = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> ambiguous = new LinkedBlockingQueue<>();
    private final BlockingQueue<QueueException> fatal = new LinkedBlockingQueue<>();

    @Override
    public void queued(Delivery delivery) {
        deliveries.add(delivery);
    }

    @Override
    public void backlog(String destination, PriorityClass priority, long earliestDueMillis) {
        backlogs.add(new Found(destination, priority, earliestDueMillis));
    }

    @Override
    public void ambiguous(MessageId message, int part, String host) {
        ambiguous.add(message + "/" + part + " " + host);
    }

    @Override
    public void fatal(QueueException reason) {
        fatal.add(reason);
    }

    public Delivery nextDelivery() {
        return take(deliveries);
    }

    /** The next {@code count} deliveries, in the order in which they were told. */
    public List<Delivery> nextDeliveries(int count) {
        List<Delivery> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) taken.add(nextDelivery());
        return taken;
    }

    public Found nextBacklog() {
        return take(backlogs);
    }

    public String nextAmbiguous() {
        return take(ambiguous);
    }

    public QueueException fatal() {
        return take(fatal);
    }

    /** Deliveries told and not taken. */
    public int waiting() {
        return deliveries.size();
    }

    public boolean toldOfBacklog() {
        return !backlogs.isEmpty();
    }

    private static <T> T take(BlockingQueue<T> from) {
        try {
            T taken = from.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (taken == null) throw new AssertionError("the queue told nothing");
            return taken;
        } catch (InterruptedException unexpected) {
            throw new AssertionError(unexpected);
        }
    }
}
