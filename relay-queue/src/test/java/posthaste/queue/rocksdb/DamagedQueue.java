package posthaste.queue.rocksdb;

import static posthaste.queue.Mails.noise;
import static posthaste.queue.rocksdb.QueueFixture.DIRECT;
import static posthaste.queue.rocksdb.QueueFixture.accept;
import static posthaste.queue.rocksdb.QueueFixture.await;
import static posthaste.queue.rocksdb.QueueFixture.backlog;
import static posthaste.queue.rocksdb.QueueFixture.deferred;
import static posthaste.queue.rocksdb.QueueFixture.delivered;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import posthaste.queue.Delivery;
import posthaste.queue.MessageId;
import posthaste.queue.QueueConfig;

/**
 * A queue with a history made from a seed, as it stands on disk: small and large messages of one recipient or two, some
 * deferred, some settled, part of it in tables and part of it in the log only. What it answers for is in {@link #open}.
 */
final class DamagedQueue {
    private static final long MIB = 1L << 20;
    private static final int DESTINATIONS = 5;
    /** Deferrals are due at this time and their number. */
    private static final long DUE_BASE_MILLIS = 4_000_000_000_000L;

    /** What is still open of one part, and the content that belongs to it. */
    record Open(int attempts, long dueMillis, long contentSeed, int contentBytes) {
        byte[] content() {
            return noise(contentBytes, contentSeed);
        }
    }

    /** A part of a message, the name that events and errors have for it. */
    record PartId(MessageId message, String destination) implements Comparable<PartId> {
        @Override
        public int compareTo(PartId other) {
            int byMessage = message.compareTo(other.message);
            return byMessage != 0 ? byMessage : destination.compareTo(other.destination);
        }
    }

    /** Before one is made. */
    static final DamagedQueue NONE = new DamagedQueue(Path.of(""), 0);

    final Path closed;
    final Path killed;
    final Map<PartId, Open> open = new TreeMap<>();

    private final Random random;
    private final Path live;

    private DamagedQueue(Path directory, long seed) {
        random = new Random(seed);
        live = directory.resolve("live");
        closed = directory.resolve("closed");
        killed = directory.resolve("killed");
    }

    /** @param messages in all; half of them reach tables */
    static DamagedQueue make(Path directory, int messages, long seed) {
        DamagedQueue made = new DamagedQueue(directory, seed);
        try (RocksMailQueue queue = openSmall(made.live)) {
            made.fill(queue, messages / 2);
        }
        try (RocksMailQueue queue = openSmall(made.live)) {
            made.change(queue);
            made.fill(queue, messages - messages / 2);
            made.change(queue);
            CrashImage.of(made.live, made.killed);
        }
        CrashImage.of(made.live, made.closed);
        return made;
    }

    Open openOf(PartId part) {
        return Objects.requireNonNull(open.get(part));
    }

    /** With small buffers, so that some thousand messages make more than one file. */
    static RocksMailQueue openSmall(Path directory) {
        return RocksMailQueueTest.openWith(config(directory));
    }

    static QueueConfig config(Path directory) {
        return new QueueConfig(
                directory, 0, 16 * MIB, 16 * MIB, MIB, 8 * MIB, 64 * 1024, 256, Duration.ofDays(7), 64 * MIB);
    }

    static List<String> destinations() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < DESTINATIONS; i++) names.add("d" + i + ".example");
        return names;
    }

    private void fill(RocksMailQueue queue, int messages) {
        for (int i = 0; i < messages; i++) {
            int bytes = random.nextInt(25) == 0 ? 70_000 + random.nextInt(200_000) : 200 + random.nextInt(8_000);
            long seed = random.nextLong();
            String one = destinations().get(random.nextInt(DESTINATIONS));
            String other = destinations().get(random.nextInt(DESTINATIONS));
            List<String> all = random.nextInt(3) == 0 ? List.of(one, other, one + ".au") : List.of(one);
            Set<String> to = new TreeSet<>(all);
            String[] recipients = to.stream().map(each -> "u@" + each).toArray(String[]::new);
            MessageId id = accept(queue, noise(bytes, seed), recipients);
            for (String each : to) open.put(new PartId(id, each), new Open(0, 0, seed, bytes));
        }
    }

    /** Settles a fifth of what is open, and defers another fifth. */
    private void change(RocksMailQueue queue) {
        for (String destination : destinations()) {
            for (Delivery delivery : backlog(queue, destination)) {
                PartId part = new PartId(delivery.message().id(), destination);
                Open before = openOf(part);
                int choice = random.nextInt(5);
                if (choice == 0) {
                    await(queue.settle(delivered(delivery), DIRECT));
                    open.remove(part);
                } else if (choice == 1) {
                    long due = DUE_BASE_MILLIS + random.nextInt(1_000_000);
                    await(queue.settle(deferred(delivery, due), DIRECT));
                    open.put(part, new Open(before.attempts() + 1, due, before.contentSeed(), before.contentBytes()));
                }
            }
        }
        accept(queue, noise(10, 1), "last@held-back.example"); // its sync covers the settlements
        open.put(lastOf(queue), new Open(0, 0, 1, 10));
    }

    private static PartId lastOf(RocksMailQueue queue) {
        List<Delivery> all = backlog(queue, "held-back.example");
        return new PartId(all.get(all.size() - 1).message().id(), "held-back.example");
    }
}
