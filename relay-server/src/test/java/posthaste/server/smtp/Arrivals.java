package posthaste.server.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryListener;
import posthaste.queue.MessageId;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueueException;

/** What the queue holds, in the order of acceptance. */
final class Arrivals implements DeliveryListener {
    private static final int PATIENCE_SECONDS = 20;

    private final BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();

    @Override
    public void queued(Delivery delivery) {
        deliveries.add(delivery);
    }

    @Override
    public void backlog(String destination, PriorityClass priority, long earliestDueMillis) {}

    @Override
    public void ambiguous(MessageId message, int part, String host) {}

    @Override
    public void fatal(QueueException reason) {}

    Delivery next() {
        try {
            Delivery delivery = deliveries.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (delivery == null) throw new AssertionError("nothing was queued");
            return delivery;
        } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
        }
    }

    boolean isEmpty() {
        return deliveries.isEmpty();
    }

    void assertNone() {
        assertThat(deliveries).isEmpty();
    }

    void forget() {
        deliveries.clear();
    }

    static byte[] contentOf(Delivery delivery) {
        var content = new ByteArrayOutputStream();
        for (int chunk = 0; chunk < delivery.body().chunks(); chunk++) {
            content.writeBytes(delivery.body()
                    .read(chunk, Runnable::run)
                    .toCompletableFuture()
                    .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .join());
        }
        return content.toByteArray();
    }
}
