package posthaste.queue.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.queue.Mails.envelope;
import static posthaste.queue.Mails.noise;
import static posthaste.queue.rocksdb.QueueFixture.DIRECT;
import static posthaste.queue.rocksdb.QueueFixture.await;
import static posthaste.queue.rocksdb.QueueFixture.contentOf;
import static posthaste.queue.rocksdb.QueueFixture.delivered;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.queue.Delivery;
import posthaste.queue.IncomingMessage;
import posthaste.queue.MessageId;
import posthaste.queue.QueueConfig;
import posthaste.queue.Recorder;

class BackPressureTest {
    private static final int MIB = 1 << 20;

    @TempDir
    Path directory;

    private RocksMailQueue openWithBudget(long bodyMemory) {
        return RocksMailQueueTest.openWith(new QueueConfig(
                directory,
                0,
                16L * MIB,
                64L * MIB,
                4L * MIB,
                bodyMemory,
                64 * 1024,
                64,
                Duration.ofDays(7),
                1024L * MIB));
    }

    /** One session: appends when it may, and accepts at the end. */
    private static final class Sender {
        private final RocksMailQueue queue;
        private final IncomingMessage message;
        private final byte[] content;
        private final int step;
        private final CompletableFuture<MessageId> accepted = new CompletableFuture<>();
        private int at;
        private int pauses;

        Sender(RocksMailQueue queue, byte[] content, int step) {
            this.queue = queue;
            this.content = content;
            this.step = step;
            message = queue.begin();
        }

        void send() {
            while (at < content.length) {
                int length = Math.min(step, content.length - at);
                boolean more = message.append(content, at, length);
                at += length;
                if (!more) {
                    pauses++;
                    message.onWritable(this::send, DIRECT);
                    return;
                }
            }
            CompletionStage<MessageId> stage =
                    message.accept(envelope(queue.clock().instant(), "alice@example.com"), DIRECT);
            stage.whenComplete((id, failure) -> {
                if (failure == null) accepted.complete(id);
                else accepted.completeExceptionally(failure);
            });
        }
    }

    @Test
    void aSenderThatIsFasterThanTheDiskIsPaused() {
        try (RocksMailQueue queue = openWithBudget(64L * MIB)) {
            IncomingMessage message = queue.begin();
            byte[] content = noise(8 * MIB, 1);
            assertThat(message.append(content, 0, content.length)).isFalse();
            CompletableFuture<Void> resumed = new CompletableFuture<>();
            message.onWritable(() -> resumed.complete(null), DIRECT);
            await(resumed);
            await(message.accept(envelope(queue.clock().instant(), "alice@example.com"), DIRECT));
        }
    }

    @Test
    void manyLargeMessagesPassThroughASmallBudget() {
        try (RocksMailQueue queue = openWithBudget(MIB)) {
            Recorder told = new Recorder();
            queue.start(told, 1000);
            List<Sender> senders = new ArrayList<>();
            Map<MessageId, byte[]> contents = new HashMap<>();
            for (int i = 0; i < 50; i++) senders.add(new Sender(queue, noise(600_000 + i, i), 7_000 + i));
            senders.forEach(Sender::send);
            for (Sender sender : senders) contents.put(await(sender.accepted), sender.content);

            assertThat(senders).anyMatch(sender -> sender.pauses > 0);
            for (Delivery delivery : told.nextDeliveries(50)) {
                assertThat(contentOf(delivery))
                        .isEqualTo(contents.get(delivery.message().id()));
                await(queue.settle(delivered(delivery), DIRECT));
            }
            assertThat(queue.status().bodyBytesInMemory()).isZero();
        }
    }

    @Test
    void idleSendersThatHoldTheWholeBudgetStopNobody() {
        try (RocksMailQueue queue = openWithBudget(MIB)) {
            List<IncomingMessage> idle = new ArrayList<>();
            byte[] half = noise(33_000, 1);
            for (int i = 0; i < 100; i++) {
                IncomingMessage message = queue.begin();
                message.append(half, 0, half.length);
                idle.add(message);
            }
            Sender sender = new Sender(queue, noise(2 * MIB, 2), 8_192);
            sender.send();
            await(sender.accepted);

            idle.forEach(IncomingMessage::discard);
            Recorder told = new Recorder();
            queue.start(told, 1000);
            told.nextBacklog();
            await(queue.settle(
                    delivered(QueueFixture.backlog(queue, "example.com").get(0)), DIRECT));
            assertThat(queue.status().bodyBytesInMemory()).isZero();
        }
    }

    @Test
    void memoryOfAFreshBodyIsGivenBackByItsLastPart() {
        try (RocksMailQueue queue = openWithBudget(MIB)) {
            Recorder told = new Recorder();
            queue.start(told, 1000);
            QueueFixture.accept(queue, noise(5_000, 1), "a@one.example", "b@two.example");
            List<Delivery> parts = told.nextDeliveries(2);
            assertThat(queue.status().bodyBytesInMemory()).isEqualTo(5_000);

            parts.get(0).body().release();
            parts.get(0).body().release();
            assertThat(parts.get(1).body().resident(0)).isPresent();
            parts.get(1).body().release();

            assertThat(queue.status().bodyBytesInMemory()).isZero();
            assertThat(parts.get(1).body().resident(0)).isEmpty();
            assertThat(contentOf(parts.get(1))).isEqualTo(noise(5_000, 1));
        }
    }
}
