package posthaste.queue.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static posthaste.queue.Mails.envelope;
import static posthaste.queue.Mails.noise;
import static posthaste.queue.rocksdb.QueueFixture.DIRECT;
import static posthaste.queue.rocksdb.QueueFixture.accept;
import static posthaste.queue.rocksdb.QueueFixture.await;
import static posthaste.queue.rocksdb.QueueFixture.backlog;
import static posthaste.queue.rocksdb.QueueFixture.contentOf;
import static posthaste.queue.rocksdb.QueueFixture.delivered;
import static posthaste.queue.rocksdb.QueueFixture.submit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.queue.Delivery;
import posthaste.queue.IncomingMessage;
import posthaste.queue.MessageId;
import posthaste.queue.QueueConfig;
import posthaste.queue.QueueException;
import posthaste.queue.Recorder;

/** A disk that refuses: a limit on the size of files (EFBIG) for a broken one, a small tmpfs for a full one. */
class FailedWriteTest {
    private static final long MIB = 1L << 20;

    @TempDir
    Path directory;

    private static QueueConfig config(Path directory) {
        return new QueueConfig(
                directory, 0, 16 * MIB, 64 * MIB, 4 * MIB, 8 * MIB, 64 * 1024, 64, Duration.ofDays(7), 1024 * MIB);
    }

    static boolean run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException missing) {
            return false;
        } catch (InterruptedException unexpected) {
            throw new AssertionError(unexpected);
        }
    }

    private static boolean limitFileSize(String bytes) {
        String own = Long.toString(ProcessHandle.current().pid());
        return run("prlimit", "--pid", own, "--fsize=" + bytes + ":");
    }

    private static void await(BooleanSupplier condition) {
        for (int i = 0; i < 3_000 && !condition.getAsBoolean(); i++) LockSupport.parkNanos(10_000_000);
        assertThat(condition.getAsBoolean()).isTrue();
    }

    /** Empty when it was accepted. */
    private static Throwable failureOf(CompletionStage<MessageId> stage, Set<MessageId> accepted) {
        try {
            accepted.add(
                    stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join());
            return new AssertionError("accepted");
        } catch (CompletionException failure) {
            return Objects.requireNonNull(failure.getCause());
        }
    }

    @Test
    void afterAFailedWriteTheDatabaseIsOpenedAgainAndNothingAcknowledgedIsLost() {
        Set<MessageId> accepted = new HashSet<>();
        Set<MessageId> refused = new HashSet<>();
        try (RocksMailQueue queue = RocksMailQueueTest.openWith(config(directory))) {
            Recorder told = new Recorder();
            queue.start(told, 1000);
            accepted.add(accept(queue, noise(50_000, 1), "alice@example.com"));
            Delivery delivery = told.nextDelivery();
            IncomingMessage halfway = queue.begin();
            halfway.append(noise(200_000, 9), 0, 200_000);

            assumeTrue(limitFileSize("600000"), "prlimit is missing");
            try {
                for (int i = 0; i < 20; i++) {
                    IncomingMessage message = queue.begin();
                    message.append(noise(60_000, i), 0, 60_000);
                    CompletionStage<MessageId> stage =
                            message.accept(envelope(queue.clock().instant(), "alice@example.com"), DIRECT);
                    Throwable failure = failureOf(stage, accepted);
                    if (failure instanceof AssertionError) continue;
                    assertThat(failure).isInstanceOf(QueueException.Failed.class);
                    refused.add(message.id());
                    break;
                }
                assertThat(refused).isNotEmpty();
                QueueFixture.await(queue.settle(delivered(delivery), DIRECT));
                accepted.remove(delivery.message().id());
            } finally {
                limitFileSize("unlimited");
            }
            await(() -> queue.refusal().isEmpty());
            Throwable failure =
                    failureOf(halfway.accept(envelope(queue.clock().instant(), "alice@example.com"), DIRECT), accepted);
            assertThat(failure).isInstanceOf(QueueException.Failed.class);
            accepted.add(accept(queue, noise(50_000, 1), "alice@example.com"));
            assertThat(queue.status().messages()).isEqualTo(accepted.size());
        }
        try (RocksMailQueue queue = RocksMailQueueTest.openWith(config(directory))) {
            assertThat(backlog(queue, "example.com"))
                    .extracting(each -> each.message().id())
                    .containsExactlyInAnyOrderElementsOf(accepted);
            for (Delivery each : backlog(queue, "example.com"))
                assertThat(contentOf(each)).isNotEmpty();
        }
    }

    @Test
    @Tag("slow")
    void aDiskThatNeverComesBackEndsTheQueue() {
        try (RocksMailQueue queue = RocksMailQueueTest.openWith(config(directory))) {
            Recorder told = new Recorder();
            queue.start(told, 1000);
            accept(queue, noise(5_000, 1), "alice@example.com");
            Delivery delivery = told.nextDelivery();
            assumeTrue(limitFileSize("100"), "prlimit is missing");
            try {
                assertThat(failureOf(submit(queue, noise(5_000, 1), "alice@example.com"), new HashSet<>()))
                        .isInstanceOf(QueueException.Failed.class);
                CompletionStage<Void> settled = queue.settle(delivered(delivery), DIRECT);
                assertThat(told.fatal()).isInstanceOf(QueueException.Failed.class);
                assertThat(settled.toCompletableFuture()).isCompletedExceptionally();
                assertThat(queue.refusal()).containsInstanceOf(QueueException.Failed.class);
                assertThat(queue.status().fatal()).isPresent();
            } finally {
                limitFileSize("unlimited");
            }
        }
        try (RocksMailQueue queue = RocksMailQueueTest.openWith(config(directory))) {
            assertThat(backlog(queue, "example.com")).hasSize(1);
        }
    }

    @Test
    void aFullDiskRefusesWithRoomAndGoesOnByItself() throws IOException {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk.toString()), "no tmpfs");
        try {
            Set<MessageId> accepted = new HashSet<>();
            Path ballast = disk.resolve("ballast");
            Files.write(ballast, new byte[(int) (8 * MIB)]);
            try (RocksMailQueue queue = RocksMailQueueTest.openWith(config(disk.resolve("data")))) {
                Recorder told = new Recorder();
                queue.start(told, 1000);
                Throwable failure = new AssertionError("accepted");
                for (int i = 0; i < 2000 && failure instanceof AssertionError; i++) {
                    failure = failureOf(submit(queue, noise(60_000, i), "alice@example.com"), accepted);
                }
                assertThat(failure).isInstanceOf(QueueException.Full.class);
                Delivery delivery = told.nextDelivery();
                CompletionStage<Void> settled = queue.settle(delivered(delivery), DIRECT);
                accepted.remove(delivery.message().id());

                Files.delete(ballast);
                QueueFixture.await(settled);
                await(() -> queue.refusal().isEmpty());
                accepted.add(accept(queue, noise(1000, 1), "alice@example.com"));
            }
            try (RocksMailQueue queue = RocksMailQueueTest.openWith(config(disk.resolve("data")))) {
                assertThat(backlog(queue, "example.com"))
                        .extracting(each -> each.message().id())
                        .containsExactlyInAnyOrderElementsOf(accepted);
            }
        } finally {
            run("umount", "--lazy", disk.toString()); // the slots stay mapped until they are collected
        }
    }

    @Test
    void belowTheReserveNewMailIsRefusedAndOldMailLeaves() {
        QueueConfig small = config(directory);
        QueueConfig greedy = new QueueConfig(
                directory,
                Long.MAX_VALUE,
                small.writeBuffers(),
                small.walSize(),
                small.blockCache(),
                small.bodyMemory(),
                small.chunkBytes(),
                small.groupMax(),
                small.eventAge(),
                small.eventSize());
        try (RocksMailQueue queue = RocksMailQueueTest.openWith(greedy)) {
            Recorder told = new Recorder();
            queue.start(told, 1000);
            assertThat(queue.refusal()).containsInstanceOf(QueueException.Full.class);
            accept(queue, noise(100, 1), "alice@example.com"); // begun before: it may still finish
            QueueFixture.await(queue.settle(delivered(told.nextDelivery()), DIRECT));
        }
    }
}
