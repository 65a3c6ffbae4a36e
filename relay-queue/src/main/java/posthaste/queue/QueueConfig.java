package posthaste.queue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;

/**
 * The {@code [queue]} section, valid by construction. All sizes in bytes.
 *
 * @param directory where the queue lives: data-dir
 * @param freeSpaceReserve accepting stops below this much free space; negative: the smaller of 1 GiB and 10 % of the
 *     file system
 * @param writeBuffers memory of all memtables
 * @param walSize bound of the write-ahead log, and with it of the time a restart takes
 * @param blockCache memory of cached blocks
 * @param bodyMemory bytes of bodies kept in memory, incoming and fresh
 * @param chunkBytes size of a body chunk
 * @param groupMax changes in one batch at most
 * @param eventAge events older than this are trimmed
 * @param eventSize events are trimmed beyond this size
 */
public record QueueConfig(
        Path directory,
        long freeSpaceReserve,
        long writeBuffers,
        long walSize,
        long blockCache,
        long bodyMemory,
        int chunkBytes,
        int groupMax,
        Duration eventAge,
        long eventSize) {
    private static final long MIB = 1L << 20;

    public QueueConfig {
        var problems = new ArrayList<String>();
        if (writeBuffers < 4 * MIB) problems.add("write-buffers must be at least 4 MiB");
        if (walSize < 4 * MIB) problems.add("wal-size must be at least 4 MiB");
        if (blockCache < 0) problems.add("block-cache must not be negative");
        if (bodyMemory < MIB) problems.add("body-memory must be at least 1 MiB");
        if (chunkBytes < 4096 || chunkBytes > 256 * 1024) problems.add("chunk must be 4 KiB to 256 KiB");
        if (groupMax < 1 || groupMax > 65_536) problems.add("group-max must be 1 to 65536");
        if (eventAge.isNegative() || eventAge.isZero()) problems.add("event-age must be positive");
        if (eventSize < MIB) problems.add("event-size must be at least 1 MiB");
        if (!problems.isEmpty()) throw new IllegalArgumentException(String.join("; ", problems));
    }

    /** The defaults of design section 6. */
    public static QueueConfig defaults(Path directory) {
        return new QueueConfig(
                directory,
                -1,
                128 * MIB,
                256 * MIB,
                32 * MIB,
                64 * MIB,
                64 * 1024,
                256,
                Duration.ofDays(7),
                1024 * MIB);
    }
}
