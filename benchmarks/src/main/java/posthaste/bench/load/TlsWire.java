package posthaste.bench.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;

/** TLS from the first octet on, as a client. */
final class TlsWire implements Wire {
    /** A record and a half: what is read at once is taken at once. */
    private static final int IN_BYTES = 24 * 1024;

    private static final int OUT_BYTES = 64 * 1024;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel channel;
    private final SSLEngine engine;
    private final ByteBuffer in = ByteBuffer.allocateDirect(IN_BYTES).flip();
    /** Handshakes bring no octets of the application. */
    private final ByteBuffer plain = ByteBuffer.allocateDirect(IN_BYTES);

    private ByteBuffer out = ByteBuffer.allocateDirect(OUT_BYTES).flip();
    private boolean closed;

    TlsWire(SocketChannel channel, SSLEngine engine) {
        this.channel = channel;
        this.engine = engine;
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
                    plain.clear();
                    SSLEngineResult result = engine.unwrap(in, plain);
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
        out.compact();
        SSLEngineResult result = engine.wrap(from, out);
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
            ByteBuffer larger = ByteBuffer.allocateDirect(2 * out.capacity());
            out.flip();
            larger.put(out);
            out = larger;
            engine.wrap(from, out);
        }
        out.flip();
        if (result.getStatus() == SSLEngineResult.Status.CLOSED) throw new IOException("the relay has ended TLS");
    }

    @Override
    public boolean isPending() {
        return out.hasRemaining();
    }

    @Override
    public void flush() throws IOException {
        channel.write(out);
    }
}
