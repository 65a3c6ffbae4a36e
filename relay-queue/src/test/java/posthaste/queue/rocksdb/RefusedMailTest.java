package posthaste.queue.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static posthaste.queue.Mails.envelope;
import static posthaste.queue.Mails.noise;
import static posthaste.queue.rocksdb.QueueFixture.DIRECT;
import static posthaste.queue.rocksdb.QueueFixture.accept;
import static posthaste.queue.rocksdb.QueueFixture.await;
import static posthaste.queue.rocksdb.QueueFixture.contentOf;
import static posthaste.queue.rocksdb.QueueFixture.submit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.queue.IncomingMessage;
import posthaste.queue.MessageId;
import posthaste.queue.QueueConfig;
import posthaste.queue.QueueException;
import posthaste.queue.Recorder;

/** What mail that was refused while the disk failed has left on it is gone once the disk works: no restart is needed. */
class RefusedMailTest {
    private static final long MIB = 1L << 20;
    private static final int CHUNK_BYTES = 64 * 1024;
    /** Three chunks and the beginning of a fourth. */
    private static final byte[] LONG = noise(3 * CHUNK_BYTES + 10_000, 1);

    private static final int REFUSED = 20;

    @TempDir
    Path directory;

    private static RocksMailQueue open(Path directory) {
        return RocksMailQueueTest.openWith(new QueueConfig(
                directory, 0, 16 * MIB, 64 * MIB, 4 * MIB, 64 * MIB, CHUNK_BYTES, 64, Duration.ofDays(7), 1024 * MIB));
    }

    private static void waitFor(BooleanSupplier condition) {
        for (int i = 0; i < 3_000 && !condition.getAsBoolean(); i++) LockSupport.parkNanos(10_000_000);
        assertThat(condition.getAsBoolean()).isTrue();
    }

    private static long entries(RocksMailQueue queue, Family family) {
        return queue.store().read(database -> {
            long count = 0;
            try (Scan scan = database.scan(family, new byte[] {0}, new byte[] {(byte) 0xff})) {
                for (; scan.valid(); scan.next()) count++;
            }
            return count;
        });
    }

    private static List<IncomingMessage> halfway(RocksMailQueue queue, int count) {
        List<IncomingMessage> messages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            IncomingMessage message = queue.begin();
            message.append(LONG, 0, LONG.length);
            messages.add(message);
        }
        waitFor(() -> entries(queue, Family.BODY) == 3L * count);
        return messages;
    }

    private static CompletionStage<MessageId> accepting(RocksMailQueue queue, IncomingMessage message) {
        return message.accept(envelope(queue.clock().instant(), "alice@example.com"), DIRECT);
    }

    private static void requireRefused(RocksMailQueue queue, IncomingMessage message) {
        assertThat(accepting(queue, message))
                .failsWithin(Duration.ofSeconds(30))
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(QueueException.class);
    }

    /** One write that fails, and then the limit stays until it is lifted. */
    private static void breakDisk(RocksMailQueue queue) {
        assumeTrue(DiskFaults.limitFileSize(100), "prlimit is missing");
        IncomingMessage first = queue.begin();
        first.append(noise(100, 1), 0, 100);
        requireRefused(queue, first);
        assertThat(queue.refusal()).isPresent();
    }

    @Test
    void chunksOfMailThatWasRefusedWhileTheDiskWasBrokenAreRemoved() {
        try (RocksMailQueue queue = open(directory)) {
            List<IncomingMessage> refused = halfway(queue, REFUSED);
            List<IncomingMessage> discarded = halfwayMore(queue);
            breakDisk(queue);
            try {
                refused.forEach(message -> requireRefused(queue, message));
                discarded.forEach(IncomingMessage::discard);
            } finally {
                DiskFaults.lift();
            }

            waitFor(() -> queue.refusal().isEmpty());
            waitFor(() -> entries(queue, Family.RECEIVING) == 0);

            assertThat(entries(queue, Family.BODY)).isZero();
            assertThat(queue.status().bodyBytesInMemory()).isZero();
            accept(queue, LONG, "alice@example.com");
            assertThat(entries(queue, Family.BODY)).isEqualTo(4);
            assertThat(queue.status().messages()).isEqualTo(1);
        }
    }

    private static List<IncomingMessage> halfwayMore(RocksMailQueue queue) {
        IncomingMessage one = queue.begin();
        one.append(LONG, 0, LONG.length);
        waitFor(() -> entries(queue, Family.RECEIVING) == REFUSED + 1);
        return List.of(one);
    }

    @Test
    void whatIsBeingReceivedWhileTheDiskIsFullIsSparedAndWhatWasRefusedIsRemoved() throws IOException {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        assumeTrue(DiskFaults.run("mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", disk.toString()), "no tmpfs");
        try (RocksMailQueue queue = open(disk.resolve("data"))) {
            Recorder told = new Recorder();
            queue.start(told, 1000);
            List<IncomingMessage> refused = halfway(queue, REFUSED);
            IncomingMessage patient = queue.begin();
            patient.append(LONG, 0, LONG.length);
            waitFor(() -> entries(queue, Family.RECEIVING) == REFUSED + 1);
            Path ballast = disk.resolve("ballast");
            fill(ballast);
            int accepted = acceptUntilRefused(queue);
            refused.forEach(message -> requireRefused(queue, message));

            Files.delete(ballast);
            waitFor(() -> entries(queue, Family.RECEIVING) == 1);

            assertThat(entries(queue, Family.BODY)).isEqualTo(accepted + 3L);
            await(accepting(queue, patient));
            assertThat(contentOf(told.nextDeliveries(accepted + 1).get(accepted)))
                    .isEqualTo(LONG);
            assertThat(entries(queue, Family.RECEIVING)).isZero();
        } finally {
            DiskFaults.run("umount", "--lazy", disk.toString()); // the slots stay mapped until they are collected
        }
    }

    private static int acceptUntilRefused(RocksMailQueue queue) {
        for (int accepted = 0; accepted < 2_000; accepted++) {
            try {
                submit(queue, noise(40_000, 1), "alice@example.com")
                        .toCompletableFuture()
                        .join();
            } catch (CompletionException refused) {
                assertThat(refused).hasCauseInstanceOf(QueueException.Full.class);
                return accepted;
            }
        }
        throw new AssertionError("the disk is not full");
    }

    private static void fill(Path ballast) {
        try {
            Files.write(ballast, new byte[(int) (64 * MIB)]);
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
    }
}
