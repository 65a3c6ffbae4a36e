package posthaste.bench.load;

import java.nio.ByteBuffer;

/**
 * What the octets of one client's TLS go through, over all of its connections: memory off the heap is given back by the
 * garbage collector alone, and a connection for each message would use it up long before that runs. Owned by the generator's
 * thread.
 */
final class TlsBuffers {
    /** A record and a half: what is read at once is taken at once. */
    private static final int IN_BYTES = 24 * 1024;

    private static final int OUT_BYTES = 64 * 1024;

    private final ByteBuffer in = ByteBuffer.allocateDirect(IN_BYTES);
    private final ByteBuffer plain = ByteBuffer.allocateDirect(IN_BYTES);
    private ByteBuffer out = ByteBuffer.allocateDirect(OUT_BYTES);

    /** Nothing of a connection before may come up in the next one. */
    void forget() {
        in.clear().flip();
        out.clear().flip();
    }

    /** As it came, to be read. */
    ByteBuffer in() {
        return in;
    }

    /** Empty: handshakes bring no octets of the application. */
    ByteBuffer plain() {
        return plain.clear();
    }

    /** As it is to be sent, to be read. */
    ByteBuffer out() {
        return out;
    }

    /** Room for more than {@link #out}, whose content it takes over and whose place, with room to write. */
    ByteBuffer largerOut() {
        ByteBuffer larger = ByteBuffer.allocateDirect(2 * out.capacity());
        larger.put(out);
        out = larger;
        return larger;
    }
}
