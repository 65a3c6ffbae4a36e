package posthaste.bench;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryKey;
import posthaste.queue.MailQueue;
import posthaste.queue.MessageId;
import posthaste.queue.PriorityClass;

/**
 * Microseconds to read the next window of a destination that has 100,000 deliveries on disk, envelopes included and
 * bodies not: what it takes until a destination with a backlog has work again. It must not depend on how much lies
 * before or behind the window; the figure divided by the window is the cost of one message.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 2)
public class RefillBenchmark {
    private static final int BACKLOG = 100_000;
    private static final int CONTENT_BYTES = 1024;
    private static final int UNDER_WAY = 512;
    private static final DeliveryKey FIRST =
            new DeliveryKey(BenchQueue.DESTINATION, PriorityClass.NORMAL, 0, new MessageId(0), 0, 0);

    /** Deliveries read at once. */
    @Param({"64", "1024"})
    public int window;

    private Optional<BenchQueue> queue = Optional.empty();
    private DeliveryKey from = FIRST;

    /** Fills the queue. */
    @Setup(Level.Trial)
    public void fill() throws IOException, InterruptedException {
        BenchQueue filled = BenchQueue.open(delivery -> delivery.body().release());
        queue = Optional.of(filled);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Semaphore places = new Semaphore(UNDER_WAY);
        byte[] content = new byte[CONTENT_BYTES];
        for (int i = 0; i < BACKLOG; i++) {
            places.acquire();
            filled.accept(content, Runnable::run).whenComplete((id, why) -> {
                if (why != null) failure.set(why);
                places.release();
            });
        }
        places.acquire(UNDER_WAY);
        if (failure.get() != null) throw new IllegalStateException("the queue failed", failure.get());
    }

    /** The next window, from the beginning again behind the last. */
    @Benchmark
    public MailQueue.Backlog refill() {
        MailQueue.Backlog read = queue.orElseThrow()
                .queue()
                .backlog(BenchQueue.DESTINATION, PriorityClass.NORMAL, from, Long.MAX_VALUE, window, Runnable::run)
                .toCompletableFuture()
                .join();
        List<Delivery> deliveries = read.deliveries();
        from = deliveries.size() < window
                ? FIRST
                : behind(deliveries.get(deliveries.size() - 1).key());
        return read;
    }

    private static DeliveryKey behind(DeliveryKey key) {
        return new DeliveryKey(
                key.destination(), key.priority(), key.dueMillis(), key.message(), key.part(), key.revision() + 1);
    }

    /** Deletes the queue. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
        queue.orElseThrow().close();
    }
}
