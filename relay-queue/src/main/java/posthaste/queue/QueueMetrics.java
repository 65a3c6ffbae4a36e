package posthaste.queue;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/** Every meter of the queue: its name, unit and meaning stand here and nowhere else. Thread-safe. */
public final class QueueMetrics {
    private final MeterRegistry registry;
    private final Timer commit;
    private final DistributionSummary groupSize;
    private final Counter accepted;
    private final Counter settled;
    private final Counter synced;
    private final Counter failedWrites;
    private final Counter refused;
    private final Counter corrupt;
    private final Queue<DoubleSupplier> counted = new ConcurrentLinkedQueue<>();

    public QueueMetrics(MeterRegistry registry) {
        this.registry = registry;
        commit = Timer.builder("posthaste.queue.commit")
                .description("One group commit, from the first change to the end of the write or sync.")
                .serviceLevelObjectives(
                        Duration.ofNanos(200_000),
                        Duration.ofMillis(1),
                        Duration.ofMillis(5),
                        Duration.ofMillis(20),
                        Duration.ofMillis(100),
                        Duration.ofSeconds(1))
                .register(registry);
        groupSize = DistributionSummary.builder("posthaste.queue.group.size")
                .description("Changes in one group commit.")
                .serviceLevelObjectives(1, 4, 16, 64, 256)
                .register(registry);
        accepted = counter("posthaste.queue.accepted", "Messages made durable, reports of our own included.");
        settled = counter("posthaste.queue.settled", "Attempts whose outcome was written.");
        synced = counter("posthaste.queue.synced.groups", "Group commits that ended in a sync.");
        failedWrites = counter("posthaste.queue.failed.writes", "Group commits that the disk refused.");
        refused = counter("posthaste.queue.refused", "Changes refused: no room, closing, or too many waiting.");
        corrupt = counter("posthaste.queue.corrupt", "Stored values that were read and mean nothing.");
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    /** One group was written, in {@code nanos}. */
    public void committed(long nanos, int changes, int messagesAccepted, int partsSettled, boolean withSync) {
        commit.record(nanos, TimeUnit.NANOSECONDS);
        groupSize.record(changes);
        if (messagesAccepted > 0) accepted.increment(messagesAccepted);
        if (partsSettled > 0) settled.increment(partsSettled);
        if (withSync) synced.increment();
    }

    public void writeFailed() {
        failedWrites.increment();
    }

    public void refused() {
        refused.increment();
    }

    public void corrupt() {
        corrupt.increment();
    }

    /** A value that is asked for when it is exported. The registry keeps {@code value}. */
    public void gauge(String name, String description, DoubleSupplier value) {
        Gauge.builder(name, value::getAsDouble)
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    /** A count that something else keeps and that only grows. */
    public void count(String name, String description, DoubleSupplier value) {
        counted.add(value); // the registry itself would let it go
        FunctionCounter.builder(name, value, DoubleSupplier::getAsDouble)
                .description(description)
                .register(registry);
    }
}
