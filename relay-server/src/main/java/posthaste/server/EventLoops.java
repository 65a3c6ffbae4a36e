package posthaste.server;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.transport.Transport;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the event loops: by default one per core, on epoll where it works both ways, else on NIO. A native library that
 * serves may still be unable to connect (docs/decisions/0002), so a probe connects before epoll is trusted.
 */
final class EventLoops {
    private static final Logger LOG = LoggerFactory.getLogger(EventLoops.class);
    private static final String LOOPBACK = "127.0.0.1";
    private static final int PROBE_SECONDS_MAX = 5;
    /** Scrapes and other rare work that may take a moment. */
    private static final int WORKERS = 2;

    private EventLoops() {}

    /**
     * Blocks for the probe.
     *
     * @throws CannotStart where epoll is asked for and does not work here
     */
    static Vertx start(EventLoopsConfig config) throws CannotStart {
        if (config.transport() == EventLoopsConfig.Kind.NIO) return build(Transport.NIO, config);
        Transport epoll = Transport.EPOLL;
        if (epoll == null || !epoll.available()) return withoutEpoll(config, "epoll is not available");
        Vertx vertx = build(epoll, config);
        try {
            await(probe(vertx));
            return vertx;
        } catch (ExecutionException | TimeoutException unusable) {
            vertx.close();
            return withoutEpoll(config, "the probe of epoll failed: " + unusable);
        }
    }

    private static Vertx withoutEpoll(EventLoopsConfig config, String reason) throws CannotStart {
        if (config.transport() == EventLoopsConfig.Kind.EPOLL) {
            throw new CannotStart(
                    ExitCode.UNAVAILABLE,
                    reason + "; set event-loops.transport to auto, and NIO serves where epoll does not");
        }
        LOG.info("event loops on NIO: {}", reason);
        return build(Transport.NIO, config);
    }

    private static Vertx build(Transport transport, EventLoopsConfig config) {
        var options = new VertxOptions()
                .setEventLoopPoolSize(config.loops())
                .setWorkerPoolSize(WORKERS)
                .setInternalBlockingPoolSize(WORKERS)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false));
        return Vertx.builder().with(options).withTransport(transport).build();
    }

    /** A connection to ourselves over loopback: listening and connecting are different code. */
    private static Future<Void> probe(Vertx vertx) {
        Promise<Void> accepted = Promise.promise();
        NetServer server = vertx.createNetServer().connectHandler(socket -> {
            accepted.tryComplete();
            socket.close();
        });
        // A server that closes before it has taken the connection logs that with a stack trace.
        return server.listen(0, LOOPBACK)
                .compose(bound -> vertx.createNetClient().connect(bound.actualPort(), LOOPBACK))
                .compose(socket -> accepted.future().eventually(socket::close))
                .eventually(server::close);
    }

    private static void await(Future<?> probe) throws ExecutionException, TimeoutException {
        try {
            probe.toCompletionStage().toCompletableFuture().get(PROBE_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new TimeoutException("interrupted");
        }
    }
}
