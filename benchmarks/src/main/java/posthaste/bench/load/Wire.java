package posthaste.bench.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** What a client's octets go through. Owned by the generator's thread. */
interface Wire {
    /** The connection stands: what may have to be said first is said. Returns whether the client can go on. */
    boolean begin() throws IOException;

    /** Something came before the client could go on. Returns whether it can now. */
    boolean proceed() throws IOException;

    /** Takes what has come; -1 where the relay has closed. */
    int read(ByteBuffer into) throws IOException;

    /** Takes all of {@code from}, and sends what the socket has room for. */
    void write(ByteBuffer... from) throws IOException;

    /** Whether something that was taken is not sent yet: then {@link #flush} when there is room. */
    boolean isPending();

    void flush() throws IOException;

    /** Gives back what it holds beside the socket, which whoever opened it closes. Nothing may be asked of it then. */
    void close();

    /** Makes the wires of one client, which has one at a time. */
    @FunctionalInterface
    interface Maker {
        Wire over(SocketChannel channel);
    }

    /** Octets as they are. */
    final class Plain implements Wire {
        private final SocketChannel channel;
        private ByteBuffer[] rest = {};

        Plain(SocketChannel channel) {
            this.channel = channel;
        }

        @Override
        public boolean begin() {
            return true;
        }

        @Override
        public boolean proceed() {
            return true;
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            return channel.read(into);
        }

        @Override
        public void write(ByteBuffer... from) throws IOException {
            rest = from;
            channel.write(rest);
        }

        @Override
        public boolean isPending() {
            return rest.length > 0 && rest[rest.length - 1].hasRemaining();
        }

        @Override
        public void flush() throws IOException {
            channel.write(rest);
        }

        @Override
        public void close() {}
    }
}
