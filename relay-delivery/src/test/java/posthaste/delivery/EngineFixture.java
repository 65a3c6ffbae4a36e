package posthaste.delivery;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import posthaste.delivery.client.ClientMetrics;
import posthaste.delivery.dns.DnsMetrics;
import posthaste.delivery.dns.NettyMailDns;
import posthaste.delivery.dsn.DsnReports;
import posthaste.delivery.route.OwnMailboxes;
import posthaste.delivery.route.Router;
import posthaste.delivery.testkit.ScriptedHop;
import posthaste.delivery.testkit.TestDns;
import posthaste.queue.Envelope;
import posthaste.queue.Envelope.Requests;
import posthaste.queue.IncomingMessage;
import posthaste.queue.MailQueue;
import posthaste.queue.MessageId;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueueConfig;
import posthaste.queue.QueueEvent;
import posthaste.queue.QueueMetrics;
import posthaste.queue.Recipient;
import posthaste.queue.rocksdb.RocksMailQueue;
import posthaste.smtp.BodyType;
import posthaste.smtp.Mailbox;
import posthaste.smtp.ReversePath;

/** An engine on a real queue, a real name server and real hosts. */
final class EngineFixture implements AutoCloseable {
    private static final long WAIT_SECONDS = 30;
    private static final long POLL_MILLIS = 5;
    /** Fast enough for tests, and each of them longer than a step of the engine. */
    static final RetryConfig FAST = new RetryConfig(
            Duration.ofMillis(200),
            1.5,
            Duration.ofMillis(600),
            Duration.ofMinutes(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(4),
            Duration.ofMillis(400));

    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Vertx vertx = Vertx.vertx();
    private final DeliveryConfig config;
    private final MailQueue queue;
    private final DeliveryEngine engine;

    EngineFixture(Path directory, DeliveryConfig config) {
        this(directory, config, EngineParts.Bounds.DEFAULT);
    }

    EngineFixture(Path directory, DeliveryConfig config, EngineParts.Bounds bounds) {
        this(directory, config, bounds, OwnMailboxes.NONE);
    }

    EngineFixture(Path directory, DeliveryConfig config, EngineParts.Bounds bounds, OwnMailboxes own) {
        this(directory, config, bounds, own, UnaryOperator.identity());
    }

    /** @param as what the engine gets for the queue */
    EngineFixture(
            Path directory,
            DeliveryConfig config,
            EngineParts.Bounds bounds,
            OwnMailboxes own,
            UnaryOperator<MailQueue> as) {
        this.config = config;
        queue = as.apply(
                RocksMailQueue.open(QueueConfig.defaults(directory), new QueueMetrics(meters), InstantSource.system()));
        var dns = new NettyMailDns(vertx, config.dns(), queue.clock(), new DnsMetrics(meters));
        engine = new DeliveryEngine(
                vertx,
                config,
                queue,
                new Router(config, dns, List::of),
                own,
                new DsnReports(config.hostname(), config.bounce(), config.retry(), own),
                new DeliveryMetrics(meters),
                new ClientMetrics(meters),
                bounds,
                fatal -> {});
    }

    static DeliveryConfig config(TestDns dns, int port, RetryConfig retry) {
        DeliveryConfig.Timeouts timeouts = new DeliveryConfig.Timeouts(
                Duration.ofSeconds(2),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10));
        return DeliveryConfig.with("relay.example")
                .port(port)
                .refuseNetworks(List.of())
                .timeouts(timeouts)
                .retry(retry)
                .dns(new DnsConfig(List.of(dns.address()), Duration.ofSeconds(5)))
                .build();
    }

    /** Begins to deliver. */
    EngineFixture started() {
        engine.start();
        return this;
    }

    MailQueue queue() {
        return queue;
    }

    MessageId send(String text, String... recipients) {
        return send(ReversePath.of(new Mailbox("sender", "app.example")), text, recipients);
    }

    MessageId send(ReversePath from, String text, String... recipients) {
        return await(submit(from, text, recipients));
    }

    CompletionStage<MessageId> submit(String text, String... recipients) {
        return submit(ReversePath.of(new Mailbox("sender", "app.example")), text, recipients);
    }

    private CompletionStage<MessageId> submit(ReversePath from, String text, String... recipients) {
        byte[] content = text.getBytes(US_ASCII);
        IncomingMessage message = queue.begin();
        message.append(content, 0, content.length);
        Instant now = Instant.ofEpochMilli(queue.clock().millis());
        List<Recipient> to = Arrays.stream(recipients).map(EngineFixture::to).toList();
        var envelope = new Envelope(
                from,
                to,
                PriorityClass.NORMAL,
                BodyType.SEVEN_BIT,
                false,
                Requests.NONE,
                now,
                now,
                Optional.empty(),
                Envelope.Source.LOCAL);
        return message.accept(envelope, Runnable::run);
    }

    /** What the queue's clock says. */
    Instant now() {
        return Instant.ofEpochMilli(queue.clock().millis());
    }

    /** Accepts a small message with this envelope. */
    MessageId accept(Envelope envelope) {
        IncomingMessage message = queue.begin();
        byte[] content = "Subject: x\r\n\r\nx\r\n".getBytes(US_ASCII);
        message.append(content, 0, content.length);
        return await(message.accept(envelope, Runnable::run));
    }

    /** One with these wishes, accepted now. */
    Envelope envelope(Requests requests, Instant firstDue, Recipient... recipients) {
        Instant now = now();
        return new Envelope(
                ReversePath.of(new Mailbox("sender", "app.example")),
                List.of(recipients),
                PriorityClass.NORMAL,
                BodyType.SEVEN_BIT,
                false,
                requests,
                now,
                firstDue.isBefore(now) ? now : firstDue,
                Optional.empty(),
                Envelope.Source.LOCAL);
    }

    AttemptedNow attemptNow(DestinationMatch match) {
        return await(engine.attemptNow(match).toCompletionStage());
    }

    /** Nothing where the domains are leased already. */
    Optional<TurnLease> lease(String... domains) {
        return await(leaseLater(domains));
    }

    CompletionStage<Optional<TurnLease>> leaseLater(String... domains) {
        return engine.lease(Set.of(domains)).toCompletionStage();
    }

    /** The peer connects, and is sent over that connection what is leased for him. */
    CompletableFuture<Turned> turn(TurnLease lease, ScriptedHop peer) {
        var turned = new CompletableFuture<Turned>();
        var listening = new CompletableFuture<Integer>();
        // Each on the loop whose turn it is.
        ((VertxInternal) vertx).createEventLoopContext().runOnContext(posted -> listen(lease, turned, listening));
        peer.dial(new InetSocketAddress(InetAddress.getLoopbackAddress(), await(listening)));
        return turned;
    }

    private void listen(TurnLease lease, CompletableFuture<Turned> turned, CompletableFuture<Integer> listening) {
        NetServer server = vertx.createNetServer();
        server.connectHandler(socket -> {
            var internal = (NetSocketInternal) socket;
            // As with every socket that a client has connected to.
            Channel channel = internal.channelHandlerContext().channel();
            channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
            var address = (InetSocketAddress) channel.remoteAddress();
            lease.deliver(internal, new TurnedPeer("peer.example", address, "s1", "none"))
                    .onSuccess(turned::complete)
                    .onFailure(turned::completeExceptionally);
        });
        server.listen(0, "127.0.0.1")
                .onSuccess(bound -> listening.complete(bound.actualPort()))
                .onFailure(listening::completeExceptionally);
    }

    static Recipient to(String address) {
        int at = address.lastIndexOf('@');
        return new Recipient(new Mailbox(address.substring(0, at), address.substring(at + 1)));
    }

    static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(WAIT_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    /** What happened to all of them so far, as far as it is on disk. */
    List<QueueEvent> history() {
        return await(queue.events().after(0, 1_000, Runnable::run));
    }

    /** What happened to a message so far, as far as it is on disk. */
    List<QueueEvent> history(MessageId message) {
        return await(queue.events().of(message, 1_000, Runnable::run));
    }

    List<QueueEvent.Kind> kinds(MessageId message) {
        return history(message).stream().map(QueueEvent::kind).toList();
    }

    void awaitKind(MessageId message, QueueEvent.Kind kind) {
        await(() -> kinds(message).contains(kind), message + " has no event " + kind + " but " + history(message));
    }

    /** Until nothing is left in the queue. */
    void awaitEmpty() {
        await(() -> queue.status().messages() == 0, "still queued: " + queue.status());
    }

    static void await(BooleanSupplier condition, Object otherwise) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) throw new AssertionError(otherwise);
            try {
                Thread.sleep(POLL_MILLIS); // the pace of looking, not a wait
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new AssertionError(stopped);
            }
        }
    }

    double count(String meter) {
        return meters.counter(meter).count();
    }

    double gauge(String meter) {
        return meters.get(meter).gauge().value();
    }

    CompletionStage<Void> drainLater() {
        return engine.drain(Duration.ofSeconds(10)).toCompletionStage();
    }

    void drain() {
        await(engine.drain(Duration.ofSeconds(10)).toCompletionStage());
    }

    /** A port on which nothing listens, at least until somebody else takes it. */
    static int freePort() {
        try (ScriptedHop hop = ScriptedHop.start()) {
            return hop.port();
        }
    }

    @Override
    public void close() {
        end(Duration.ofSeconds(10));
    }

    /** Ends, and cuts off what is still under way after {@code limit}. */
    void end(Duration limit) {
        endLoops(limit);
        queue.close();
    }

    /** Ends everything but the queue. */
    void endLoops(Duration limit) {
        await(engine.drain(limit).toCompletionStage());
        CompletableFuture<Void> closed = vertx.close().toCompletionStage().toCompletableFuture();
        closed.orTimeout(WAIT_SECONDS, TimeUnit.SECONDS).join();
    }

    DeliveryConfig config() {
        return config;
    }
}
