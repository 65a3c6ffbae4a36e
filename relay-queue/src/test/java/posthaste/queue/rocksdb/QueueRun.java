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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
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
    /** A run may go on for so long without a batch. */
    private static final long IDLE_MILLIS_MAX = 60_000;

    private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private final Path directory;
    private final long startedMillis;
    private final AtomicLong wallMillis;
    private final int chunkBytes;
    private final RocksMailQueue queue;
    private final ToldByQueue told = new ToldByQueue();
    private Map<ToldByQueue.Range, Long> backlogs = Map.of();

    private QueueRun(Path directory, AtomicLong wallMillis, int chunkBytes, RocksMailQueue queue) {
        this.directory = directory;
        this.wallMillis = wallMillis;
        startedMillis = wallMillis.get();
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
        AtomicLong wall = new AtomicLong(wallMillis);
        InstantSource wallClock = () -> Instant.ofEpochMilli(wall.get());
        var queue = RocksMailQueue.open(config, new QueueMetrics(new SimpleMeterRegistry()), wallClock);
        return new QueueRun(directory, wall, chunkBytes, queue);
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

    /** The wall clock when it began. */
    long startedMillis() {
        return startedMillis;
    }

    void setWallClock(long millis) {
        wallMillis.set(millis);
    }

    /**
     * Before the start: tells the model how due times were moved because the wall clock was set back, all of them by the
     * same time and none of them to before now. The queue knows how far the clock had come from its last batch.
     *
     * @param byMillis that time, or a little less
     * @return how many were moved
     */
    long followSetBack(QueueModel model, long byMillis) {
        Map<PartId, DeliveryKey> found = deliveriesOnDisk();
        Set<Long> shifts = new HashSet<>();
        long moved = 0;
        for (QueueModel.Open open : model.open()) {
            long before = open.key().dueMillis();
            DeliveryKey now =
                    Optional.ofNullable(found.get(PartId.of(open.key()))).orElseThrow();
            if (now.equals(open.key())) {
                boolean past = before <= queue.clock().millis();
                assertThat(QueueModel.isHeld(open) || past || model.waitsForATime(open))
                        .as("%s stays", open)
                        .isTrue();
                continue;
            }
            assertThat(before).isGreaterThan(startedMillis);
            assertThat(model.waitsForATime(open)).as("%s moved", open).isFalse();
            if (now.dueMillis() > queue.clock().millis()) shifts.add(before - now.dueMillis());
            else assertThat(now.dueMillis()).isGreaterThanOrEqualTo(Math.max(startedMillis, before - byMillis));
            model.move(open, now);
            moved++;
        }
        assertThat(shifts)
                .hasSizeLessThanOrEqualTo(1)
                .allSatisfy(shift -> assertThat(shift).isBetween(byMillis - IDLE_MILLIS_MAX, byMillis));
        return moved;
    }

    private Map<PartId, DeliveryKey> deliveriesOnDisk() {
        return queue.store().read(database -> {
            Map<PartId, DeliveryKey> found = new HashMap<>();
            try (Scan scan = database.scan(Family.DELIVERY, new byte[] {0}, new byte[] {(byte) 0xff})) {
                for (; scan.valid(); scan.next()) {
                    DeliveryKey key = DeliveryKeyCodec.decode(scan.key());
                    found.put(PartId.of(key), key);
                }
            }
            return found;
        });
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
        // The scan may go on behind the last range that it had to tell, and meet mail that came meanwhile.
        assertThat(told.backlogs()).containsAllEntriesOf(backlogs);
    }
}
