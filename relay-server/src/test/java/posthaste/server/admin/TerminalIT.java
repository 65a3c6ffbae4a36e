package posthaste.server.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import posthaste.queue.QueueConfig;
import posthaste.queue.QueueMetrics;
import posthaste.queue.rocksdb.RocksMailQueue;
import posthaste.server.terminal.TerminalMessage;
import posthaste.server.terminal.TerminalMetrics;
import posthaste.server.terminal.TerminalVanished;
import posthaste.server.terminal.Terminals;
import posthaste.server.terminal.TerminalsConfig;
import posthaste.smtp.MailVerb;
import posthaste.smtp.Mailbox;
import posthaste.smtp.ReversePath;

/** Terminals that somebody holds open, over real HTTP. */
class TerminalIT {
    private static final int LIMIT_SECONDS = 20;
    private static final int PER_ADDRESS_MAX = 8;
    private static final int OTHERS_MAX = 64;
    private static final String TOKEN = "0123456789abcdef";
    private static final Mailbox TERM = new Mailbox("term", "relay.test");

    @TempDir
    private Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final List<Stream> streams = new ArrayList<>();
    private RocksMailQueue queue;
    private Terminals terminals;
    private AdminServer server;
    private int port;

    /** One request, and its answer as far as it was read. */
    private static final class Stream implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader in;

        Stream(int port, int receiveBuffer) throws IOException {
            socket = new Socket();
            if (receiveBuffer > 0) socket.setReceiveBufferSize(receiveBuffer);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
        }

        void request(String head) throws IOException {
            socket.getOutputStream().write((head + "\r\n\r\n").getBytes(US_ASCII));
        }

        int status() throws IOException {
            return Integer.parseInt(line().split(" ", 3)[1]);
        }

        /** Reads on to the line that begins so. */
        String lineWith(String start) throws IOException {
            String line = line();
            while (!line.startsWith(start)) line = line();
            return line;
        }

        private String line() throws IOException {
            String line = in.readLine();
            if (line == null) throw new IOException("the server ended it");
            return line;
        }

        boolean isEnded() {
            try {
                while (in.readLine() != null) {
                    // What was on its way.
                }
                return true;
            } catch (SocketException reset) {
                return true;
            } catch (IOException silent) {
                return false;
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @BeforeEach
    void start() throws Exception {
        queue = RocksMailQueue.open(
                QueueConfig.defaults(directory), new QueueMetrics(registry), InstantSource.system());
        serve(TerminalsConfig.DEFAULT, Optional.empty());
    }

    private void serve(TerminalsConfig terminalsConfig, Optional<BearerToken> token) throws Exception {
        if (server != null) await(server.close());
        terminals = new Terminals(vertx, terminalsConfig, new TerminalMetrics(registry));
        var config = new AdminConfig(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), token);
        server = new AdminServer(
                vertx, config, List::of, registry, queue, terminals, "1.2.3", () -> Duration.ofSeconds(42));
        port = await(server.listen()).getPort();
    }

    @AfterEach
    void close() throws Exception {
        for (Stream stream : streams) stream.close();
        await(vertx.close());
        queue.close();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    private static void await(BooleanSupplier condition) {
        boolean met = condition.getAsBoolean();
        for (int i = 0; i < LIMIT_SECONDS * 200 && !met; i++) {
            LockSupport.parkNanos(5_000_000);
            met = condition.getAsBoolean();
        }
        assertThat(met).isTrue();
    }

    private Stream connect() throws IOException {
        return connect(0);
    }

    private Stream connect(int receiveBuffer) throws IOException {
        var stream = new Stream(port, receiveBuffer);
        streams.add(stream);
        return stream;
    }

    private Stream open(String address) throws IOException {
        Stream stream = connect();
        stream.request("GET /v1/terminals/" + address + " HTTP/1.1\r\nHost: relay");
        assertThat(stream.status()).isEqualTo(200);
        stream.lineWith(": active");
        return stream;
    }

    private CompletableFuture<Void> deliver(byte[] content, Mailbox... to) {
        var sender = ReversePath.of(new Mailbox("sender", "app.example"));
        var message = new TerminalMessage("id1", MailVerb.SOML, sender, List.of(to), Instant.ofEpochSecond(1), content);
        return terminals.deliver(message, Runnable::run).toCompletableFuture();
    }

    private CompletableFuture<Void> deliver(String content, Mailbox... to) {
        return deliver(content.getBytes(UTF_8), to);
    }

    @Test
    void whoHoldsATerminalOpenReadsItsMessages() throws Exception {
        Stream first = open("term@relay.test");
        Stream second = open("TERM%40Relay.Test");
        Mailbox other = new Mailbox("o+1", "dest.test");
        Stream remote = open("o+1@dest.test");

        assertThat(terminals.isActive(new Mailbox("Term", "relay.TEST"))).isTrue();
        assertThat(terminals.isActive(new Mailbox("away", "relay.test"))).isFalse();
        deliver("Subject: hi\r\n\r\nhel\u00e9lo\r\n", TERM, other).get(LIMIT_SECONDS, TimeUnit.SECONDS);

        for (Stream each : List.of(first, second)) {
            assertThat(each.lineWith("event:")).isEqualTo("event: message");
            assertThat(each.lineWith("id:")).isEqualTo("id: id1");
            assertThat(new JsonObject(each.lineWith("data:").substring("data: ".length())))
                    .isEqualTo(new JsonObject()
                            .put("id", "id1")
                            .put("verb", "soml")
                            .put("from", "sender@app.example")
                            .put("to", "term@relay.test")
                            .put("receivedAt", "1970-01-01T00:00:01Z")
                            .put("encoding", "text")
                            .put("content", "Subject: hi\r\n\r\nhel\u00e9lo\r\n"));
        }
        assertThat(remote.lineWith("data:")).contains("o+1@dest.test").doesNotContain("term@relay.test");
    }

    @Test
    void whoGoesAwayIsNoTerminalAnyMore() throws Exception {
        Stream stream = open("term@relay.test");

        stream.close();
        await(() -> !terminals.isActive(TERM));

        assertThat(terminals.subscriptions()).isZero();
        assertThatThrownBy(() -> deliver("x", TERM).get(LIMIT_SECONDS, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        TerminalVanished.class,
                        vanished -> assertThat(vanished.addresses()).containsExactly(TERM));
    }

    @Test
    void aTerminalNeedsTheToken() throws Exception {
        serve(TerminalsConfig.DEFAULT, Optional.of(new BearerToken(TOKEN)));
        Stream without = connect();
        without.request("GET /v1/terminals/term@relay.test HTTP/1.1\r\nHost: relay");
        Stream with = connect();
        with.request("GET /v1/terminals/term@relay.test HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer " + TOKEN);

        assertThat(without.status()).isEqualTo(401);
        assertThat(with.status()).isEqualTo(200);
        with.lineWith(": active");
        assertThat(terminals.subscriptions()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "GET /v1/terminals/term HTTP/1.1, 400",
        "GET /v1/terminals/ HTTP/1.1, 400",
        "GET /v1/terminals/a%40b%0d%0ac HTTP/1.1, 400",
        "GET /v1/terminals/a%ff%40relay.test HTTP/1.1, 400",
        "GET /v1/terminals/a%4 HTTP/1.1, 400",
        "HEAD /v1/terminals/term@relay.test HTTP/1.1, 405",
        "POST /v1/terminals/term@relay.test HTTP/1.1, 405"
    })
    void whatOpensNoTerminalIsRefused(String line, int status) throws Exception {
        Stream stream = connect();

        stream.request(line + "\r\nHost: relay");

        assertThat(stream.status()).isEqualTo(status);
        assertThat(terminals.subscriptions()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"Origin: https://site.example", "Origin: null", "Sec-Fetch-Site: cross-site"})
    void aWebPageOpensNoTerminal(String field) throws Exception {
        Stream stream = connect();

        stream.request("GET /v1/terminals/term@relay.test HTTP/1.1\r\nHost: relay\r\n" + field);

        assertThat(stream.status()).isEqualTo(403);
        assertThat(terminals.isActive(TERM)).isFalse();
    }

    @Test
    void whereTerminalsAreSwitchedOffThereAreNone() throws Exception {
        serve(new TerminalsConfig(false, 1 << 16, List.of()), Optional.empty());
        Stream stream = connect();

        stream.request("GET /v1/terminals/term@relay.test HTTP/1.1\r\nHost: relay");

        assertThat(stream.status()).isEqualTo(404);
    }

    @Test
    void terminalsAreBoundedByAddressAndLeaveRoomForOtherRequests() throws Exception {
        for (int address = 0; address < PER_ADDRESS_MAX + 1; address++) {
            for (int i = 0; i < PER_ADDRESS_MAX; i++) open("t" + address + "@relay.test");
        }
        Stream tooMany = connect();
        tooMany.request("GET /v1/terminals/t0@relay.test HTTP/1.1\r\nHost: relay");
        assertThat(tooMany.status()).isEqualTo(503);
        Stream health = connect();
        health.request("GET /health/live HTTP/1.1\r\nHost: relay");
        assertThat(health.status()).isEqualTo(200);

        for (Stream each : streams) each.close();
        await(() -> terminals.subscriptions() == 0);

        // Each connection is counted as before: all that may be open are, and one more is not. Closed ones count until
        // the server has seen it.
        await(() -> served(OTHERS_MAX) == OTHERS_MAX);
        await(() -> served(OTHERS_MAX + 1) == OTHERS_MAX);
    }

    /** How many of so many connections that are open at once are answered. */
    private long served(int count) {
        var connections = new ArrayList<Stream>();
        long served = 0;
        try {
            for (int i = 0; i < count; i++) connections.add(new Stream(port, 0));
            for (Stream each : connections) served += isServed(each) ? 1 : 0;
            for (Stream each : connections) each.close();
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
        return served;
    }

    private static boolean isServed(Stream stream) {
        try {
            stream.request("GET /health/live HTTP/1.1\r\nHost: relay");
            return stream.status() == 200;
        } catch (IOException turnedAway) {
            return false;
        }
    }

    @Test
    void aReaderThatDoesNotKeepUpIsCutOffAndTheSenderIsTold() throws Exception {
        Stream slow = connect(4096);
        slow.request("GET /v1/terminals/term@relay.test HTTP/1.1\r\nHost: relay");
        await(() -> terminals.isActive(TERM));

        var deliveries = new ArrayList<CompletableFuture<Void>>();
        byte[] large = "x".repeat(1 << 16).getBytes(US_ASCII);
        while (terminals.isActive(TERM)) {
            assertThat(deliveries).as("far more than any buffer holds").hasSizeLessThan(10_000);
            CompletableFuture<Void> delivery = deliver(large, TERM);
            deliveries.add(delivery);
            CompletableFuture.anyOf(delivery, CompletableFuture.runAsync(() -> LockSupport.parkNanos(1_000_000)))
                    .exceptionally(vanished -> null)
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS);
        }

        assertThatThrownBy(() -> deliveries.get(deliveries.size() - 1).get(LIMIT_SECONDS, TimeUnit.SECONDS))
                .hasCauseInstanceOf(TerminalVanished.class);
        assertThat(slow.isEnded()).isTrue();
    }

    @Test
    void closingTheServerEndsTerminals() throws Exception {
        Stream stream = open("term@relay.test");

        await(server.close());

        assertThat(stream.isEnded()).isTrue();
        await(() -> !terminals.isActive(TERM));
    }
}
