package posthaste.queue.rocksdb;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.queue.QueueException;

/** Watches the room on the file system: below the reserve no mail is taken, while delivery goes on and makes room. */
final class FreeSpace {
    private static final Logger LOG = LoggerFactory.getLogger(FreeSpace.class);
    private static final long DEFAULT_RESERVE_MAX = 1L << 30;
    private static final int DEFAULT_RESERVE_SHARE = 10;

    private final FileStore files;
    private final long reserve;
    private final QueueHealth health;

    /** @param reserve in bytes; negative for the default */
    FreeSpace(Path directory, long reserve, QueueHealth health) throws IOException {
        files = Files.getFileStore(directory);
        this.health = health;
        this.reserve =
                reserve >= 0 ? reserve : Math.min(DEFAULT_RESERVE_MAX, files.getTotalSpace() / DEFAULT_RESERVE_SHARE);
    }

    void check() {
        Optional<QueueException> now = shortage();
        if (now.isPresent() != health.space().isPresent()) {
            LOG.warn(now.map(Throwable::getMessage).orElse("there is room for new mail again"));
        }
        health.space(now);
    }

    private Optional<QueueException> shortage() {
        try {
            long usable = files.getUsableSpace();
            if (usable >= reserve) return Optional.empty();
            return Optional.of(new QueueException.Full(
                    "free space of " + usable + " bytes is below the reserve of " + reserve + " (free-space-reserve)"));
        } catch (IOException unknown) {
            return Optional.of(new QueueException.Failed("free space is unknown", unknown));
        }
    }
}
