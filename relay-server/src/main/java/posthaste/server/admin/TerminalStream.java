package posthaste.server.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.impl.HttpServerConnection;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import posthaste.server.terminal.TerminalMessage;
import posthaste.server.terminal.TerminalSink;
import posthaste.server.terminal.TerminalText;
import posthaste.smtp.Mailbox;

/**
 * One terminal that somebody holds open: an answer that goes on, with an event for each message. A reader that does not
 * keep up is cut off, and whoever sent the message is told that it was not written. Owned by the event loop of its
 * request; messages come from any thread.
 */
final class TerminalStream implements TerminalSink {
    /** Octets that wait for a reader, beside one message, before it is cut off. */
    static final int UNREAD_MAX = 64 << 10;

    /** How long one message may wait for its reader: so does the session it came from. */
    static final Duration WRITE_MAX = Duration.ofSeconds(10);

    /** Between two comments: they keep proxies from ending the connection, and show ours whether it is there still. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);

    private final Vertx vertx;
    private final Context loop;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final AtomicInteger others;
    private final Consumer<TerminalStream> gone;
    private long heartbeat;
    private boolean ended;

    /**
     * @param others open connections that are no terminals
     * @param gone called once, when nothing can be written any more
     */
    TerminalStream(Vertx vertx, HttpServerRequest request, AtomicInteger others, Consumer<TerminalStream> gone) {
        this.vertx = vertx;
        this.loop = vertx.getOrCreateContext();
        this.request = request;
        this.response = request.response();
        this.others = others;
        this.gone = gone;
    }

    /** Says that the terminal is open. */
    void begin() {
        others.decrementAndGet();
        response.exceptionHandler(broken -> {}); // the close that follows says all there is to know
        response.closeHandler(closed -> end());
        response.setWriteQueueMaxSize(UNREAD_MAX)
                .setChunked(true)
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        heartbeat = vertx.setPeriodic(HEARTBEAT.toMillis(), due -> comment("still here"));
        comment("active");
    }

    private void end() {
        if (ended) return;
        ended = true;
        // The connection is counted among the others until it has closed, which follows.
        others.incrementAndGet();
        vertx.cancelTimer(heartbeat);
        gone.accept(this);
    }

    /** A reader that does not even take these is cut off like one that does not take messages. */
    private void comment(String text) {
        if (response.writeQueueFull()) {
            cutOff();
        } else {
            response.write(": " + text + "\n\n").onFailure(broken -> cutOff());
        }
    }

    /** Not by the connection: Vert.x would write what waits first, which may be never. */
    private void cutOff() {
        end();
        var unused = ((HttpServerConnection) request.connection())
                .channelHandlerContext()
                .close();
    }

    @Override
    public boolean isUp() {
        return true;
    }

    @Override
    public Future<Void> write(TerminalMessage message, Mailbox to) {
        Promise<Void> written = Promise.promise();
        Buffer event = event(message, to);
        loop.runOnContext(posted -> {
            Future<Void> write =
                    ended || response.writeQueueFull() ? Future.failedFuture("too slow") : response.write(event);
            write.timeout(WRITE_MAX.toMillis(), TimeUnit.MILLISECONDS)
                    .onFailure(lost -> cutOff())
                    .onComplete(written);
        });
        return written.future();
    }

    private static Buffer event(TerminalMessage message, Mailbox to) {
        // JSON has no line break of its own, and the id is ours.
        String data = TerminalText.json(message, to).encode();
        return Buffer.buffer(("event: message\nid: " + message.id() + "\ndata: " + data + "\n\n").getBytes(UTF_8));
    }
}
