package posthaste.server.admin;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.queue.MailQueue;
import posthaste.queue.MessageId;
import posthaste.queue.QueueException;
import posthaste.server.terminal.Terminals;

/**
 * The interface of the operator over HTTP: health, metrics, and under {@code /v1/} the queue in JSON. It only answers
 * questions and writes messages to terminals. Health is for everybody who reaches it; the rest needs the token where one
 * is configured.
 */
public final class AdminServer {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final int CONNECTIONS_MAX = 64;
    private static final int LINE_CHARS_MAX = 2048;
    private static final int HEADER_BYTES_MAX = 8192;
    private static final int IDLE_SECONDS_MAX = 30;
    private static final int EVENTS_DEFAULT = 100;
    private static final int EVENTS_MAX = 1000;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");
    private static final String MESSAGES = "/v1/messages/";
    private static final String TERMINALS = "/v1/terminals/";
    private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final Vertx vertx;
    private final AdminConfig config;
    private final Readiness readiness;
    private final PrometheusMeterRegistry registry;
    private final QueueApi queue;
    private final TerminalApi terminals;
    private final Supplier<JsonObject> process;
    private final HttpServer server;
    private final AtomicInteger connections = new AtomicInteger();

    /**
     * @param readiness whether the relay takes mail
     * @param registry the meters
     * @param queue what is asked about
     * @param terminals what clients may subscribe to
     * @param version of the relay
     * @param uptime since when it runs; asked at each status
     */
    public AdminServer(
            Vertx vertx,
            AdminConfig config,
            Readiness readiness,
            PrometheusMeterRegistry registry,
            MailQueue queue,
            Terminals terminals,
            String version,
            Supplier<Duration> uptime) {
        this.vertx = vertx;
        this.config = config;
        this.readiness = readiness;
        this.registry = registry;
        this.queue = new QueueApi(vertx, queue);
        this.terminals = new TerminalApi(vertx, terminals);
        this.process = () -> new JsonObject()
                .put("version", version)
                .put("uptimeSeconds", uptime.get().toSeconds());
        this.server = vertx.createHttpServer(options())
                .connectionHandler(this::connected)
                .requestHandler(this::answer)
                .exceptionHandler(failure -> LOG.debug("admin: {}", failure.toString()));
    }

    private static HttpServerOptions options() {
        return new HttpServerOptions()
                .setMaxInitialLineLength(LINE_CHARS_MAX)
                .setMaxHeaderSize(HEADER_BYTES_MAX)
                .setIdleTimeout(IDLE_SECONDS_MAX)
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setHttp2ClearTextEnabled(false);
    }

    /** Binds the address; the one bound, or fails with {@link java.net.BindException}. */
    public Future<InetSocketAddress> listen() {
        return server.listen(SocketAddress.inetSocketAddress(config.bind()))
                .map(bound -> new InetSocketAddress(config.bind().getAddress(), bound.actualPort()));
    }

    /** Ends every connection and frees the address. */
    public Future<Void> close() {
        return server.close();
    }

    private void connected(HttpConnection connection) {
        connection.closeHandler(closed -> connections.decrementAndGet());
        if (connections.incrementAndGet() > CONNECTIONS_MAX) connection.close();
    }

    private void answer(HttpServerRequest request) {
        String path = Optional.ofNullable(request.path()).orElse("/");
        if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
            request.response().putHeader(HttpHeaders.ALLOW, "GET, HEAD").putHeader(HttpHeaders.CONNECTION, "close");
            refuse(request, 405, "only GET and HEAD are understood here");
        } else if (hasBody(request)) {
            request.response().putHeader(HttpHeaders.CONNECTION, "close");
            refuse(request, 413, "no request here has a body");
        } else if (path.equals("/health/live")) {
            json(request, 200, new JsonObject().put("status", "live"));
        } else if (path.equals("/health/ready")) {
            ready(request);
        } else if (mayRead(request)) {
            read(request, path);
        } else {
            request.response().putHeader("WWW-Authenticate", "Bearer realm=\"posthaste\"");
            refuse(request, 401, "show admin.token: Authorization: Bearer TOKEN");
        }
    }

    private static boolean hasBody(HttpServerRequest request) {
        String length = Optional.ofNullable(request.getHeader(HttpHeaders.CONTENT_LENGTH))
                .orElse("0");
        return !length.equals("0") || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
    }

    private boolean mayRead(HttpServerRequest request) {
        Optional<String> authorization = Optional.ofNullable(request.getHeader(HttpHeaders.AUTHORIZATION));
        return config.token()
                .map(token -> authorization.filter(token::isIn).isPresent())
                .orElse(true);
    }

    private void ready(HttpServerRequest request) {
        List<String> reasons = readiness.reasonsAgainst();
        var body = new JsonObject().put("status", reasons.isEmpty() ? "ready" : "not ready");
        json(request, reasons.isEmpty() ? 200 : 503, body.put("reasons", new JsonArray(reasons)));
    }

    private void read(HttpServerRequest request, String path) {
        if (path.equals("/metrics")) {
            metrics(request);
        } else if (path.equals("/v1/status")) {
            json(request, 200, process.get().put("queue", queue.status()));
        } else if (path.equals("/v1/events")) {
            events(request);
        } else if (path.startsWith(MESSAGES)) {
            message(request, path.substring(MESSAGES.length()));
        } else if (path.startsWith(TERMINALS)) {
            terminal(request, path.substring(TERMINALS.length()));
        } else {
            refuse(
                    request,
                    404,
                    "nothing here; there are /health/live, /health/ready, /metrics, /v1/status,"
                            + " /v1/events, /v1/messages/ID and /v1/terminals/ADDRESS");
        }
    }

    private void terminal(HttpServerRequest request, String address) {
        Optional<TerminalApi.Refusal> refusal = terminals.open(request, address, connections);
        refusal.ifPresent(why -> refuse(request, why.status(), why.reason()));
    }

    /** Building the text takes milliseconds and asks the database: not on an event loop. */
    private void metrics(HttpServerRequest request) {
        vertx.executeBlocking(() -> registry.scrape())
                .onSuccess(text -> request.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, METRICS_TYPE)
                        .end(text))
                .onFailure(failure -> failed(request, failure));
    }

    private void message(HttpServerRequest request, String text) {
        Optional<MessageId> id = MessageId.parse(text);
        if (id.isEmpty()) {
            refuse(request, 400, "no id of a message; it is the word after 250 2.0.0 and in Received: fields");
            return;
        }
        queue.history(id.get())
                .onSuccess(events -> history(request, id.get(), events))
                .onFailure(failure -> failed(request, failure));
    }

    private static void history(HttpServerRequest request, MessageId id, JsonArray events) {
        if (events.isEmpty()) {
            refuse(request, 404, "no such message, or its events were trimmed (queue.event-age, queue.event-size)");
        } else {
            json(request, 200, new JsonObject().put("id", id.toString()).put("events", events));
        }
    }

    private void events(HttpServerRequest request) {
        Optional<Long> after = number(request, "after", 0, 0, Long.MAX_VALUE);
        Optional<Long> max = number(request, "max", EVENTS_DEFAULT, 1, EVENTS_MAX);
        if (after.isEmpty() || max.isEmpty()) {
            refuse(request, 400, "after is a sequence number from 0, max is 1 to " + EVENTS_MAX);
            return;
        }
        queue.events(after.get(), max.get().intValue())
                .onSuccess(events -> json(request, 200, new JsonObject().put("events", events)))
                .onFailure(failure -> failed(request, failure));
    }

    private static Optional<Long> number(HttpServerRequest request, String name, long absent, long min, long max) {
        String text = Optional.ofNullable(request.getParam(name)).orElse(String.valueOf(absent));
        if (!NUMBER.matcher(text).matches()) return Optional.empty();
        return Optional.of(Long.parseLong(text)).filter(number -> number >= min && number <= max);
    }

    private static void failed(HttpServerRequest request, Throwable failure) {
        if (failure instanceof QueueException unable) {
            refuse(request, 503, "the queue does not answer: " + unable.getMessage());
        } else {
            LOG.error("admin: {} failed", request.path(), failure);
            refuse(request, 500, "this is a bug; the log of the relay tells more");
        }
    }

    private static void refuse(HttpServerRequest request, int status, String reason) {
        json(request, status, new JsonObject().put("error", reason));
    }

    private static void json(HttpServerRequest request, int status, JsonObject body) {
        if (request.response().ended() || request.response().closed()) return;
        request.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(body.encode() + "\n");
    }
}
