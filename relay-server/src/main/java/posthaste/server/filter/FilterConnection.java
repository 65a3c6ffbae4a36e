package posthaste.server.filter;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import java.util.Optional;
import java.util.function.Consumer;
import posthaste.smtp.SafeText;

/** One connection to a filter: packets out, answers in. Serves one message at a time. Lives on one event loop. */
final class FilterConnection {
    private static final int REASON_CHARS_MAX = 200;

    /** Whose message it serves, or who keeps it for the next one. */
    interface Owner {
        void answer(FilterConnection from, FilterAnswer answer);

        /** What was written has left, after the connection was full. */
        void drained();

        /** The filter closed it, or it broke; the last call. Not called for what we closed. */
        void lost(FilterConnection connection, String safeReason);
    }

    private final NetSocket socket;
    private final Consumer<FilterConnection> gone;
    private final AnswerReader reader = new AnswerReader();
    private Owner owner;
    private Optional<FilterTerms> terms = Optional.empty();
    private String lossReason = "it closed the connection";
    private boolean closed;
    private boolean used;
    private boolean expires;
    private long expiresAtNanos;

    /** @param gone called once, when the socket is closed, whoever closed it */
    FilterConnection(NetSocket socket, Owner owner, Consumer<FilterConnection> gone) {
        this.socket = socket;
        this.owner = owner;
        this.gone = gone;
        socket.handler(this::received);
        socket.exceptionHandler(failure -> lossReason = SafeText.of(String.valueOf(failure), REASON_CHARS_MAX));
        socket.closeHandler(end -> closed());
        socket.drainHandler(ready -> {
            if (!closed) this.owner.drained();
        });
    }

    void handTo(Owner next) {
        owner = next;
    }

    /** What was agreed on; empty as long as nothing was. */
    Optional<FilterTerms> terms() {
        return terms;
    }

    void agree(FilterTerms agreed) {
        terms = Optional.of(agreed);
    }

    /** Whether it has served a message before. */
    boolean isUsed() {
        return used;
    }

    void markUsed() {
        used = true;
    }

    /** Whether more should wait until {@link Owner#drained}. */
    boolean isFull() {
        return socket.writeQueueFull();
    }

    /** Writes packets in one go. The arrays must not change any more. */
    void write(byte[]... packets) {
        // Heap memory that nobody pools: nothing to release, whatever becomes of the write.
        if (!closed) socket.write(BufferInternal.buffer(Unpooled.wrappedBuffer(packets)));
    }

    /** From this time on it {@link #isExpired}, unless it is used meanwhile. */
    void expireAt(long nanos) {
        expires = true;
        expiresAtNanos = nanos;
    }

    void expireNever() {
        expires = false;
    }

    boolean isExpired(long nowNanos) {
        return expires && nowNanos - expiresAtNanos >= 0;
    }

    /** Whether nothing more is said on it. */
    boolean isClosed() {
        return closed;
    }

    /** Closes; nothing that comes in is told any more. */
    void close() {
        closed = true;
        socket.close();
    }

    /**
     * Says its last words and closes our half; the filter closes the other one. To close both at once would answer what
     * the filter is just saying with a reset, and that would overtake the last words.
     */
    void finish(byte[]... lastWords) {
        if (closed) return;
        closed = true;
        Channel channel = ((NetSocketInternal) socket).channelHandlerContext().channel();
        socket.write(BufferInternal.buffer(Unpooled.wrappedBuffer(lastWords))).onComplete(written -> {
            if (channel instanceof DuplexChannel duplex) {
                var unused = duplex.shutdownOutput();
            }
        });
    }

    /** Closes at once: what does not read would keep the connection for ever. */
    void abort() {
        closed = true;
        var unused = ((NetSocketInternal) socket).channelHandlerContext().close(); // the close handler tells its end
    }

    private void closed() {
        gone.accept(this);
        if (closed) return;
        closed = true;
        owner.lost(this, lossReason);
    }

    private void received(Buffer buffer) {
        ByteBuf octets = ((BufferInternal) buffer).getByteBuf();
        byte[] copy = ByteBufUtil.getBytes(octets);
        reader.read(copy, 0, copy.length, answer -> {
            if (!closed) owner.answer(this, answer);
        });
    }
}
