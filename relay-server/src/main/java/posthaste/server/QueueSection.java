package posthaste.server;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import posthaste.queue.QueueConfig;

/** Reads {@code data-dir} and {@code [queue]}. */
final class QueueSection {
    private static final String DEFAULT_DIRECTORY = "posthaste-data";
    private static final long KIB = 1L << 10;
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;
    private static final long MEMORY_MAX = 64 * GIB;
    private static final long DISK_MAX = 1L << 50;
    private static final int GROUP_MAX = 65_536;
    private static final Duration EVENT_AGE_MIN = Duration.ofMinutes(1);
    /** Beyond this share of the heap, bodies leave too little room for everything else. */
    private static final int BODY_SHARE_OF_HEAP = 2;

    private final Section root;
    private final Section section;

    QueueSection(Section root) {
        this.root = root;
        this.section = root.section("queue");
    }

    QueueConfig read() {
        Path directory = root.text("data-dir", DEFAULT_DIRECTORY, Path.of(DEFAULT_DIRECTORY), QueueSection::directory);
        QueueConfig defaults = QueueConfig.defaults(directory);
        long reserve = section.size(
                "free-space-reserve", "1 GiB or 10 % of the file system", 0, DISK_MAX, defaults.freeSpaceReserve());
        long writeBuffers = section.size("write-buffers", 4 * MIB, MEMORY_MAX, defaults.writeBuffers());
        long walSize = section.size("wal-size", 4 * MIB, DISK_MAX, defaults.walSize());
        long blockCache = section.size("block-cache", 0, MEMORY_MAX, defaults.blockCache());
        long bodyMemory = section.size("body-memory", MIB, MEMORY_MAX, defaults.bodyMemory());
        long chunk = section.size("chunk", 4 * KIB, 256 * KIB, defaults.chunkBytes());
        int groupMax = section.integer("group-max", 1, GROUP_MAX, defaults.groupMax());
        Duration eventAge = section.duration("event-age", EVENT_AGE_MIN, defaults.eventAge());
        long eventSize = section.size("event-size", MIB, DISK_MAX, defaults.eventSize());
        warnOfMemory(bodyMemory);
        return section.build(
                () -> new QueueConfig(
                        directory,
                        reserve,
                        writeBuffers,
                        walSize,
                        blockCache,
                        bodyMemory,
                        (int) chunk,
                        groupMax,
                        eventAge,
                        eventSize),
                () -> defaults);
    }

    private static Path directory(String text) {
        try {
            if (!text.isBlank()) return Path.of(text);
        } catch (InvalidPathException unusable) {
            // Told below: what the system cannot name is as good as empty.
        }
        throw new IllegalArgumentException("%s is not the path of a directory".formatted(Section.shown(text)));
    }

    private void warnOfMemory(long bodyMemory) {
        long heap = Runtime.getRuntime().maxMemory();
        if (bodyMemory > heap / BODY_SHARE_OF_HEAP) {
            section.warning(
                    "body-memory",
                    "more than half of the heap of %d MiB: lower it, or raise -Xmx in JAVA_OPTS".formatted(heap / MIB));
        }
    }
}
