package posthaste.delivery.client;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.NetUtil;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.net.Inet4Address;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import posthaste.delivery.DeliveryConfig;
import posthaste.delivery.route.NextHop;
import posthaste.queue.DotSlots;
import posthaste.smtp.Reply;

/** Opens connections to mail hosts. Thread-safe. */
public final class SmtpClient {
    private final Vertx vertx;
    private final ClientSetup setup;
    private final ClientSetup turned;
    private final LongSupplier nanos;
    private final NetClient fromIpv4;
    private final NetClient fromIpv6;
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
        fromIpv4 = clientFrom(NetUtil::isValidIpV4Address);
        fromIpv6 = clientFrom(NetUtil::isValidIpV6Address);
    }

    /** A client that sends from the first configured address of a family, or from where the system chooses. */
    private NetClient clientFrom(Predicate<String> family) {
        var options = new NetClientOptions()
                .setConnectTimeout((int) setup.config().timeouts().connect().toMillis());
        setup.config().sourceAddresses().stream().filter(family).findFirst().ifPresent(options::setLocalAddress);
        return vertx.createNetClient(options);
    }

    /**
     * Connects, reads the greeting and says EHLO, or HELO where EHLO is refused. Call from any thread.
     *
     * @param loop the event-loop context that the connection belongs to; the listener is called there only
     */
    public void open(Context loop, NextHop hop, ConnectionListener listener) {
        loop.runOnContext(posted -> connect(loop, hop, listener));
    }

    private void connect(Context loop, NextHop hop, ConnectionListener listener) {
        NetClient client = hop.address().getAddress() instanceof Inet4Address ? fromIpv4 : fromIpv6;
        client.connect(SocketAddress.inetSocketAddress(hop.address()))
                .onSuccess(socket -> greet(setup, loop, hop, listener, socket))
                .onFailure(failure -> refused(hop, listener, failure));
    }

    private void refused(NextHop hop, ConnectionListener listener, Throwable failure) {
        setup.metrics().failed();
        String reason = ConnectFailure.reasonOf(failure);
        listener.failed(hop, HostFailure.of(Stage.CONNECT, OwnReplies.noConnection(hop, reason)));
    }

    private void greet(ClientSetup limited, Context loop, NextHop hop, ConnectionListener listener, NetSocket socket) {
        EventLoop eventLoop = ((ContextInternal) loop).nettyEventLoop();
        Deadlines clock = deadlines.computeIfAbsent(eventLoop, first -> new Deadlines(vertx, nanos));
        new Opening(limited, hop, listener, loop, socket, clock).begin();
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
        greet(turned, loop, hop, listener, socket);
        loop.runOnContext(posted -> socket.resume());
    }
}
