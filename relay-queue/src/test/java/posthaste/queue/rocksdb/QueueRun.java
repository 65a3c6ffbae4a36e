package posthaste.queue.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.queue.rocksdb.QueueFixture.DIRECT;
import static posthaste.queue.rocksdb.QueueFixture.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryKey;
import posthaste.queue.MessageId;
import posthaste.queue.QueueConfig;
import posthaste.queue.QueueMetrics;

/** One run of a queue in a simulation, from its start to its end. Settings differ from run to run, as they may. */
final class QueueRun implements AutoCloseable {
    static final long AMBIGUOUS_DELAY_MILLIS = 900_000;
    private static final long MIB = 1L << 20;
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private final Path directory;
    private final int chunkBytes;
    private final RocksMailQueue queue;
    private final ToldByQueue told = new ToldByQueue();
    private Map<ToldByQueue.Range, Long> backlogs = Map.of();

    private QueueRun(Path directory, int chunkBytes, RocksMailQueue queue) {
        this.directory = directory;
        this.chunkBytes = chunkBytes;
        this.queue = queue;
    }

    /** Opens a queue that is as small as it may be, so that tables are written and rewritten all the time. */
    static QueueRun open(Path directory, long wallMillis, Random random) {
        int chunkBytes = 4096 << random.nextInt(5);
        QueueConfig config = new QueueConfig(
                directory,
                0,
                4 * MIB,
                4 * MIB,
                MIB,
                random.nextBoolean() ? MIB : 64 * MIB,
                chunkBytes,
                List.of(1, 3, 256).get(random.nextInt(3)),
                Duration.ofDays(1),
                random.nextBoolean() ? MIB : 1024 * MIB);
        InstantSource wallClock = InstantSource.fixed(Instant.ofEpochMilli(wallMillis));
        var queue = RocksMailQueue.open(config, new QueueMetrics(new SimpleMeterRegistry()), wallClock);
        return new QueueRun(directory, chunkBytes, queue);
    }

    RocksMailQueue queue() {
        return queue;
    }

    ToldByQueue told() {
        return told;
    }

    Path directory() {
        return directory;
    }

    int chunkBytes() {
        return chunkBytes;
    }

    /** Waits until that many unanswered dots are told. */
    void start(int ambiguous) {
        queue.start(told, AMBIGUOUS_DELAY_MILLIS);
        waitFor(() -> told.ambiguous().size() >= ambiguous);
        assertThat(told.ambiguous()).hasSize(ambiguous).doesNotHaveDuplicates();
    }

    /** Every destination and class that has mail is told, with the time at which the first of it is due. */
    void expectBacklogs(QueueModel model) {
        Map<ToldByQueue.Range, Long> expected = new HashMap<>();
        for (QueueModel.Open open : model.open()) {
            if (QueueModel.isHeld(open)) continue;
            DeliveryKey key = open.key();
            expected.merge(new ToldByQueue.Range(key.destination(), key.priority()), key.dueMillis(), Math::min);
        }
        waitFor(() -> told.backlogs().size() >= expected.size());
        assertThat(told.backlogs()).isEqualTo(expected);
        backlogs = expected;
    }

    private static void waitFor(BooleanSupplier condition) {
        long end = System.nanoTime() + WAIT_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) return; // the comparison that follows says what is missing
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    List<Delivery> backlog(DeliveryKey from, long untilMillis, int max) {
        return await(queue.backlog(from.destination(), from.priority(), from, untilMillis, max, DIRECT))
                .deliveries();
    }

    QueueState stateOnDisk() {
        return queue.store().read(QueueState::read);
    }

    /** Entries of a family. */
    long entries(Family family) {
        return queue.store().read(database -> {
            long count = 0;
            try (Scan scan = database.scan(family, new byte[] {0}, new byte[] {(byte) 0xff})) {
                for (; scan.valid(); scan.next()) count++;
            }
            return count;
        });
    }

    /** Body chunks of every queued message, as the messages say. */
    long chunks() {
        return queue.store().read(database -> {
            long chunks = 0;
            try (Scan scan = database.scan(Family.MESSAGE, new byte[] {0}, new byte[] {(byte) 0xff})) {
                for (; scan.valid(); scan.next()) {
                    MessageId id = Keys.messageAt(scan.key(), 0);
                    chunks += MessageCodec.decode(id, scan.value()).message.chunks();
                }
            }
            return chunks;
        });
    }

    /** Octets of the log that is being written. */
    long logBytes() {
        try {
            return Files.size(CrashImage.newestLog(directory));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Until a write has failed, or everything submitted was written all the same. */
    void awaitFailure() {
        waitFor(() -> queue.refusal().isPresent() || queue.status().waitingChanges() == 0);
    }

    /** Until it goes on, and what it had refused meanwhile is gone. Nothing is being received. */
    void awaitHealth() {
        waitFor(() -> queue.refusal().isEmpty());
        assertThat(queue.refusal()).isEmpty();
        waitFor(() -> entries(Family.RECEIVING) == 0);
    }

    void flush() {
        queue.store().read(database -> {
            database.flush();
            return true;
        });
    }

    void compact() {
        queue.store().read(database -> {
            database.compact();
            return true;
        });
    }

    /** What is on disk at this moment, written or being written. */
    void copyTo(Path image) {
        queue.store().read(database -> {
            database.whileStill(() -> CrashImage.of(directory, image));
            return true;
        });
    }

    @Override
    public void close() {
        queue.close();
        assertThat(told.wrong()).isEmpty();
        assertThat(told.backlogs()).isEqualTo(backlogs);
    }
}
