package posthaste.delivery.testkit;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The sockets of a {@link TestDns}: one port of loopback for UDP and TCP, a thread per question and connection. */
final class DnsSockets implements AutoCloseable {
    private static final int PACKET_MAX_BYTES = 65_535;
    private static final int PORT_ATTEMPTS = 50;
    private static final long CLOSE_SECONDS = 20;

    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final Answerer answerer;
    private final ExecutorService threads = Executors.newCachedThreadPool(DnsSockets::daemon);
    private final Set<Integer> sourcePorts = ConcurrentHashMap.newKeySet();
    private final CountDownLatch tcpEnded = new CountDownLatch(1);
    private volatile boolean tcpRefused;

    /** Turns a question into the packet to send; empty for silence. */
    interface Answerer {
        Optional<byte[]> answer(byte[] question, boolean stream) throws IOException;
    }

    private DnsSockets(DatagramSocket udp, ServerSocket tcp, Answerer answerer) {
        this.udp = udp;
        this.tcp = tcp;
        this.answerer = answerer;
    }

    static DnsSockets open(Answerer answerer) {
        for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
            Optional<DnsSockets> open = tryOpen(answerer);
            if (open.isPresent()) return open.get();
        }
        throw new IllegalStateException("no port free for both UDP and TCP");
    }

    private static Optional<DnsSockets> tryOpen(Answerer answerer) {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try {
            var tcp = new ServerSocket(0, 50, loopback);
            try {
                var sockets = new DnsSockets(new DatagramSocket(tcp.getLocalPort(), loopback), tcp, answerer);
                sockets.threads.execute(sockets::serveUdp);
                sockets.threads.execute(sockets::serveTcp);
                return Optional.of(sockets);
            } catch (IOException portTaken) {
                tcp.close();
                return Optional.empty();
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "test-dns");
        thread.setDaemon(true);
        return thread;
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), tcp.getLocalPort());
    }

    int sourcePorts() {
        return sourcePorts.size();
    }

    void refuseTcp() {
        tcpRefused = true;
        closeTcp();
    }

    @Override
    public void close() {
        udp.close();
        closeTcp();
        threads.shutdownNow();
    }

    private void closeTcp() {
        try {
            tcp.close();
            // The kernel listens on as long as a thread waits for connections, whatever has become of the descriptor.
            if (!tcpEnded.await(CLOSE_SECONDS, TimeUnit.SECONDS)) throw new AssertionError("the port does not close");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void serveUdp() {
        byte[] buffer = new byte[PACKET_MAX_BYTES];
        while (!udp.isClosed()) {
            var packet = new DatagramPacket(buffer, buffer.length);
            try {
                udp.receive(packet);
                byte[] question = Arrays.copyOf(packet.getData(), packet.getLength());
                sourcePorts.add(packet.getPort());
                threads.execute(() -> answerUdp(question, packet.getSocketAddress()));
            } catch (IOException closedOrGarbage) {
                if (udp.isClosed()) return;
            }
        }
    }

    /** On a thread of its own, so that a question which is held keeps no other waiting. */
    private void answerUdp(byte[] question, SocketAddress asker) {
        try {
            Optional<byte[]> answer = answerer.answer(question, false);
            if (answer.isPresent()) udp.send(new DatagramPacket(answer.get(), answer.get().length, asker));
        } catch (IOException closedOrGarbage) {
            // The asker runs into its time-out, as it would on a real network.
        }
    }

    private void serveTcp() {
        while (!tcp.isClosed()) {
            try {
                Socket socket = tcp.accept();
                threads.execute(() -> serve(socket));
            } catch (IOException closed) {
                break;
            }
        }
        tcpEnded.countDown();
    }

    private void serve(Socket socket) {
        try (socket;
                var in = new DataInputStream(socket.getInputStream());
                var out = new DataOutputStream(socket.getOutputStream())) {
            while (!tcpRefused) {
                byte[] question = in.readNBytes(in.readUnsignedShort());
                Optional<byte[]> answer = answerer.answer(question, true);
                if (answer.isEmpty()) continue;
                out.writeShort(answer.get().length);
                out.write(answer.get());
                out.flush();
            }
        } catch (IOException goneOrGarbage) {
            // The asker closed the connection; its test sees what it got.
        }
    }
}
