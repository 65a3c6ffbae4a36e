package posthaste.server.smtp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.LockSupport;

/** Sends and does not read, as far as the network lets it. One thread. */
final class StubbornClient implements AutoCloseable {
    private static final int SMALL_BUFFER = 16 * 1024;
    /** As many looks, 1 ms apart, without an octet taken mean that nothing more is taken. */
    private static final int STUCK_LOOKS = 300;

    private final SocketChannel channel;
    private final ByteBuffer input = ByteBuffer.allocate(64 * 1024);
    private int sent;

    private StubbornClient(SocketChannel channel) {
        this.channel = channel;
    }

    static StubbornClient connect(InetSocketAddress server) {
        try {
            SocketChannel channel = SocketChannel.open();
            channel.setOption(StandardSocketOptions.SO_RCVBUF, SMALL_BUFFER);
            channel.setOption(StandardSocketOptions.SO_SNDBUF, SMALL_BUFFER);
            channel.connect(server);
            channel.configureBlocking(false);
            return new StubbornClient(channel);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Sends {@code octets} again and again; answers how many went out before no more did, at most about {@code most}. */
    int sendUntilStuck(byte[] octets, int most) {
        try {
            int looks = 0;
            while (sent < most && looks < STUCK_LOOKS) {
                int at = sent % octets.length;
                int written = channel.write(ByteBuffer.wrap(octets, at, octets.length - at));
                sent += written;
                looks = written > 0 ? 0 : looks + 1;
                if (written == 0) LockSupport.parkNanos(1_000_000);
            }
            return sent;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    int commandsSent(int commandOctets) {
        return (sent + commandOctets - 1) / commandOctets;
    }

    /** Sends the rest of the last command, ends its input, and reads everything: the replies that came. */
    int finishAndCountReplies(byte[] octets, int alreadySent) {
        try {
            int replies = 0;
            int commandOctets = "EHLO client.test\r\n".length();
            int rest = (commandOctets - alreadySent % commandOctets) % commandOctets;
            ByteBuffer last = ByteBuffer.wrap(octets, commandOctets - rest, rest);
            boolean ended = false;
            int column = 0;
            boolean lastLine = false;
            int read;
            while ((read = channel.read(input.clear())) >= 0) {
                for (byte octet : java.util.Arrays.copyOf(input.array(), read)) {
                    if (column == 3) lastLine = octet == ' ';
                    column++;
                    if (octet != '\n') continue;
                    if (lastLine) replies++;
                    column = 0;
                }
                if (last.hasRemaining()) channel.write(last);
                if (!last.hasRemaining() && !ended) {
                    ended = true;
                    channel.shutdownOutput();
                }
                if (read == 0) LockSupport.parkNanos(1_000_000);
            }
            return replies;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
