package posthaste.server.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.queue.Envelope;
import posthaste.queue.Envelope.Requests;
import posthaste.queue.IncomingMessage;
import posthaste.queue.MessageId;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueueConfig;
import posthaste.queue.QueueMetrics;
import posthaste.queue.Recipient;
import posthaste.queue.rocksdb.RocksMailQueue;
import posthaste.server.terminal.TerminalMetrics;
import posthaste.server.terminal.Terminals;
import posthaste.server.terminal.TerminalsConfig;
import posthaste.smtp.BodyType;
import posthaste.smtp.Mailbox;
import posthaste.smtp.ReversePath;

/** The admin interface over real HTTP, asked about a real queue. */
class AdminServerIT {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final String TOKEN = "0123456789abcdef";

    @TempDir
    private Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final HttpClient http = HttpClient.newHttpClient();
    private RocksMailQueue queue;
    private volatile List<String> reasons = List.of();

    @BeforeEach
    void openQueue() {
        queue = RocksMailQueue.open(
                QueueConfig.defaults(directory), new QueueMetrics(registry), InstantSource.system());
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
        queue.close();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private String start(Optional<BearerToken> token) throws Exception {
        var config = new AdminConfig(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), token);
        var terminals = new Terminals(vertx, TerminalsConfig.DEFAULT, new TerminalMetrics(registry));
        var server = new AdminServer(
                vertx, config, () -> reasons, registry, queue, terminals, "1.2.3", () -> Duration.ofSeconds(42));
        InetSocketAddress bound = await(server.listen());
        assertThat(bound.getPort()).isPositive();
        return "http://127.0.0.1:" + bound.getPort();
    }

    private HttpResponse<String> get(String uri, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(uri)).timeout(LIMIT);
        if (headers.length > 0) request.headers(headers);
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private MessageId accept(String recipient) throws Exception {
        Instant now = Instant.ofEpochMilli(queue.clock().millis());
        int at = recipient.indexOf('@');
        var envelope = new Envelope(
                ReversePath.of(new Mailbox("sender", "app.example")),
                List.of(new Recipient(new Mailbox(recipient.substring(0, at), recipient.substring(at + 1)))),
                PriorityClass.NORMAL,
                BodyType.SEVEN_BIT,
                false,
                Requests.NONE,
                now,
                now,
                Optional.empty(),
                Envelope.Source.LOCAL);
        IncomingMessage message = queue.begin();
        byte[] body = "Subject: hello\r\n\r\nhello\r\n".getBytes(US_ASCII);
        message.append(body, 0, body.length);
        return message.accept(envelope, Runnable::run).toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void liveIsAlwaysLiveAndReadySaysWhyNot() throws Exception {
        String base = start(Optional.empty());

        assertThat(get(base + "/health/live").statusCode()).isEqualTo(200);
        assertThat(get(base + "/health/ready").statusCode()).isEqualTo(200);

        reasons = List.of("the relay is stopping");
        HttpResponse<String> notReady = get(base + "/health/ready");

        assertThat(notReady.statusCode()).isEqualTo(503);
        assertThat(new JsonObject(notReady.body()).getJsonArray("reasons")).containsExactly("the relay is stopping");
        assertThat(get(base + "/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void metricsAreInTheTextFormOfPrometheus() throws Exception {
        HttpResponse<String> metrics = get(start(Optional.empty()) + "/metrics");

        assertThat(metrics.statusCode()).isEqualTo(200);
        assertThat(metrics.headers().firstValue("content-type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain"));
        assertThat(metrics.body())
                .contains("# TYPE posthaste_queue_messages gauge\n", "\nposthaste_queue_messages 0.0");
    }

    @Test
    void theStatusTellsVersionUptimeAndQueue() throws Exception {
        String base = start(Optional.empty());
        accept("bob@example.net");

        JsonObject status = new JsonObject(get(base + "/v1/status").body());

        assertThat(status.getString("version")).isEqualTo("1.2.3");
        assertThat(status.getInteger("uptimeSeconds")).isEqualTo(42);
        assertThat(status.getJsonObject("queue").getInteger("messages")).isEqualTo(1);
    }

    @Test
    void theHistoryOfAMessageIsReadById() throws Exception {
        String base = start(Optional.empty());
        accept("alice@example.net");
        MessageId id = accept("bob@example.net");

        HttpResponse<String> response = get(base + "/v1/messages/" + id);

        assertThat(response.statusCode()).isEqualTo(200);
        JsonObject history = new JsonObject(response.body());
        assertThat(history.getString("id")).isEqualTo(id.toString());
        assertThat(history.getJsonArray("events")).hasSize(1);
        JsonObject event = history.getJsonArray("events").getJsonObject(0);
        assertThat(event.getString("kind")).isEqualTo("ACCEPTED");
        assertThat(event.getString("id")).isEqualTo(id.toString());
        assertThat(event.getString("recipient")).isEqualTo("sender@app.example");
        assertThat(Instant.parse(event.getString("time")))
                .isBetween(Instant.now().minusSeconds(3600), Instant.now().plusSeconds(3600));
    }

    @Test
    void anUnknownMessageIs404AndWhatIsNoIdIs400() throws Exception {
        String base = start(Optional.empty());

        assertThat(get(base + "/v1/messages/0000000000001").statusCode()).isEqualTo(404);
        HttpResponse<String> noId = get(base + "/v1/messages/hello");
        assertThat(noId.statusCode()).isEqualTo(400);
        assertThat(new JsonObject(noId.body()).getString("error")).contains("no id of a message");
    }

    @Test
    void eventsAreReadFromACursorOn() throws Exception {
        String base = start(Optional.empty());
        List<String> ids = List.of(
                accept("a@example.net").toString(),
                accept("b@example.net").toString(),
                accept("c@example.net").toString());

        JsonObject first = new JsonObject(get(base + "/v1/events?max=2").body());
        long cursor = first.getJsonArray("events").getJsonObject(1).getLong("sequence");
        JsonObject rest = new JsonObject(
                get(base + "/v1/events?after=" + cursor + "&max=1000").body());

        assertThat(ids(first)).containsExactlyElementsOf(ids.subList(0, 2));
        assertThat(ids(rest)).containsExactlyElementsOf(ids.subList(2, 3));
    }

    private static List<String> ids(JsonObject body) {
        return body.getJsonArray("events").stream()
                .map(event -> ((JsonObject) event).getString("id"))
                .toList();
    }

    @Test
    void eventsOutsideTheirBoundsAreRefused() throws Exception {
        String base = start(Optional.empty());

        for (String query : List.of("max=0", "max=1001", "max=x", "after=-1", "after=99999999999999999999")) {
            assertThat(get(base + "/v1/events?" + query).statusCode()).as(query).isEqualTo(400);
        }
    }

    @Test
    void otherPathsMethodsAndBodiesAreRefusedInJson() throws Exception {
        String base = start(Optional.empty());

        HttpResponse<String> nothing = get(base + "/v2/status");
        HttpResponse<String> posted = http.send(
                HttpRequest.newBuilder(URI.create(base + "/metrics"))
                        .POST(HttpRequest.BodyPublishers.ofString("x"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        HttpResponse<String> withBody = http.send(
                HttpRequest.newBuilder(URI.create(base + "/metrics"))
                        .method("GET", HttpRequest.BodyPublishers.ofString("x"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(nothing.statusCode()).isEqualTo(404);
        assertThat(new JsonObject(nothing.body()).getString("error")).contains("/health/live");
        assertThat(posted.statusCode()).isEqualTo(405);
        assertThat(posted.headers().firstValue("allow")).contains("GET, HEAD");
        assertThat(withBody.statusCode()).isEqualTo(413);
    }

    @Test
    void headAnswersWithoutABody() throws Exception {
        HttpResponse<String> head = http.send(
                HttpRequest.newBuilder(URI.create(start(Optional.empty()) + "/health/live"))
                        .method("HEAD", HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
    }

    @Test
    void withATokenOnlyHealthIsOpen() throws Exception {
        String base = start(Optional.of(new BearerToken(TOKEN)));

        assertThat(get(base + "/health/ready").statusCode()).isEqualTo(200);
        assertThat(get(base + "/metrics").statusCode()).isEqualTo(401);
        assertThat(get(base + "/v1/status", "Authorization", "Bearer " + TOKEN + "x")
                        .statusCode())
                .isEqualTo(401);
        assertThat(get(base + "/v1/status", "Authorization", "Basic " + TOKEN).statusCode())
                .isEqualTo(401);
        assertThat(get(base + "/nothing").statusCode()).isEqualTo(401);
        assertThat(get(base + "/v1/status", "Authorization", "Bearer " + TOKEN).statusCode())
                .isEqualTo(200);
        assertThat(get(base + "/metrics", "Authorization", "bearer " + TOKEN).statusCode())
                .isEqualTo(200);
    }

    @Test
    void aHeaderWithoutEndIsCutOff() throws Exception {
        URI base = URI.create(start(Optional.empty()));
        try (Socket socket = new Socket(base.getHost(), base.getPort())) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            socket.getOutputStream()
                    .write(("GET /health/live HTTP/1.1\r\nX: " + "x".repeat(20_000) + "\r\n\r\n").getBytes(US_ASCII));

            String answer = readUntilClosed(socket);

            assertThat(answer).doesNotContain(" 200 ");
        }
    }

    @Test
    void connectionsBeyondTheBoundAreClosed() throws Exception {
        URI base = URI.create(start(Optional.empty()));
        var sockets = new ArrayList<Socket>();
        try {
            for (int i = 0; i < 64; i++) {
                sockets.add(new Socket(base.getHost(), base.getPort()));
                assertThat(firstOctet(sockets.get(i))).isEqualTo('H');
            }
            sockets.add(new Socket(base.getHost(), base.getPort()));

            assertThat(firstOctet(sockets.get(64))).isNotEqualTo('H');
        } finally {
            for (Socket socket : sockets) socket.close();
        }
    }

    /** Of the answer to a question; less than zero when the connection ends instead. */
    private static int firstOctet(Socket socket) throws IOException {
        socket.setSoTimeout((int) LIMIT.toMillis());
        try {
            socket.getOutputStream().write("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII));
            return socket.getInputStream().read();
        } catch (SocketException reset) {
            return -1;
        }
    }

    /** A reset is an end too. */
    private static String readUntilClosed(Socket socket) throws IOException {
        try {
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        } catch (SocketException reset) {
            return "";
        }
    }
}
