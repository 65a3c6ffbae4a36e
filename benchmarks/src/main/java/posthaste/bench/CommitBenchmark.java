package posthaste.bench;

import java.io.IOException;
import java.util.Arrays;
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
import posthaste.queue.QueueEvent;
import posthaste.queue.Settlement;

/**
 * Messages per second through a real queue: accepted with one sync per group, told to a listener, and settled as
 * delivered at once, so that the queue stays small. {@code waiters} messages are under way at any moment, each waiting
 * for its sync as a session waits for its 250: with 1 the figure is that of the disk, with 256 that of the code. Run it
 * with {@code java.io.tmpdir} on a RAM disk to see what the code costs alone.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 4, time = 5)
public class CommitBenchmark {

    /** Messages that wait for their sync at any moment. */
    @Param({"1", "16", "64", "256"})
    public int waiters;

    /** Octets of each message. */
    @Param({"1024", "10240", "102400"})
    public int contentBytes;

    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private Optional<BenchQueue> queue = Optional.empty();
    private Semaphore places = new Semaphore(0);
    private byte[] content = new byte[0];

    /** An empty queue. */
    @Setup(Level.Trial)
    public void open() throws IOException {
        content = new byte[contentBytes];
        Arrays.fill(content, (byte) 'x');
        places = new Semaphore(waiters);
        queue = Optional.of(BenchQueue.open(this::settle));
    }

    private void settle(Delivery delivery) {
        delivery.body().release();
        var delivered = delivery.recipients().stream()
                .map(each -> new Settlement.Finished(each, QueueEvent.Kind.DELIVERED, "250 2.0.0 Ok", "mx [192.0.2.1]"))
                .toList();
        queue.orElseThrow()
                .queue()
                .settle(new Settlement(delivery, delivered, Optional.empty(), List.of()), Runnable::run)
                .exceptionally(why -> {
                    failure.set(why);
                    return null;
                });
    }

    /** One message; waits for a place among the waiters. */
    @Benchmark
    public void commit() throws InterruptedException {
        places.acquire();
        queue.orElseThrow().accept(content, Runnable::run).whenComplete((id, why) -> {
            if (why != null) failure.set(why);
            places.release();
        });
    }

    /** A benchmark of failures would be a fast one. */
    @TearDown(Level.Trial)
    public void close() throws IOException, InterruptedException {
        places.acquire(waiters);
        queue.orElseThrow().close();
        if (failure.get() != null) throw new IllegalStateException("the queue failed", failure.get());
    }
}
