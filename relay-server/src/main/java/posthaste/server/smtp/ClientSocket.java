package posthaste.server.smtp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLSession;
import posthaste.server.proxy.ProxyHeader;
import posthaste.server.smtp.DeadlineWheel.Deadline;
import posthaste.server.tls.HandshakeFailure;
import posthaste.smtp.Reply;

/**
 * The socket of one session: octets in, replies out, one deadline. Replies to what one read brought leave in one write.
 * Input can be held; it is then kept where it is, at most what one read brought, and the socket is paused once there is
 * more. Lives on one event loop.
 */
final class ClientSocket {
    /** Octets of replies that the client has not taken before nothing more is read from it. */
    static final int UNREAD_MAX = 64 * 1024;
    /** How long a connection that we end stays open for the client to read why. */
    static final Duration LINGER_MAX = Duration.ofSeconds(2);

    private static final byte[] NOTHING = {};

    /** Why input waits. */
    enum Hold {
        /** Somebody is asked, most often the queue: what follows is read after the answer. */
        ANSWER,
        /** The queue has no room for more of this message. */
        CONTENT,
        /** A content filter takes no more of it for now. */
        FILTERS,
        /** The client does not read our replies. */
        REPLIES
    }

    private enum Phase {
        OPEN,
        /** The last reply is written; what comes in is thrown away. */
        CLOSING,
        CLOSED
    }

    /** Whose socket it is. */
    interface Owner extends Input, ProxyHeader.Receiver {
        /** The handshake is over, and what comes and goes from now on is encrypted. */
        void secured(SSLSession session);

        /** There will be none, and the connection is closed. */
        void notSecured(HandshakeFailure why);

        /** What one read brought is used up, or input is held: the moment to set the deadline. */
        void readDone();

        /** The client will send nothing more, and everything it sent was read. */
        void inputEnded();

        void timedOut();

        /** The last call. */
        void closed();

        /** A bug: the session cannot go on. */
        void failed(Exception bug);
    }

    private final SessionLoop loop;
    private final NetSocketInternal socket;
    private final Owner owner;
    private final Deadline deadline = new Deadline(this::deadlinePassed);

    private Phase phase = Phase.OPEN;
    private final Set<Hold> holds = EnumSet.noneOf(Hold.class);
    private boolean paused;
    private boolean everPaused;
    private boolean securing;
    /** The client has closed its half. */
    private boolean inputShut;
    /** And all that it sent before has come out of the socket. */
    private boolean inputEnded;

    /** Input that is held: {@code held[heldFrom, heldTo)}. */
    private byte[] held = NOTHING;

    private int heldFrom;
    private int heldTo;

    private final List<byte[]> replies = new ArrayList<>(1);
    private int replyOctets;

    ClientSocket(SessionLoop loop, NetSocketInternal socket, Owner owner) {
        this.loop = loop;
        this.socket = socket;
        this.owner = owner;
    }

    /** Begins to read. */
    void open() {
        channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        ChannelHandlerContext context = socket.channelHandlerContext();
        context.pipeline().addBefore(context.name(), "events", new Events());
        socket.setWriteQueueMaxSize(UNREAD_MAX);
        socket.closeHandler(gone -> guarded(this::gone));
        socket.exceptionHandler(reset -> {}); // the close that follows says all there is to know
        socket.drainHandler(ready -> guarded(() -> release(Hold.REPLIES)));
        socket.handler(this::received);
    }

    private Channel channel() {
        return socket.channelHandlerContext().channel();
    }

    private final class Events extends ChannelInboundHandlerAdapter {
        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
            if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
                inputShut(context);
            } else if (event instanceof SslHandshakeCompletionEvent handshake && securing) {
                handshakeEnded(context, handshake);
            }
            super.userEventTriggered(context, event);
        }
    }

    /**
     * Netty tells at once that a client has closed its half, even where what it sent before still waits to be read. So an
     * empty buffer goes behind all that, and where that one comes out is the end.
     */
    private void inputShut(ChannelHandlerContext context) {
        if (inputShut) return;
        inputShut = true;
        context.fireChannelRead(Unpooled.EMPTY_BUFFER);
        context.fireChannelReadComplete();
    }

    // What comes first.

    /** Nothing is read before a header of the PROXY protocol. */
    void expectProxyHeader() {
        ProxyHeader.expect(channel().pipeline(), new ProxyHeader.Receiver() {
            @Override
            public void proxied(Optional<InetAddress> client) {
                guarded(() -> owner.proxied(client));
            }

            @Override
            public void notProxied(String reason) {
                guarded(() -> owner.notProxied(reason));
            }
        });
    }

    // TLS.

    /** Whether octets may lie between the network and us that were sent before now. */
    boolean mayHoldMore() {
        return everPaused || inputShut || socket.writeQueueFull();
    }

    /** What was said leaves as it is; what comes and goes from now on belongs to the handshake, and then to TLS. */
    void secure(ChannelHandler tls) {
        flush();
        securing = true;
        ProxyHeader.addBehind(channel().pipeline(), "tls", tls);
    }

    /** A handshake that failed leaves a connection that is good for nothing; the peer has been sent the alert. */
    private void handshakeEnded(ChannelHandlerContext context, SslHandshakeCompletionEvent handshake) {
        securing = false;
        SslHandler tls = context.pipeline().get(SslHandler.class);
        if (handshake.isSuccess() && tls != null) {
            guarded(() -> owner.secured(tls.engine().getSession()));
            return;
        }
        HandshakeFailure why = handshake.isSuccess() ? HandshakeFailure.OTHER : HandshakeFailure.of(handshake.cause());
        guarded(() -> owner.notSecured(why));
        abort();
    }

    /** A bug ends the session; what the process cannot survive is handed on. */
    void guarded(Runnable work) {
        try {
            work.run();
        } catch (Exception bug) {
            owner.failed(bug);
        } catch (Error fatal) {
            abort();
            loop.fatal(fatal);
        }
    }

    boolean isOpen() {
        return phase == Phase.OPEN;
    }

    // Reading.

    private void received(Buffer buffer) {
        try {
            ByteBuf octets = ((BufferInternal) buffer).getByteBuf();
            if (octets.hasArray()) {
                int from = octets.arrayOffset() + octets.readerIndex();
                received(octets.array(), from, from + octets.readableBytes());
            } else {
                byte[] copy = ByteBufUtil.getBytes(octets);
                received(copy, 0, copy.length);
            }
        } catch (Exception bug) {
            owner.failed(bug);
        } catch (Error fatal) {
            abort();
            loop.fatal(fatal);
        }
    }

    private void received(byte[] in, int from, int to) {
        if (from == to) {
            if (inputShut) noteInputEnd();
        } else if (!isOpen()) {
            return;
        } else if (isHeld()) {
            keep(in, from, to);
        } else {
            read(in, from, to);
            settle();
        }
    }

    private void read(byte[] in, int from, int to) {
        int at = from;
        while (at < to && isOpen() && !isHeld()) {
            at = owner.read(in, at, to);
            if (replyOctets >= UNREAD_MAX) flush();
        }
        if (at < to && isOpen()) keep(in, at, to);
    }

    /** Nothing is read any more until this is used up. */
    private void keep(byte[] in, int from, int to) {
        if (heldTo > heldFrom) throw new IllegalStateException("a paused socket was read");
        held = in;
        heldFrom = from;
        heldTo = to;
        pause();
    }

    private void pause() {
        if (paused) return;
        paused = true;
        everPaused = true;
        socket.pause();
    }

    private void settle() {
        owner.readDone();
        flush();
        if (!isOpen() || isHeld()) return;
        if (paused) {
            paused = false;
            socket.resume();
        }
        if (inputEnded && isOpen() && !isHeld()) owner.inputEnded();
    }

    /** Reads no further for this reason too. */
    void hold(Hold reason) {
        holds.add(reason);
        if (reason != Hold.ANSWER && isOpen()) pause();
    }

    /** Reads on, unless there is another reason not to. */
    void release(Hold reason) {
        if (!holds.remove(reason) || !isOpen() || isHeld()) return;
        if (heldTo > heldFrom) {
            byte[] in = held;
            int to = heldTo;
            held = NOTHING;
            heldTo = 0;
            int from = heldFrom;
            heldFrom = 0;
            read(in, from, to);
        }
        settle();
    }

    boolean isHeld() {
        return !holds.isEmpty();
    }

    boolean isHeld(Hold reason) {
        return holds.contains(reason);
    }

    private void noteInputEnd() {
        inputEnded = true;
        if (phase == Phase.CLOSING) {
            abort();
        } else if (isOpen() && !isHeld()) {
            owner.inputEnded();
        }
    }

    // Writing.

    /** Says something with the next {@link #flush}. */
    void say(Reply reply) {
        byte[] octets = reply.encoded();
        replies.add(octets);
        replyOctets += octets.length;
    }

    /** Writes what was said, in one go. */
    void flush() {
        if (replies.isEmpty() || phase == Phase.CLOSED) return;
        socket.write(takeReplies());
        if (isOpen() && socket.writeQueueFull()) hold(Hold.REPLIES);
    }

    /** Heap memory that nobody pools: nothing to release, whatever becomes of the write. */
    private Buffer takeReplies() {
        byte[] octets = replies.get(0);
        if (replies.size() > 1) {
            octets = new byte[replyOctets];
            int at = 0;
            for (byte[] reply : replies) {
                System.arraycopy(reply, 0, octets, at, reply.length);
                at += reply.length;
            }
        }
        replies.clear();
        replyOctets = 0;
        return BufferInternal.buffer(Unpooled.wrappedBuffer(octets));
    }

    /** Gives the socket away, once what was said has left: nothing of it comes here any more. */
    NetSocketInternal detach() {
        flush();
        phase = Phase.CLOSED;
        loop.wheel().remove(deadline);
        channel().pipeline().remove("events");
        channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        socket.closeHandler(null);
        socket.exceptionHandler(null);
        socket.drainHandler(null);
        socket.handler(null);
        return socket;
    }

    // Ending.

    /** How long the next event may take from now on; replaces what was set before. */
    void deadline(Duration time) {
        if (isOpen()) loop.wheel().set(deadline, loop.nowNanos() + time.toNanos());
    }

    /** Nothing is expected of the client. */
    void noDeadline() {
        loop.wheel().clear(deadline);
    }

    private void deadlinePassed() {
        if (isOpen()) {
            guarded(owner::timedOut);
        } else {
            abort();
        }
    }

    /** Closes as soon as everything said has left: for a client that expects it. */
    void close() {
        if (!isOpen()) return;
        closing();
        flush();
        socket.close();
    }

    /**
     * Closes for a client that does not expect it: first our half only, and what it still sends is thrown away, because
     * closing at once would destroy the last reply on its way (a reset overtakes it).
     */
    void hangUp() {
        if (!isOpen()) return;
        closing();
        if (inputEnded || replies.isEmpty()) {
            flush();
            socket.close();
            return;
        }
        Channel channel = channel();
        socket.write(takeReplies()).onComplete(written -> shutOutput(channel));
        if (paused) socket.resume();
    }

    private static void shutOutput(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            shutPlainOutput(channel);
        } else {
            tls.closeOutbound().addListener(closed -> shutPlainOutput(channel));
        }
    }

    private static void shutPlainOutput(Channel channel) {
        if (channel instanceof DuplexChannel duplex) {
            var unused = duplex.shutdownOutput();
        }
    }

    private void closing() {
        loop.wheel().set(deadline, loop.nowNanos() + LINGER_MAX.toNanos());
        phase = Phase.CLOSING;
        held = NOTHING;
    }

    /**
     * Closes at once; what was said and has not left is lost. Not by the channel: Vert.x would write what waits first,
     * which may be never.
     */
    void abort() {
        var unused = socket.channelHandlerContext().close();
    }

    private void gone() {
        if (phase == Phase.CLOSED) return;
        phase = Phase.CLOSED;
        held = NOTHING;
        loop.wheel().remove(deadline);
        owner.closed();
    }
}
