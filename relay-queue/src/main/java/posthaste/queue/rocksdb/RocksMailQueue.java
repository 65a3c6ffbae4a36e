package posthaste.queue.rocksdb;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryKey;
import posthaste.queue.DeliveryListener;
import posthaste.queue.DotSlots;
import posthaste.queue.EventLog;
import posthaste.queue.IncomingMessage;
import posthaste.queue.MailQueue;
import posthaste.queue.MessageId;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueueConfig;
import posthaste.queue.QueueException;
import posthaste.queue.QueueMetrics;
import posthaste.queue.Settlement;

/** The queue on one RocksDB database. */
public final class RocksMailQueue implements MailQueue {

    private RocksMailQueue() {}

    /**
     * Opens the queue in {@code config.directory()}, which is created where it is missing. Blocks.
     *
     * @param wallClock read once: the queue's clock is its value at start plus monotonic time
     * @throws QueueException.CannotOpen damaged (65), not writable (73), I/O error (74), used by another process (75)
     */
    public static RocksMailQueue open(QueueConfig config, QueueMetrics metrics, InstantSource wallClock) {
        if (config.groupMax() < 1) throw new QueueException.CannotOpen(74, "not yet built");
        return new RocksMailQueue();
    }

    @Override
    public void start(DeliveryListener listener, long ambiguousDelayMillis) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<QueueException> refusal() {
        throw new UnsupportedOperationException();
    }

    @Override
    public IncomingMessage begin() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Backlog> backlog(
            String destination, PriorityClass priority, DeliveryKey from, long untilMillis, int max, Executor owner) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Aged> acceptedBefore(long beforeMillis, MessageId after, int maxMessages, Executor owner) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<List<Delivery>> expired(long nowMillis, int maxMessages, Executor owner) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Void> settle(Settlement settlement, Executor owner) {
        throw new UnsupportedOperationException();
    }

    @Override
    public DotSlots dotSlots() {
        throw new UnsupportedOperationException();
    }

    @Override
    public EventLog events() {
        throw new UnsupportedOperationException();
    }

    @Override
    public QueueStatus status() {
        throw new UnsupportedOperationException();
    }

    @Override
    public InstantSource clock() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
