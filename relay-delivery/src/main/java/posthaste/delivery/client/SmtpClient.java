package posthaste.delivery.client;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import posthaste.delivery.DeliveryConfig;
import posthaste.delivery.route.NextHop;
import posthaste.delivery.route.Source;
import posthaste.delivery.route.Transport;
import posthaste.queue.DotSlots;
import posthaste.smtp.Reply;

/** Opens connections to mail hosts. Thread-safe. */
public final class SmtpClient {
    private final Vertx vertx;
    private final ClientSetup setup;
    private final ClientSetup turned;
    private final LongSupplier nanos;
    /** By the local address that they send from; as many as the configuration names. */
    private final Map<Optional<InetAddress>, NetClient> from = new ConcurrentHashMap<>();
    /** At most one per event loop of the process. */
    private final Map<EventLoop, Deadlines> deadlines = new ConcurrentHashMap<>();

    /** @param clock the queue's, by which deadlines of messages are set */
    public SmtpClient(
            Vertx vertx, DeliveryConfig config, DotSlots dotSlots, InstantSource clock, ClientMetrics metrics) {
        this(vertx, config, dotSlots, clock, metrics, System::nanoTime);
    }

    /** @param nanos monotonic time in nanoseconds, by which all time-outs but that of connecting are judged */
    public SmtpClient(
            Vertx vertx,
            DeliveryConfig config,
            DotSlots dotSlots,
            InstantSource clock,
            ClientMetrics metrics,
            LongSupplier nanos) {
        this.vertx = vertx;
        setup = new ClientSetup(config, dotSlots, clock, metrics, ConnectionLimits.made(config));
        turned = new ClientSetup(config, dotSlots, clock, metrics, ConnectionLimits.turned(config));
        this.nanos = nanos;
    }

    private NetClient clientFrom(Optional<InetAddress> address) {
        var options = new NetClientOptions()
                .setConnectTimeout((int) setup.config().timeouts().connect().toMillis());
        address.map(InetAddress::getHostAddress).ifPresent(options::setLocalAddress);
        return vertx.createNetClient(options);
    }

    /**
     * Connects, reads the greeting and says EHLO, or HELO where EHLO is refused. Call from any thread.
     *
     * @param loop the event-loop context that the connection belongs to; the listener is called there only
     * @param transport how the host is spoken to
     * @param source where the connection comes from, of the family of the host
     */
    public void open(Context loop, NextHop hop, Transport transport, Source source, ConnectionListener listener) {
        var call = new Call(loop, hop, transport, source, listener);
        loop.runOnContext(posted -> connect(call));
    }

    private void connect(Call call) {
        from.computeIfAbsent(call.source().address(), this::clientFrom)
                .connect(SocketAddress.inetSocketAddress(call.hop().address()))
                .onSuccess(socket -> greet(setup, call, socket))
                .onFailure(failure -> refused(call.hop(), call.listener(), failure));
    }

    private void refused(NextHop hop, ConnectionListener listener, Throwable failure) {
        setup.metrics().failed();
        String reason = ConnectFailure.reasonOf(failure);
        listener.failed(hop, HostFailure.of(Stage.CONNECT, OwnReplies.noConnection(hop, reason)));
    }

    private void greet(ClientSetup limited, Call call, NetSocket socket) {
        EventLoop eventLoop = ((ContextInternal) call.loop()).nettyEventLoop();
        Deadlines clock = deadlines.computeIfAbsent(eventLoop, first -> new Deadlines(vertx, nanos));
        new Opening(limited, call, socket, clock).begin();
    }

    /**
     * Becomes the client of a connection that the peer has made (TURN, ATRN): reads his greeting and goes on as with any host,
     * but for its limits: it is closed only when the listener says so, and the peer may take his time. Handlers of before are
     * replaced. Call on the loop, before anything was read that is not answered.
     *
     * @param loop the event-loop context that the connection belongs to, on the socket's loop; the listener is called there only
     * @param hop what the peer is called in logs, in the history of messages and in reports
     */
    public void takeOver(Context loop, NetSocketInternal socket, NextHop hop, ConnectionListener listener) {
        Channel channel = socket.channelHandlerContext().channel();
        if (!channel.isActive() || (channel instanceof DuplexChannel duplex && duplex.isInputShutdown())) {
            socket.close();
            setup.metrics().failed();
            Reply why = OwnReplies.lost(hop, Stage.GREETING, "closed by the host");
            loop.runOnContext(posted -> listener.failed(hop, HostFailure.of(Stage.GREETING, why)));
            return;
        }
        // A server may have to read on when its client has closed his half. A client has no use for that.
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        var ours = new Source(Optional.empty(), setup.config().hostname());
        greet(turned, new Call(loop, hop, Transport.TURNED, ours, listener), socket);
        loop.runOnContext(posted -> socket.resume());
    }
}
