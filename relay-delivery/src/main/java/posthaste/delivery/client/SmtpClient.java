package posthaste.delivery.client;

import io.netty.channel.EventLoop;
import io.netty.util.NetUtil;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
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

/** Opens connections to mail hosts. Thread-safe. */
public final class SmtpClient {
    private final Vertx vertx;
    private final ClientSetup setup;
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
        this.setup = new ClientSetup(config, dotSlots, clock, metrics);
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
                .onSuccess(socket -> greet(loop, hop, listener, socket))
                .onFailure(failure -> refused(hop, listener, failure));
    }

    private void refused(NextHop hop, ConnectionListener listener, Throwable failure) {
        setup.metrics().failed();
        String reason = ConnectFailure.reasonOf(failure);
        listener.failed(hop, HostFailure.of(Stage.CONNECT, OwnReplies.noConnection(hop, reason)));
    }

    private void greet(Context loop, NextHop hop, ConnectionListener listener, NetSocket socket) {
        EventLoop eventLoop = ((ContextInternal) loop).nettyEventLoop();
        Deadlines clock = deadlines.computeIfAbsent(eventLoop, first -> new Deadlines(vertx, nanos));
        new Opening(setup, hop, listener, loop, socket, clock).begin();
    }
}
