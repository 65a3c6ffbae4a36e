package posthaste.bench;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryKey;
import posthaste.queue.MessageId;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueueConfig;
import posthaste.queue.QueueException;
import posthaste.queue.QueueMetrics;
import posthaste.queue.Recipient;
import posthaste.queue.rocksdb.RocksMailQueue;

/**
 * Opens the queue that a power cut left and compares it with what the clients were promised and the next hops took. Owned by
 * one thread.
 */
final class ImageCheck {
    private static final long MIB = 1L << 20;
    private static final int PAGE = 1_000;
    private static final long READ_SECONDS = 30;

    private final Map<String, CrashLoad.Sent> sent;
    /** Test ids by the relay's id, of what the next hops took. */
    private final Map<String, String> testIds = new HashMap<>();

    private final Set<String> taken = new HashSet<>();
    private final List<String> problems = new ArrayList<>();
    private final Set<String> held = new HashSet<>();
    private final Map<String, String> testIdsHeld = new HashMap<>();

    ImageCheck(Map<String, CrashLoad.Sent> sent, List<ExactSink.Taken> taken) {
        this.sent = sent;
        for (ExactSink.Taken each : taken) {
            testIds.put(each.relayId(), each.testId());
            Optional<CrashLoad.Sent> original = Optional.ofNullable(sent.get(each.testId()));
            boolean whole = original.isPresent() && original.get().digest().equals(each.digest());
            if (whole) this.taken.add(each.relayId() + " " + each.recipient());
        }
    }

    /** Small buffers, so that a short run writes many files. */
    static QueueConfig config(Path dataDirectory) {
        return new QueueConfig(
                dataDirectory, 0, 4 * MIB, 4 * MIB, 4 * MIB, 8 * MIB, 4096, 64, Duration.ofDays(7), 64 * MIB);
    }

    /**
     * What is wrong with the queue in {@code dataDirectory}; empty when nothing is.
     *
     * @param promised ids of the messages whose 250 had begun to be sent
     */
    List<String> problems(Path dataDirectory, Set<String> promised) throws InterruptedException {
        problems.clear();
        held.clear();
        testIdsHeld.clear();
        var metrics = new QueueMetrics(new SimpleMeterRegistry());
        try (RocksMailQueue queue = RocksMailQueue.open(config(dataDirectory), metrics, InstantSource.system())) {
            problems.addAll(queue.audit());
            for (String destination : destinations()) tryRead(queue, destination);
        } catch (QueueException.CannotOpen why) {
            problems.add("does not open, exit " + why.exitCode() + ": " + why.getMessage());
            return List.copyOf(problems);
        }
        for (String id : promised) kept(id);
        return List.copyOf(problems);
    }

    private Set<String> destinations() {
        Set<String> destinations = new HashSet<>();
        for (CrashLoad.Sent each : sent.values()) {
            for (String recipient : each.recipients()) {
                destinations.add(recipient.substring(recipient.indexOf('@') + 1));
            }
        }
        return destinations;
    }

    private void tryRead(RocksMailQueue queue, String destination) throws InterruptedException {
        try {
            read(queue, destination);
        } catch (IllegalStateException unreadable) {
            problems.add(destination + " cannot be read: " + unreadable.getCause());
        }
    }

    private void read(RocksMailQueue queue, String destination) throws InterruptedException {
        DeliveryKey from = new DeliveryKey(destination, PriorityClass.NORMAL, 0, new MessageId(0), 0, 0);
        List<Delivery> page;
        do {
            page = await(queue.backlog(destination, PriorityClass.NORMAL, from, Long.MAX_VALUE, PAGE, Runnable::run))
                    .deliveries();
            for (Delivery delivery : page) delivery(delivery);
            if (!page.isEmpty()) {
                DeliveryKey last = page.get(page.size() - 1).key();
                from = new DeliveryKey(
                        destination,
                        PriorityClass.NORMAL,
                        last.dueMillis(),
                        last.message(),
                        last.part(),
                        last.revision() + 1);
            }
        } while (page.size() == PAGE);
    }

    private static <T> T await(java.util.concurrent.CompletionStage<T> stage) throws InterruptedException {
        try {
            return stage.toCompletableFuture().get(READ_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            throw new IllegalStateException("reading the queue", failure);
        }
    }

    private void delivery(Delivery delivery) throws InterruptedException {
        String id = delivery.message().id().toString();
        byte[] content = new byte[Math.toIntExact(delivery.body().bytes())];
        int at = 0;
        for (int chunk = 0; chunk < delivery.body().chunks(); chunk++) {
            byte[] octets = await(delivery.body().read(chunk, Runnable::run));
            System.arraycopy(octets, 0, content, at, octets.length);
            at += octets.length;
        }
        String testId = ExactSink.testIdIn(content);
        testIdsHeld.put(id, testId);
        Optional<CrashLoad.Sent> original = Optional.ofNullable(sent.get(testId));
        if (original.isEmpty() || !original.get().digest().equals(ExactSink.digestOf(content))) {
            problems.add(id + " is not what was sent as " + testId);
            return;
        }
        for (Recipient recipient : delivery.recipients()) {
            String address =
                    recipient.mailbox().localPart() + "@" + recipient.mailbox().domain();
            if (!original.get().recipients().contains(address)) problems.add(id + " was never meant for " + address);
            held.add(id + " " + address);
        }
    }

    /** A message that was promised waits in the queue, or a next hop took it, for each of its recipients. */
    private void kept(String id) {
        Optional<String> testId =
                Optional.ofNullable(testIdsHeld.get(id)).or(() -> Optional.ofNullable(testIds.get(id)));
        Optional<CrashLoad.Sent> original = testId.map(sent::get);
        if (original.isEmpty()) {
            problems.add(id + " is lost");
            return;
        }
        for (String recipient : original.get().recipients()) {
            String part = id + " " + recipient;
            if (!held.contains(part) && !taken.contains(part)) problems.add(part + " is lost");
        }
    }
}
