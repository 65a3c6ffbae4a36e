package posthaste.server.smtp;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.NetUtil;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import posthaste.server.policy.ClientKey;
import posthaste.smtp.Command;
import posthaste.smtp.CommandParser;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/**
 * The sessions of one listener on one event loop, and what they share: the clock, the parser, the wheel of deadlines.
 * Every method but {@link #run} is called on that loop.
 */
final class SessionLoop {
    /** Messages to terminals held in memory at once: each as large as a terminal takes. */
    private static final int SHOWING_MAX = 128;

    /** Handshakes under way at once: each costs some memory, and the processor more than a message does. */
    static final int HANDSHAKES_MAX = 250;

    /** Those of one client: one that opens them and says nothing leaves room for others. */
    static final int HANDSHAKES_PER_CLIENT_MAX = 64;

    private final ContextInternal context;
    private final SessionSettings settings;
    private final Greetings greetings;
    private final ListenerConfig listener;
    private final FlushPace flushPace;
    private final LongSupplier nanos;
    private final SessionLog log;
    private final AcceptFailures acceptFailures;
    private final CommandParser parser = new CommandParser();
    private final TraceDate date = new TraceDate();
    private final DeadlineWheel wheel;
    private final Set<Session> sessions = new HashSet<>();
    private final Promise<Void> emptied = Promise.promise();
    private int showing;
    private int handshakes;
    /** As many entries as handshakes at most. */
    private final Map<ClientKey, Integer> handshakesByClient = new HashMap<>();

    private boolean draining;
    private boolean ticking;

    /** @param flushPace shared by the loops of a listener */
    SessionLoop(
            ContextInternal context,
            SessionSettings settings,
            ListenerConfig listener,
            FlushPace flushPace,
            LongSupplier nanos) {
        this.listener = listener;
        this.context = context;
        this.settings = settings;
        this.flushPace = flushPace;
        greetings = new Greetings(
                settings.hostname(),
                settings.limits(),
                settings.services().terminals().isEnabled());
        this.nanos = nanos;
        log = new SessionLog(nanos);
        acceptFailures = new AcceptFailures(nanos);
        wheel = new DeadlineWheel(nanos.getAsLong());
    }

    /** Runs {@code work} on the loop; from any thread. */
    void run(Runnable work) {
        context.runOnContext(posted -> work.run());
    }

    SessionSettings settings() {
        return settings;
    }

    Greetings greetings() {
        return greetings;
    }

    ListenerConfig listener() {
        return listener;
    }

    /** Whether there is room for one more handshake with this client, which is then under way until {@link #handshakeEnded}. */
    boolean tryHandshake(InetAddress client) {
        ClientKey key = ClientKey.of(client);
        int ofClient = handshakesByClient.getOrDefault(key, 0);
        if (handshakes >= HANDSHAKES_MAX || ofClient >= HANDSHAKES_PER_CLIENT_MAX) return false;
        handshakes++;
        handshakesByClient.put(key, ofClient + 1);
        return true;
    }

    void handshakeEnded(InetAddress client) {
        handshakes--;
        handshakesByClient.computeIfPresent(ClientKey.of(client), (key, count) -> count > 1 ? count - 1 : null);
    }

    /** Begins to show a message to the content filters. */
    Screening screen(ScreenedMessage message) {
        return settings.services().filters().begin(message, context);
    }

    /** Whether there is room for one more message to terminals, which is then taken until {@link #shown}. */
    boolean tryShow() {
        if (showing >= SHOWING_MAX) return false;
        showing++;
        return true;
    }

    void shown() {
        showing--;
    }

    /** Whether this node was not asked for a moment ago. */
    boolean mayFlush(Command.Etrn command) {
        return flushPace.tryPass(command);
    }

    CommandParser parser() {
        return parser;
    }

    SessionLog log() {
        return log;
    }

    DeadlineWheel wheel() {
        return wheel;
    }

    long nowNanos() {
        return nanos.getAsLong();
    }

    /** Runs {@code work} on the loop after a while. */
    void later(Duration delay, Runnable work) {
        context.setTimer(Math.max(1, delay.toMillis()), timer -> work.run());
    }

    /** Where the buffers of TLS come from. */
    ByteBufAllocator allocator() {
        return PooledByteBufAllocator.DEFAULT;
    }

    String date(Instant now) {
        return date.at(now);
    }

    /** Always the same one, so that the queue can answer all sessions of the loop in one go. */
    Executor executor() {
        return context.nettyEventLoop();
    }

    /** What no session can survive, out of memory above all: for whoever watches over the process. */
    void fatal(Error error) {
        context.reportException(error);
    }

    // Connections come and go.

    void connected(NetSocket socket) {
        var internal = (NetSocketInternal) socket;
        acceptFailures.watchOver(internal.channelHandlerContext().channel());
        if (internal.channelHandlerContext().channel().remoteAddress() instanceof InetSocketAddress remote) {
            connected(internal, remote.getAddress());
        } else {
            socket.close(); // it is gone already
        }
    }

    private void connected(NetSocketInternal socket, InetAddress client) {
        if (draining) {
            turnAway(socket, client, Replies.SHUTTING_DOWN);
        } else if (isForeign(client)) {
            settings.metrics().turnedAway();
            log.notProxied(NetUtil.toAddressString(client), "it comes from elsewhere");
            socket.close();
        } else if (settings.memory().isShort()) {
            turnAway(socket, client, Replies.SHORT_OF_MEMORY);
        } else if (listener.proxies().isEmpty() && isTooOften(client)) {
            turnAway(socket, client, Replies.TOO_MANY_CONNECTIONS_AT_ONCE);
        } else if (!settings.connections().tryOpen(client)) {
            turnAway(socket, client, Replies.TOO_MANY_CONNECTIONS);
        } else {
            settings.metrics().connected();
            Session session = new Session(this, socket, client);
            sessions.add(session);
            session.begin();
            tick();
        }
    }

    /**
     * Whether this one connects more often than it may; otherwise that is counted. Of a balancer nobody asks: it connects
     * as often as its clients do, who are asked about once its header names them.
     */
    boolean isTooOften(InetAddress client) {
        ClientPace pace = settings.pace().connections();
        return pace.isLimited() && !pace.tryPass(ClientKey.of(client));
    }

    /** Where balancers say who the client is, nobody else is believed, or let in. */
    private boolean isForeign(InetAddress client) {
        return !listener.proxies().isEmpty() && !listener.proxies().contains(client);
    }

    private void turnAway(NetSocket socket, InetAddress client, Reply reply) {
        settings.metrics().turnedAway();
        log.turnedAway(NetUtil.toAddressString(client), reply);
        socket.exceptionHandler(reset -> {});
        if (listener.tls() == TlsMode.IMPLICIT) {
            socket.close(); // a client that expects TLS cannot read it
            return;
        }
        socket.write(BufferInternal.buffer(Unpooled.wrappedBuffer(reply.encoded())));
        socket.close();
    }

    void closed(Session session) {
        if (!sessions.remove(session)) return;
        settings.connections().close(session.address());
        if (draining && sessions.isEmpty()) emptied.tryComplete();
    }

    /** One timer looks after all deadlines, as long as there are any. */
    private void tick() {
        if (ticking) return;
        ticking = true;
        context.setPeriodic(DeadlineWheel.TICK.toMillis(), timer -> {
            wheel.advance(nowNanos());
            if (!sessions.isEmpty()) return;
            ticking = false;
            context.owner().cancelTimer(timer);
        });
    }

    // The end.

    /** Takes no more sessions and lets those go that can. */
    void drain() {
        if (draining) return;
        draining = true;
        for (Session session : List.copyOf(sessions)) session.leave();
        if (sessions.isEmpty()) emptied.tryComplete();
    }

    /** Ends what is left without a word. */
    void abort() {
        draining = true;
        for (Session session : List.copyOf(sessions)) session.abort();
        if (sessions.isEmpty()) emptied.tryComplete();
    }

    /** Completes once it is drained and no session is left. */
    Future<Void> emptied() {
        return emptied.future();
    }
}
