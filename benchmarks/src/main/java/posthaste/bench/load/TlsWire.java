package posthaste.bench.load;

import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;

/** TLS from the first octet on, as a client. */
final class TlsWire implements Wire {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel channel;
    private final SSLEngine engine;
    private final TlsBuffers buffers;
    private final ByteBuffer in;
    private boolean closed;

    /** @param buffers of the client, which no other connection uses any more */
    TlsWire(SocketChannel channel, SSLEngine engine, TlsBuffers buffers) {
        this.channel = channel;
        this.engine = engine;
        this.buffers = buffers;
        buffers.forget();
        in = buffers.in();
    }

    @Override
    public boolean begin() throws IOException {
        engine.beginHandshake();
        return proceed();
    }

    @Override
    public boolean proceed() throws IOException {
        fill();
        while (true) {
            HandshakeStatus status = engine.getHandshakeStatus();
            switch (status) {
                case NEED_WRAP -> wrap(NOTHING);
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    SSLEngineResult result = engine.unwrap(in, buffers.plain());
                    if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
                        flush();
                        if (closed) throw new IOException("the relay closed the connection in the handshake");
                        return false;
                    }
                }
                default -> {
                    flush();
                    return true;
                }
            }
        }
    }

    private void fill() throws IOException {
        in.compact();
        closed |= channel.read(in) < 0;
        in.flip();
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        int before = into.position();
        fill();
        while (in.hasRemaining()) {
            SSLEngineResult result = engine.unwrap(in, into);
            if (result.getStatus() == SSLEngineResult.Status.CLOSED) closed = true;
            if (result.getStatus() != SSLEngineResult.Status.OK) break;
            if (result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) wrap(NOTHING);
        }
        int count = into.position() - before;
        return count == 0 && closed ? -1 : count;
    }

    @Override
    public void write(ByteBuffer... from) throws IOException {
        int octets = 0;
        for (ByteBuffer each : from) octets += each.remaining();
        ByteBuffer all = from[0];
        if (from.length > 1) {
            all = ByteBuffer.allocate(octets);
            for (ByteBuffer each : from) all.put(each);
            all.flip();
        }
        while (all.hasRemaining()) wrap(all);
        flush();
    }

    private void wrap(ByteBuffer from) throws IOException {
        ByteBuffer out = buffers.out().compact();
        SSLEngineResult result = engine.wrap(from, out);
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
            out.flip();
            out = buffers.largerOut();
            engine.wrap(from, out);
        }
        out.flip();
        if (result.getStatus() == SSLEngineResult.Status.CLOSED) throw new IOException("the relay has ended TLS");
    }

    @Override
    public boolean isPending() {
        return buffers.out().hasRemaining();
    }

    @Override
    public void flush() throws IOException {
        channel.write(buffers.out());
    }

    /** An engine of OpenSSL holds memory off the heap, and would hold it until its finalizer runs. */
    @Override
    public void close() {
        engine.closeOutbound();
        ReferenceCountUtil.release(engine);
    }
}
