package posthaste.server.terminal;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.server.terminal.TerminalsConfig.WebhookConfig;
import posthaste.smtp.Mailbox;
import posthaste.smtp.SafeText;

/**
 * A terminal that is a URL: each message is posted to it as JSON, and was written when the answer is 2yz. After a failure
 * it counts as down for a while, so that SEND is refused while it is; then the next message tries it again.
 */
final class Webhook implements TerminalSink {
    /** Posts under way to one URL. */
    static final int POSTS_MAX = 16;

    /** From the connect to the status of the answer: the client of the session waits for it. */
    static final Duration POST_MAX = Duration.ofSeconds(10);

    /** How long it counts as down after a failure. */
    static final Duration DOWN = Duration.ofSeconds(30);

    /** Several URLs may be of one host. */
    private static final int CONNECTIONS_PER_HOST_MAX = 4 * POSTS_MAX;

    private static final int WAITING_MAX = 16 * POSTS_MAX;

    private static final Logger LOG = LoggerFactory.getLogger(Webhook.class);
    private static final int REASON_CHARS_MAX = 200;
    private static final int ANSWER_LINE_MAX = 4096;
    private static final int ANSWER_HEADER_MAX = 16 << 10;

    private final HttpClient client;
    private final WebhookConfig config;
    private final LongSupplier nanos;
    private final AtomicInteger posts = new AtomicInteger();
    private final AtomicBoolean down = new AtomicBoolean();
    private volatile long failedAtNanos;

    /** @param nanos a clock that only goes forward */
    Webhook(HttpClient client, WebhookConfig config, LongSupplier nanos) {
        this.client = client;
        this.config = config;
        this.nanos = nanos;
    }

    /** A connection serves one message: they are rare, and an answer may be as long as it likes. */
    static HttpClient client(Vertx vertx) {
        var options = new HttpClientOptions()
                .setKeepAlive(false)
                .setMaxInitialLineLength(ANSWER_LINE_MAX)
                .setMaxHeaderSize(ANSWER_HEADER_MAX)
                .setConnectTimeout((int) POST_MAX.toMillis());
        return vertx.createHttpClient(
                options,
                new PoolOptions().setHttp1MaxSize(CONNECTIONS_PER_HOST_MAX).setMaxWaitQueueSize(WAITING_MAX));
    }

    @Override
    public boolean isUp() {
        return !down.get() || nanos.getAsLong() - failedAtNanos >= DOWN.toNanos();
    }

    @Override
    public Future<Void> write(TerminalMessage message, Mailbox to) {
        if (posts.incrementAndGet() > POSTS_MAX) {
            posts.decrementAndGet();
            return Future.failedFuture("more than " + POSTS_MAX + " posts under way");
        }
        Buffer body = TerminalText.json(message, to).toBuffer();
        return client.request(options())
                .compose(request -> post(request, body))
                .onComplete(ended -> posts.decrementAndGet())
                .onSuccess(written -> down.set(false))
                .onFailure(this::failed);
    }

    private RequestOptions options() {
        var options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(config.url().toString())
                .setFollowRedirects(false)
                .setConnectTimeout(POST_MAX.toMillis())
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
        config.token().ifPresent(token -> options.putHeader(HttpHeaders.AUTHORIZATION, token.authorization()));
        return options;
    }

    private static Future<Void> post(HttpClientRequest request, Buffer body) {
        return request.send(body)
                .timeout(POST_MAX.toMillis(), TimeUnit.MILLISECONDS)
                .onFailure(failure -> request.reset())
                .compose(response -> {
                    // Its status says everything: what else it has to say is not read.
                    response.exceptionHandler(cutOff -> {});
                    request.connection().close();
                    int status = response.statusCode();
                    boolean taken = status >= 200 && status < 300;
                    return taken ? Future.succeededFuture() : Future.failedFuture("HTTP status " + status);
                });
    }

    private void failed(Throwable failure) {
        failedAtNanos = nanos.getAsLong();
        if (!down.compareAndSet(false, true)) return;
        LOG.warn(
                "terminal {} does not take messages at {}: {}; SEND to it is refused until it does, see url of"
                        + " [[terminal]]",
                SafeText.of(config.address().toString(), REASON_CHARS_MAX),
                config.url().getHost(),
                SafeText.of(String.valueOf(failure.getMessage()), REASON_CHARS_MAX));
    }
}
