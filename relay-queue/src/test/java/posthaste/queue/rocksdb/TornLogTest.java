package posthaste.queue.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.queue.Mails.envelope;
import static posthaste.queue.Mails.noise;
import static posthaste.queue.rocksdb.QueueFixture.DIRECT;
import static posthaste.queue.rocksdb.QueueFixture.accept;
import static posthaste.queue.rocksdb.QueueFixture.await;
import static posthaste.queue.rocksdb.QueueFixture.backlog;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.queue.IncomingMessage;
import posthaste.queue.QueueConfig;

/** A power cut while the first sync of a new log runs: the new log may be on disk before the end of the one before it. */
class TornLogTest {
    private static final long MIB = 1L << 20;
    private static final int PIECE = 512 * 1024;
    private static final long PAUSE_NANOS = 2_000_000;
    private static final int TAIL_LOST = 100_000;

    @TempDir
    Path directory;

    private static QueueConfig config(Path directory) {
        return new QueueConfig(
                directory, 0, 4 * MIB, 4 * MIB, 4 * MIB, 8 * MIB, 64 * 1024, 64, Duration.ofDays(7), 64 * MIB);
    }

    /** Chunks go on into a second log, and the accepting batch follows them there. */
    private Path imageAcrossTwoLogs(byte[] content) throws IOException {
        Path live = directory.resolve("live");
        try (RocksMailQueue queue = RocksMailQueueTest.openWith(config(live))) {
            for (int i = 0; i < 10; i++) accept(queue, noise(1000, i), "alice@example.com");
            Path first = CrashImage.newestLog(live);
            IncomingMessage message = queue.begin();
            int at = 0;
            while (CrashImage.newestLog(live).equals(first) && at < content.length) {
                int length = Math.min(PIECE, content.length - at);
                message.append(content, at, length);
                at += length;
                LockSupport.parkNanos(PAUSE_NANOS); // so that chunks are written in batches of their own
            }
            Path image = CrashImage.of(live, directory.resolve("image"));
            Path earlier = image.resolve("queue").resolve(String.valueOf(first.getFileName()));
            await(message.accept(envelope(queue.clock().instant(), "bob@example.com"), DIRECT));
            Path second = CrashImage.newestLog(live);
            assertThat(second).isNotEqualTo(first);
            Path later = image.resolve("queue").resolve(String.valueOf(second.getFileName()));
            Files.copy(second, later, StandardCopyOption.REPLACE_EXISTING);
            try (RandomAccessFile file = new RandomAccessFile(earlier.toFile(), "rw")) {
                file.setLength(file.length() - TAIL_LOST);
            }
            return image;
        }
    }

    @Test
    void aMessageWhoseFirstChunksWereLostWithTheEndOfTheLogBeforeIsNotHalfThere() throws IOException {
        Path image = imageAcrossTwoLogs(noise(20_000_000, 1));

        try (RocksMailQueue queue = RocksMailQueueTest.openWith(config(image))) {
            assertThat(queue.audit()).isEmpty();
            assertThat(backlog(queue, "example.com")).hasSize(10);
        }
    }
}
