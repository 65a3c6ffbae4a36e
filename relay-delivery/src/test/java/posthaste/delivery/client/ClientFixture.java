package posthaste.delivery.client;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import posthaste.delivery.DeliveryConfig;
import posthaste.delivery.route.NextHop;
import posthaste.delivery.route.Sources;
import posthaste.delivery.route.Transport;
import posthaste.delivery.testkit.ScriptedHop;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryKey;
import posthaste.queue.DotSlots;
import posthaste.queue.Envelope;
import posthaste.queue.Envelope.Requests;
import posthaste.queue.Envelope.Source;
import posthaste.queue.MessageId;
import posthaste.queue.Notices;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueuedMessage;
import posthaste.queue.Recipient;
import posthaste.queue.StoredBody;
import posthaste.smtp.BodyType;
import posthaste.smtp.Mailbox;
import posthaste.smtp.ReversePath;

/** A client with a clock that tests move, and what it says of its connections. */
final class ClientFixture implements AutoCloseable {
    /** By the clock that deadlines are set by, which stands still. */
    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private static final long WAIT_SECONDS = 20;
    private static final int STEPS_MAX = 40;
    private static final long STEP_MILLIS = 500;

    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final AtomicInteger slotsTaken = new AtomicInteger();
    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong ids = new AtomicLong(1);
    private final Sources sources;
    private final SmtpClient client;

    ClientFixture() {
        this(config(25, 100));
    }

    ClientFixture(DeliveryConfig config) {
        DotSlots slots = (message, part, host) -> {
            slotsTaken.incrementAndGet();
            return slotsTaken::decrementAndGet;
        };
        sources = new Sources(config);
        client = new SmtpClient(vertx, config, slots, InstantSource.fixed(NOW), new ClientMetrics(meters), nanos::get);
    }

    static DeliveryConfig config(int port, int messagesPerConnection, String... sourceAddresses) {
        return DeliveryConfig.with("relay.example")
                .port(port)
                .sourceAddresses(List.of(sourceAddresses))
                .refuseNetworks(List.of())
                .messagesPerConnection(messagesPerConnection)
                .build();
    }

    void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    /**
     * Lets time pass, more than a connection may idle, and returns when every connection has noticed: one that idles
     * ends by it, and all of a loop are looked at together.
     */
    void pass(Duration time) {
        try (ScriptedHop idle = ScriptedHop.start()) {
            Link watched = open(idle);
            watched.connection();
            advance(time);
            watched.closing();
        }
    }

    double count(String counter) {
        return meters.counter("posthaste_delivery_" + counter).count();
    }

    /** Lets the time pass in steps until something has happened: the first step may come before the client waits. */
    void advanceUntil(CompletableFuture<?> happened, Duration step) {
        for (int steps = 0; steps < STEPS_MAX; steps++) {
            advance(step);
            try {
                happened.get(STEP_MILLIS, TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException notYet) {
                // once more
            } catch (InterruptedException | ExecutionException failure) {
                throw new IllegalStateException(failure);
            }
        }
        throw new AssertionError("nothing happened");
    }

    @Override
    public void close() {
        vertx.close()
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(WAIT_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    Link open(ScriptedHop hop) {
        return open(hop.nextHop());
    }

    Link open(NextHop hop) {
        var link = new Link();
        client.open(loop, hop, Transport.USUAL, sources.towards(hop), link);
        return link;
    }

    static List<RecipientResult.Kind> kinds(TransactionResult result) {
        return result.recipients().stream().map(RecipientResult::kind).toList();
    }

    // Messages.

    static Recipient to(String address) {
        int at = address.lastIndexOf('@');
        return new Recipient(new Mailbox(address.substring(0, at), address.substring(at + 1)));
    }

    Delivery mail(String text, String... recipients) {
        return mail(MemoryBody.of(text), BodyType.SEVEN_BIT, recipients);
    }

    Delivery mail(StoredBody body, BodyType type, String... recipients) {
        return mail(ReversePath.of(new Mailbox("sender", "app.example")), body, type, false, recipients);
    }

    Delivery mail(ReversePath sender, StoredBody body, BodyType type, boolean smtpUtf8, String... recipients) {
        List<Recipient> to = Arrays.stream(recipients).map(ClientFixture::to).toList();
        return mail(sender, body, type, smtpUtf8, Requests.NONE, to);
    }

    Delivery mail(Requests requests, Recipient... recipients) {
        var sender = ReversePath.of(new Mailbox("sender", "app.example"));
        return mail(sender, MemoryBody.of("x\r\n"), BodyType.SEVEN_BIT, false, requests, List.of(recipients));
    }

    private Delivery mail(
            ReversePath sender,
            StoredBody body,
            BodyType type,
            boolean smtpUtf8,
            Requests requests,
            List<Recipient> to) {
        var id = new MessageId(ids.getAndIncrement());
        var envelope = new Envelope(
                sender, to, PriorityClass.NORMAL, type, smtpUtf8, requests, NOW, NOW, Optional.empty(), Source.LOCAL);
        var key = new DeliveryKey("hop.example", PriorityClass.NORMAL, NOW.toEpochMilli(), id, 0, 0);
        var message = new QueuedMessage(id, envelope, body.bytes(), body.chunks());
        return new Delivery(key, message, to, 0, Notices.NONE, Optional.empty(), "", body);
    }

    /** What one connection told. */
    static final class Link implements ConnectionListener {
        private final CompletableFuture<ClientConnection> ready = new CompletableFuture<>();
        final CompletableFuture<HostFailure> failed = new CompletableFuture<>();
        final CompletableFuture<Optional<HostFailure>> closed = new CompletableFuture<>();
        private final BlockingQueue<TransactionResult> results = new LinkedBlockingQueue<>();
        final AtomicInteger available = new AtomicInteger();

        @Override
        public void ready(ClientConnection connection) {
            ready.complete(connection);
        }

        @Override
        public void available(ClientConnection connection) {
            available.incrementAndGet();
        }

        @Override
        public void closed(ClientConnection connection, Optional<HostFailure> why) {
            closed.complete(why);
        }

        @Override
        public void failed(NextHop hop, HostFailure why) {
            failed.complete(why);
        }

        ClientConnection connection() {
            return ready.orTimeout(WAIT_SECONDS, TimeUnit.SECONDS).join();
        }

        HostFailure failure() {
            return failed.orTimeout(WAIT_SECONDS, TimeUnit.SECONDS).join();
        }

        Optional<HostFailure> closing() {
            return closed.orTimeout(WAIT_SECONDS, TimeUnit.SECONDS).join();
        }

        /** Sends all of them in one turn of the loop. */
        Link send(Delivery... deliveries) {
            ClientConnection connection = connection();
            connection.loop().runOnContext(posted -> {
                for (Delivery each : deliveries) {
                    connection.send(new Transaction(each, each.recipients(), results::add));
                }
            });
            return this;
        }

        Link quit() {
            ClientConnection connection = connection();
            connection.loop().runOnContext(posted -> connection.quit());
            return this;
        }

        /** The next result; its dot slot is released, as the scheduler would. */
        TransactionResult result() {
            TransactionResult result = unreleased();
            result.slot().release();
            return result;
        }

        /** The next result; its dot slot is the caller's. */
        TransactionResult unreleased() {
            try {
                TransactionResult result = results.poll(WAIT_SECONDS, TimeUnit.SECONDS);
                if (result == null) throw new AssertionError("no result");
                return result;
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(stopped);
            }
        }

        /** The result of the next transaction, which has one recipient. */
        RecipientResult single() {
            List<RecipientResult> recipients = result().recipients();
            if (recipients.size() != 1) throw new AssertionError("more than one recipient: " + recipients);
            return recipients.get(0);
        }
    }
}
