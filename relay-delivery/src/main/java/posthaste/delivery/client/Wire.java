package posthaste.delivery.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.Optional;
import posthaste.smtp.Reply;
import posthaste.smtp.ReplyParser;
import posthaste.smtp.ReplyParser.Result;

/**
 * The socket of one connection: octets out, replies in, one deadline. Lives on one event loop. Once closed it tells
 * nothing more but {@link Listener#closed}.
 */
final class Wire {

    /** Who is told of what comes in. */
    interface Listener {
        void reply(Reply reply);

        /** What came is no reply. */
        void garbage(String safeText);

        /** The peer ended the connection, or it failed. */
        void lost(String reason);

        /** The deadline has passed. */
        void timedOut();

        /** What was written has left, as far as the socket is concerned, after it was full. */
        void drained();

        /** The socket is gone; the last call. */
        void closed();
    }

    private final Context loop;
    private final NetSocket socket;
    private final Deadlines deadlines;
    private final ReplyParser parser = new ReplyParser();
    private final ReplyParser.Handler<Boolean> dispatch = new Dispatch();
    private Listener listener;
    private long deadlineNanos;
    private Duration wait = Duration.ZERO;
    private boolean closed;
    private String lossReason = "closed by the host";

    /** The listener is told of nothing before the caller's turn on the loop has ended. */
    Wire(Context loop, NetSocket socket, Deadlines deadlines, Listener listener) {
        this.loop = loop;
        this.socket = socket;
        this.deadlines = deadlines;
        this.listener = listener;
        socket.handler(this::received);
        socket.exceptionHandler(failure -> lossReason = String.valueOf(failure.getMessage()));
        socket.closeHandler(gone -> gone());
        deadlines.add(this);
    }

    Context loop() {
        return loop;
    }

    /** Hands the rest of the connection to another listener. */
    void handTo(Listener next) {
        listener = next;
    }

    /** Writes the pieces, joined, in one go. The arrays must not change any more. */
    void write(byte[]... pieces) {
        if (!closed) socket.write(joined(pieces));
    }

    /** Heap memory that nobody pools: nothing to release, whatever becomes of the write. */
    private static Buffer joined(byte[]... pieces) {
        return BufferInternal.buffer(Unpooled.wrappedBuffer(pieces));
    }

    /** Whether more should wait for {@link Listener#drained}. */
    boolean isFull() {
        if (!socket.writeQueueFull()) return false;
        socket.drainHandler(ready -> {
            if (!closed) listener.drained();
        });
        return true;
    }

    /** How long the next event may take from now on; replaces what was set before. */
    void deadline(Duration time) {
        wait = time;
        deadlineNanos = deadlines.nowNanos() + time.toNanos();
    }

    /** What was last set as the deadline. */
    Duration deadline() {
        return wait;
    }

    boolean isOverdue(long nowNanos) {
        return nowNanos - deadlineNanos > 0;
    }

    void expire() {
        loop.runOnContext(overdue -> {
            if (!closed && isOverdue(deadlines.nowNanos())) listener.timedOut();
        });
    }

    /** Closes once what was written has left; nothing that comes in is told any more. */
    void close() {
        end();
        socket.close();
    }

    /** Closes at once and drops what has not left: else a host that does not read would keep the connection for ever. */
    void abort() {
        end();
        var unused = ((NetSocketInternal) socket).channelHandlerContext().close(); // the close handler tells its end
    }

    private void end() {
        closed = true;
        deadlines.remove(this);
    }

    private void gone() {
        if (!closed) {
            end();
            listener.lost(lossReason);
        }
        listener.closed();
    }

    private void received(Buffer buffer) {
        ByteBuf octets = ((BufferInternal) buffer).getByteBuf();
        if (octets.hasArray()) {
            int from = octets.arrayOffset() + octets.readerIndex();
            read(octets.array(), from, from + octets.readableBytes());
        } else {
            byte[] copy = ByteBufUtil.getBytes(octets);
            read(copy, 0, copy.length);
        }
    }

    private void read(byte[] octets, int from, int to) {
        int at = from;
        while (at < to && !closed) {
            Optional<Result> result = parser.next(octets, at, to);
            at = parser.position();
            if (result.isPresent()) result.get().accept(dispatch);
        }
    }

    private final class Dispatch implements ReplyParser.Handler<Boolean> {
        @Override
        public Boolean reply(Reply reply) {
            listener.reply(reply);
            return true;
        }

        @Override
        public Boolean protocolError(String safeText) {
            listener.garbage(safeText);
            return false;
        }
    }
}
