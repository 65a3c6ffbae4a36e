package posthaste.server.terminal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import posthaste.server.terminal.TerminalsConfig.WebhookConfig;
import posthaste.smtp.MailVerb;
import posthaste.smtp.Mailbox;
import posthaste.smtp.ReversePath;

/** Terminals that are URLs, over real HTTP. */
class WebhookIT {
    private static final int LIMIT_SECONDS = 20;
    private static final Mailbox TERM = new Mailbox("term", "relay.test");
    private static final Mailbox AWAY = new Mailbox("away", "relay.test");
    private static final String TOKEN = "hook-secret";

    /** What a webhook was sent. */
    private record Post(String method, String path, String authorization, String type, JsonObject body) {}

    private final Vertx vertx = Vertx.vertx();
    private final AtomicLong nanos = new AtomicLong();
    private final BlockingQueue<Post> posts = new LinkedBlockingQueue<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final CountDownLatch released = new CountDownLatch(1);
    private HttpServer server;
    private volatile int status = 204;
    private volatile boolean holding;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void close() throws Exception {
        released.countDown();
        server.stop(0);
        threads.shutdownNow();
        vertx.close().toCompletionStage().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        posts.add(new Post(
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")),
                String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type")),
                new JsonObject(body)));
        try {
            if (holding) released.await();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
        exchange.getResponseHeaders().add("Location", "http://127.0.0.1:1/");
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    private WebhookConfig webhook(Mailbox address, int port) {
        return new WebhookConfig(
                address, URI.create("http://127.0.0.1:" + port + "/duty?a=b"), Optional.of(new WebhookToken(TOKEN)));
    }

    private Terminals terminals(WebhookConfig... webhooks) {
        var config = new TerminalsConfig(true, 1 << 16, List.of(webhooks));
        return new Terminals(vertx, config, new TerminalMetrics(meters), nanos::get);
    }

    private Terminals terminals() {
        return terminals(webhook(TERM, port()));
    }

    private int port() {
        return server.getAddress().getPort();
    }

    /** Where nobody listens. */
    private static int closedPort() throws IOException {
        try (var socket = new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static TerminalMessage message(byte[] content, Mailbox... to) {
        return new TerminalMessage(
                "id1", MailVerb.SEND, ReversePath.NULL, List.of(to), Instant.ofEpochSecond(1), content);
    }

    private static TerminalMessage message(Mailbox... to) {
        return message("Subject: hi\r\n\r\nj\u00f3\r\n".getBytes(UTF_8), to);
    }

    private CompletableFuture<Void> deliver(Terminals terminals, TerminalMessage message) {
        return terminals.deliver(message, threads).toCompletableFuture();
    }

    private static void await(CompletableFuture<Void> stage) throws Exception {
        stage.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    private double count(String meter) {
        return meters.get(meter).counter().count();
    }

    @Test
    void aMessageIsPostedAsJsonWithTheToken() throws Exception {
        Terminals terminals = terminals();

        await(deliver(terminals, message(new Mailbox("TERM", "Relay.Test"))));

        assertThat(terminals.isActive(TERM)).isTrue();
        assertThat(terminals.isActive(AWAY)).isFalse();
        Post post = posts.remove();
        assertThat(post.method).isEqualTo("POST");
        assertThat(post.path).isEqualTo("/duty?a=b");
        assertThat(post.authorization).isEqualTo("Bearer " + TOKEN);
        assertThat(post.type).isEqualTo("application/json");
        assertThat(post.body)
                .isEqualTo(new JsonObject()
                        .put("id", "id1")
                        .put("verb", "send")
                        .put("from", "")
                        .put("to", "TERM@Relay.Test")
                        .put("receivedAt", "1970-01-01T00:00:01Z")
                        .put("encoding", "text")
                        .put("content", "Subject: hi\r\n\r\nj\u00f3\r\n"));
        assertThat(count("posthaste.terminal.written")).isEqualTo(1);
    }

    @Test
    void whatIsNoTextIsPostedInBase64() throws Exception {
        byte[] escape = "\u001b[2J".getBytes(UTF_8);

        await(deliver(terminals(), message(escape, TERM)));
        await(deliver(terminals(), message(new byte[] {(byte) 0xff, 0}, TERM)));

        assertThat(posts.remove().body.getBinary("content")).isEqualTo(escape);
        Post binary = posts.remove();
        assertThat(binary.body.getString("encoding")).isEqualTo("base64");
        assertThat(binary.body.getString("content")).isEqualTo("/wA=");
    }

    @Test
    void aWebhookThatFailsCountsAsGoneForAWhile() throws Exception {
        Terminals terminals = terminals();
        status = 500;

        assertThatThrownBy(() -> await(deliver(terminals, message(TERM))))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        TerminalVanished.class,
                        vanished -> assertThat(vanished.addresses()).containsExactly(TERM));
        assertThat(terminals.isActive(TERM)).isFalse();

        nanos.addAndGet(Webhook.DOWN.toNanos());
        assertThat(terminals.isActive(TERM)).as("worth another try").isTrue();
        status = 200;
        await(deliver(terminals, message(TERM)));

        nanos.addAndGet(1);
        assertThat(terminals.isActive(TERM)).isTrue();
        assertThat(count("posthaste.terminal.failures")).isEqualTo(1);
    }

    @Test
    void aRedirectIsNotFollowed() {
        status = 307;

        assertThatThrownBy(() -> await(deliver(terminals(), message(TERM)))).hasCauseInstanceOf(TerminalVanished.class);
        assertThat(posts).hasSize(1);
    }

    @Test
    void oneTerminalOfAnAddressIsEnough() throws Exception {
        Terminals terminals = terminals(webhook(TERM, closedPort()), webhook(TERM, port()));

        await(deliver(terminals, message(TERM)));

        assertThat(posts).hasSize(1);
        assertThat(terminals.isActive(TERM)).isTrue();
    }

    @Test
    void theAddressesWhoseTerminalsFailAreNamedAndTheOthersHaveTheMessage() throws Exception {
        Mailbox down = new Mailbox("down", "relay.test");
        Terminals terminals = terminals(webhook(TERM, port()), webhook(down, closedPort()));

        assertThatThrownBy(() -> await(deliver(terminals, message(TERM, down, AWAY))))
                .cause()
                .isInstanceOfSatisfying(
                        TerminalVanished.class,
                        vanished -> assertThat(vanished.addresses()).containsExactly(down, AWAY));
        assertThat(posts.remove().body.getString("to")).isEqualTo("term@relay.test");
    }

    @Test
    void postsUnderWayAreBounded() throws Exception {
        Terminals terminals = terminals();
        holding = true;
        var held = new ArrayList<CompletableFuture<Void>>();
        for (int i = 0; i < Webhook.POSTS_MAX; i++) held.add(deliver(terminals, message(TERM)));
        for (int i = 0; i < Webhook.POSTS_MAX; i++)
            assertThat(posts.poll(LIMIT_SECONDS, TimeUnit.SECONDS)).isNotNull();

        assertThatThrownBy(() -> await(deliver(terminals, message(TERM)))).hasCauseInstanceOf(TerminalVanished.class);
        assertThat(terminals.isActive(TERM)).as("it is busy, not down").isTrue();

        released.countDown();
        for (CompletableFuture<Void> each : held) await(each);
    }

    @Test
    void theStageCompletesWhereItsOwnerWantsIt() throws Exception {
        var posted = new LinkedBlockingQueue<Runnable>();
        CompletableFuture<Void> stage =
                terminals().deliver(message(TERM), posted::add).toCompletableFuture();

        Runnable completion = posted.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        assertThat(stage).isNotDone();
        assertThat(completion).isNotNull().satisfies(Runnable::run);

        assertThat(stage).isCompleted();
    }

    @Test
    void whereTerminalsAreSwitchedOffNoWebhookIsUsed() {
        var config = new TerminalsConfig(false, 1 << 16, List.of(webhook(TERM, port())));
        var terminals = new Terminals(vertx, config, new TerminalMetrics(meters), nanos::get);

        assertThat(terminals.isEnabled()).isFalse();
        assertThat(terminals.isActive(TERM)).isFalse();
    }
}
