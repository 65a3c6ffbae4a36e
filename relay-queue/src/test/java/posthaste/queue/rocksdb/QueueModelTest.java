package posthaste.queue.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.queue.Mails.noise;
import static posthaste.queue.rocksdb.QueueFixture.DIRECT;
import static posthaste.queue.rocksdb.QueueFixture.await;
import static posthaste.queue.rocksdb.QueueFixture.backlog;
import static posthaste.queue.rocksdb.QueueFixture.contentOf;
import static posthaste.queue.rocksdb.QueueFixture.deferred;
import static posthaste.queue.rocksdb.QueueFixture.delivered;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryKey;
import posthaste.queue.IncomingMessage;
import posthaste.queue.MessageId;
import posthaste.queue.Recorder;

/**
 * Random histories against a model of the queue. After every step the image of a crash at that moment is opened: it
 * must hold exactly what was answered, because a killed process loses nothing that it has written.
 */
class QueueModelTest {
    private static final int DESTINATIONS = 4;

    private enum Kind {
        ACCEPT,
        BEGIN_AND_LEAVE,
        DELIVER,
        DEFER,
        RESTART
    }

    /** One step; {@code pick} chooses the size, the recipients or the delivery. */
    record Step(Kind kind, int pick) {}

    @Provide
    Arbitrary<List<Step>> histories() {
        Arbitrary<Kind> kinds = Arbitraries.of(
                Kind.ACCEPT, Kind.ACCEPT, Kind.DELIVER, Kind.DELIVER, Kind.DEFER, Kind.RESTART, Kind.BEGIN_AND_LEAVE);
        return Combinators.combine(kinds, Arbitraries.integers().between(0, 1000))
                .as(Step::new)
                .list()
                .ofMinSize(3)
                .ofMaxSize(12);
    }

    @Property(tries = 6, shrinking = ShrinkingMode.BOUNDED)
    void whatWasAnsweredIsThereAfterACrashAtAnyStep(@ForAll("histories") List<Step> history) throws IOException {
        Path directory = Files.createTempDirectory("queue-model");
        try (Run run = new Run(directory)) {
            for (Step step : history) {
                run.take(step);
                run.compareCrashImage();
            }
        } finally {
            CrashImage.delete(directory);
        }
    }

    private static final class Run implements AutoCloseable {
        private final Path live;
        private final Path image;
        private final Map<DeliveryKey, byte[]> expected = new HashMap<>();
        private final List<Delivery> open = new ArrayList<>();
        private RocksMailQueue queue;
        private Recorder told;

        Run(Path directory) {
            live = directory.resolve("live");
            image = directory.resolve("image");
            queue = RocksMailQueueTest.openIn(live);
            told = new Recorder();
            queue.start(told, 1000);
        }

        void take(Step step) {
            switch (step.kind()) {
                case ACCEPT -> accept(step.pick());
                case BEGIN_AND_LEAVE -> beginAndLeave(step.pick());
                case DELIVER -> deliver(step.pick());
                case DEFER -> defer(step.pick());
                case RESTART -> restart();
            }
        }

        private void accept(int pick) {
            byte[] content = noise(pick % 5 == 0 ? pick * 300 : pick, pick);
            String[] recipients = IntStream.rangeClosed(0, pick % DESTINATIONS)
                    .mapToObj(i -> "user@d" + i + ".example")
                    .toArray(String[]::new);
            QueueFixture.accept(queue, content, recipients);
            for (Delivery delivery : told.nextDeliveries(recipients.length)) {
                expected.put(delivery.key(), content);
                open.add(delivery);
            }
        }

        private void beginAndLeave(int pick) {
            IncomingMessage message = queue.begin();
            byte[] content = noise(pick * 300, pick);
            message.append(content, 0, content.length);
        }

        private void deliver(int pick) {
            if (open.isEmpty()) return;
            Delivery delivery = open.remove(pick % open.size());
            await(queue.settle(delivered(delivery), DIRECT));
            expected.remove(delivery.key());
        }

        private void defer(int pick) {
            if (open.isEmpty()) return;
            Delivery delivery = open.remove(pick % open.size());
            await(queue.settle(deferred(delivery, 1_000_000L + pick), DIRECT));
            byte[] content = expected.remove(delivery.key());
            Delivery next = told.nextDelivery();
            expected.put(next.key(), content);
            open.add(next);
        }

        private void restart() {
            queue.close();
            queue = RocksMailQueueTest.openIn(live);
            told = new Recorder();
            queue.start(told, 1000);
            open.clear();
            open.addAll(everything(queue));
            compare(queue);
        }

        private static List<Delivery> everything(RocksMailQueue queue) {
            List<Delivery> all = new ArrayList<>();
            for (int i = 0; i < DESTINATIONS; i++) all.addAll(backlog(queue, "d" + i + ".example"));
            return all;
        }

        void compareCrashImage() {
            CrashImage.of(live, image);
            try (RocksMailQueue copy = RocksMailQueueTest.openIn(image)) {
                compare(copy);
            }
        }

        private void compare(RocksMailQueue of) {
            Map<DeliveryKey, byte[]> found = new HashMap<>();
            for (Delivery delivery : everything(of)) found.put(delivery.key(), contentOf(delivery));
            assertThat(found).containsOnlyKeys(expected.keySet());
            found.forEach((key, content) -> assertThat(content).isEqualTo(expected.get(key)));
            Set<MessageId> messages = new HashSet<>();
            expected.keySet().forEach(key -> messages.add(key.message()));
            assertThat(of.status().messages()).isEqualTo(messages.size());
        }

        @Override
        public void close() {
            queue.close();
        }
    }
}
