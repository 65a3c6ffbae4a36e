package posthaste.server.smtp;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/** Takes connections at one address and runs a session on each, on every event loop. Thread-safe. */
public final class Listener {
    /** Connections that the system may hold for us to take. */
    private static final int BACKLOG = 1024;
    /** Vert.x tells free ports that several servers share by numbers; each listener takes one of its own. */
    private static final AtomicInteger FREE_PORTS = new AtomicInteger();

    private final VertxInternal vertx;
    private final ListenerConfig config;
    private final SessionSettings settings;
    private final LongSupplier nanos;
    /** One per event loop, once it listens. */
    private final List<SessionLoop> loops = new CopyOnWriteArrayList<>();

    private final List<NetServer> servers = new CopyOnWriteArrayList<>();

    public Listener(Vertx vertx, ListenerConfig config, SessionSettings settings) {
        this(vertx, config, settings, System::nanoTime);
    }

    /** @param nanos monotonic time in nanoseconds, by which time-outs are judged */
    Listener(Vertx vertx, ListenerConfig config, SessionSettings settings, LongSupplier nanos) {
        this.vertx = (VertxInternal) vertx;
        this.config = config;
        this.settings = settings;
        this.nanos = nanos;
    }

    /**
     * Binds the address and begins to take connections. Once only.
     *
     * @return the address bound; or fails with {@link BindException}
     */
    public Future<InetSocketAddress> listen() {
        var flushPace = new FlushPace(nanos);
        SocketAddress address = address();
        Future<Integer> port = Future.succeededFuture(0);
        for (EventExecutor executor : vertx.nettyEventLoopGroup()) {
            ContextInternal context =
                    vertx.contextBuilder().withEventLoop((EventLoop) executor).build();
            var loop = new SessionLoop(context, settings, config, flushPace, nanos);
            port = port.compose(before -> listen(context, loop, address));
        }
        return port.map(bound -> new InetSocketAddress(config.bind().getAddress(), bound))
                .recover(this::giveUp);
    }

    /** What all event loops bind, and so share. */
    private SocketAddress address() {
        if (config.bind().getPort() != 0) return SocketAddress.inetSocketAddress(config.bind());
        String host = config.bind().getAddress().getHostAddress();
        return SocketAddress.sharedRandomPort(FREE_PORTS.incrementAndGet(), host);
    }

    private Future<Integer> listen(ContextInternal context, SessionLoop loop, SocketAddress address) {
        Promise<Integer> bound = Promise.promise();
        context.runOnContext(posted -> {
            NetServer server = vertx.createNetServer(new NetServerOptions().setAcceptBacklog(BACKLOG));
            server.connectHandler(loop::connected);
            loops.add(loop); // before it listens: whoever is told of the address may close us at once
            servers.add(server);
            server.listen(address).map(NetServer::actualPort).onComplete(bound);
        });
        return bound.future();
    }

    private Future<InetSocketAddress> giveUp(Throwable failure) {
        return close().transform(closed -> Future.failedFuture(asBindException(failure)));
    }

    /** The native transports have exceptions of their own. */
    private Throwable asBindException(Throwable failure) {
        if (failure instanceof BindException || !(failure instanceof IOException)) return failure;
        var refusal = new BindException(failure.getMessage());
        refusal.initCause(failure);
        return refusal;
    }

    /**
     * Lets go of the clients: new connections get 421 4.3.2, and so do sessions at the next command boundary, at once
     * where they are idle. A message that is between DATA and its reply ends first.
     *
     * @param limit what still runs after so long is cut off
     * @return completes when no session is left, or the limit is over; the address is free then
     */
    public Future<Void> drain(Duration limit) {
        for (SessionLoop loop : loops) loop.run(loop::drain);
        long cutOff = vertx.setTimer(Math.max(1, limit.toMillis()), passed -> abort());
        return emptied().compose(empty -> {
            vertx.cancelTimer(cutOff);
            return closeServers();
        });
    }

    /** Closes every connection at once and frees the address. */
    public Future<Void> close() {
        abort();
        return emptied().compose(empty -> closeServers());
    }

    private void abort() {
        for (SessionLoop loop : loops) loop.run(loop::abort);
    }

    private Future<Void> emptied() {
        return Future.join(loops.stream().map(SessionLoop::emptied).toList()).mapEmpty();
    }

    /** One by one, the first at last: it owns the bind that the others share, and its end is the end of the bind. */
    private Future<Void> closeServers() {
        Future<Void> closed = Future.succeededFuture();
        for (int i = servers.size() - 1; i >= 0; i--) {
            NetServer server = servers.get(i);
            closed = closed.compose(before -> server.close());
        }
        return closed;
    }
}
