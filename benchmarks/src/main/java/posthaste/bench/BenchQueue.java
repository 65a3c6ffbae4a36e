package posthaste.bench;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Stream;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryListener;
import posthaste.queue.Envelope;
import posthaste.queue.Envelope.Requests;
import posthaste.queue.IncomingMessage;
import posthaste.queue.MailQueue;
import posthaste.queue.MessageId;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueueConfig;
import posthaste.queue.QueueException;
import posthaste.queue.QueueMetrics;
import posthaste.queue.Recipient;
import posthaste.queue.rocksdb.RocksMailQueue;
import posthaste.smtp.BodyType;
import posthaste.smtp.Mailbox;
import posthaste.smtp.ReversePath;

/**
 * A real queue with its defaults in a temporary directory of its own, for benchmarks; {@code java.io.tmpdir} decides the
 * disk.
 */
final class BenchQueue implements AutoCloseable {
    static final String DESTINATION = "mail.example.net";

    private static final ReversePath SENDER = ReversePath.of(new Mailbox("billing", "app.example.org"));
    private static final List<Recipient> RECIPIENTS = List.of(new Recipient(new Mailbox("customer", DESTINATION)));
    private static final Envelope.Source SOURCE = new Envelope.Source("192.0.2.17", "app.example.org", "ESMTP", "");
    private static final long AMBIGUOUS_DELAY_MILLIS = 60_000;

    private final Path directory;
    private final MailQueue queue;

    private BenchQueue(Path directory, MailQueue queue) {
        this.directory = directory;
        this.queue = queue;
    }

    /** @param fresh is told of every delivery, on the committer's thread */
    static BenchQueue open(Consumer<Delivery> fresh) throws IOException {
        Path directory = Files.createTempDirectory("posthaste-bench-queue");
        QueueMetrics metrics = new QueueMetrics(new SimpleMeterRegistry());
        MailQueue queue = RocksMailQueue.open(QueueConfig.defaults(directory), metrics, InstantSource.system());
        queue.start(new Listener(fresh), AMBIGUOUS_DELAY_MILLIS);
        return new BenchQueue(directory, queue);
    }

    MailQueue queue() {
        return queue;
    }

    /** One message for {@link #DESTINATION}. */
    CompletionStage<MessageId> accept(byte[] content, Executor owner) {
        IncomingMessage message = queue.begin();
        message.append(content, 0, content.length);
        Instant now = queue.clock().instant();
        Envelope envelope = new Envelope(
                SENDER,
                RECIPIENTS,
                PriorityClass.NORMAL,
                BodyType.SEVEN_BIT,
                false,
                Requests.NONE,
                now,
                now,
                Optional.empty(),
                SOURCE);
        return message.accept(envelope, owner);
    }

    @Override
    public void close() throws IOException {
        queue.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        } catch (UncheckedIOException failure) {
            throw new IOException("cannot delete " + directory, failure);
        }
    }

    /** Passes deliveries on; whatever else happens in a benchmark is a bug. */
    private record Listener(Consumer<Delivery> fresh) implements DeliveryListener {
        @Override
        public void queued(Delivery delivery) {
            fresh.accept(delivery);
        }

        @Override
        public void backlog(String destination, PriorityClass priority, long earliestDueMillis) {
            // The directory was empty.
        }

        @Override
        public void ambiguous(MessageId message, int part, String host) {
            throw new IllegalStateException("an empty queue has no unanswered dots");
        }

        @Override
        public void fatal(QueueException reason) {
            throw new IllegalStateException(reason);
        }
    }
}
