package posthaste.bench.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The next hop of a measurement: takes every message, compares each octet with what was sent, and enters the arrival in
 * the ledger at the moment the final dot is read. Or defers everything, to give a relay a backlog. One thread of its own
 * serves all connections.
 */
public final class LoadSink implements AutoCloseable {
    private static final int CONNECTIONS_MAX = 5_000;
    private static final int LISTEN_BACKLOG = 4_096;
    private static final int READ_BYTES = 256 * 1024;
    private static final long STOP_MILLIS = 5_000;

    /** What a sink answers to recipients. */
    public enum Answer {
        /** 250: their mail is taken. */
        TAKE,
        /** 451: their mail has to wait. */
        DEFER
    }

    private final Answer answer;
    private final LoadContent content;
    private final MessageLedger ledger;
    private final ServerSocketChannel server;
    private final InetSocketAddress address;
    private final Selector selector;
    private final Thread thread;
    private final ByteBuffer in = ByteBuffer.allocateDirect(READ_BYTES);
    private final AtomicLong deferred = new AtomicLong();
    private final Deque<SinkSession> spare = new ArrayDeque<>();
    private int open;

    /** Listens on a free port of 127.0.0.1 at once. */
    public LoadSink(Answer answer, LoadContent content, MessageLedger ledger) throws IOException {
        this.answer = answer;
        this.content = content;
        this.ledger = ledger;
        selector = Selector.open();
        server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), LISTEN_BACKLOG);
        address = (InetSocketAddress) server.getLocalAddress();
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT);
        thread = new Thread(this::run, "load-sink");
        thread.setDaemon(true);
        thread.start();
    }

    public InetSocketAddress address() {
        return address;
    }

    /** When it returns, connections to its port are refused and nothing is answered any more. */
    public void stopListening() throws IOException {
        server.close();
        selector.wakeup();
        try {
            thread.join(STOP_MILLIS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Recipients answered 451 so far. */
    public long deferred() {
        return deferred.get();
    }

    private void run() {
        try {
            while (server.isOpen()) selector.select(this::ready);
            selector.selectNow(this::ready); // only a selector lets go of a closed socket
        } catch (IOException | ClosedSelectorException closed) {
            // close() ends the sink: what was taken stands in the ledger.
        }
    }

    private void ready(SelectionKey key) {
        if (!key.isValid()) return;
        if (key.isAcceptable()) {
            accept();
            return;
        }
        SinkSession session = (SinkSession) key.attachment();
        try {
            if (session.ready(key, in)) return;
        } catch (IOException gone) {
            // A relay may drop its connection; a message without its final dot does not count.
        }
        close(session);
    }

    private void accept() {
        try {
            for (SocketChannel channel = server.accept(); channel != null; channel = server.accept()) greet(channel);
        } catch (IOException gone) {
            // The peer left before it was greeted.
        }
    }

    private void greet(SocketChannel channel) throws IOException {
        // Or the second of two replies waits for the delayed acknowledgement of the first, 40 ms (RFC 1122 section
        // 4.2.3.2).
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        if (open >= CONNECTIONS_MAX) {
            channel.close();
            return;
        }
        open++;
        channel.configureBlocking(false);
        SinkSession session =
                spare.isEmpty() ? new SinkSession(channel, answer, content, ledger, deferred) : spare.removeLast();
        session.renew(channel);
        channel.register(selector, SelectionKey.OP_READ, session);
        session.greet();
    }

    private void close(SinkSession session) {
        open--;
        spare.addLast(session);
        try {
            session.channel().close();
        } catch (IOException alreadyGone) {
            // Nothing is left of it either way.
        }
    }

    /** Ends every connection and waits for the thread. */
    @Override
    public void close() throws IOException {
        stopListening();
        for (SelectionKey key : selector.keys()) key.channel().close();
        selector.close();
    }
}
