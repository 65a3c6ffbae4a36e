package posthaste.bench.hostile;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Attacks on a host that refuses: they end when they are told to, and leave nothing open that would count for the next. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AttackTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final long END_MILLIS = 20_000;

    @Test
    void anAttackOnAHostThatIsNotThereEnds() throws Exception {
        InetSocketAddress nobody;
        try (var gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = new InetSocketAddress(gone.getInetAddress(), gone.getLocalPort());
        }

        Attack.SLOW.run(target(nobody), Attack.Until.in(SHORT));
        Attack.UNREAD.run(target(nobody), Attack.Until.in(SHORT));
    }

    @Test
    void whatWasRefusedIsClosed() throws Exception {
        try (var host = new RefusingHost(Integer.MAX_VALUE)) {
            Attack.SLOW.run(target(host.address()), Attack.Until.in(SHORT));

            assertThat(host.leftOpen()).isZero();
        }
    }

    @Test
    void connectionsThatWereOpenBeforeOneWasRefusedAreClosed() throws Exception {
        try (var host = new RefusingHost(3)) {
            Attack.UNREAD.run(target(host.address()), Attack.Until.in(SHORT));

            assertThat(host.leftOpen()).isZero();
        }
    }

    private static Target target(InetSocketAddress smtp) throws NoSuchAlgorithmException {
        return new Target(smtp, SSLContext.getDefault(), 0.01);
    }

    /** Answers whatever comes with 454, and listens no more when it has so many connections. */
    private static final class RefusingHost implements AutoCloseable {
        private final ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        private final Queue<Thread> sessions = new ConcurrentLinkedQueue<>();
        private final Thread accepting;
        private final int connections;

        RefusingHost(int connections) throws IOException {
            this.connections = connections;
            accepting = new Thread(this::accept, "refusing-host");
            accepting.start();
        }

        InetSocketAddress address() {
            return new InetSocketAddress(listening.getInetAddress(), listening.getLocalPort());
        }

        private void accept() {
            try (listening) {
                for (int i = 0; i < connections; i++) {
                    Socket socket = listening.accept();
                    Thread session = new Thread(() -> serve(socket), "refusing-session");
                    session.setDaemon(true);
                    sessions.add(session);
                    session.start();
                }
            } catch (IOException closed) {
                // The test is over.
            }
        }

        private static void serve(Socket socket) {
            byte[] forgotten = new byte[8192];
            try (socket) {
                socket.getOutputStream().write("220 refusing.test\r\n".getBytes(US_ASCII));
                while (socket.getInputStream().read(forgotten) >= 0) {
                    socket.getOutputStream().write("454 no\r\n".getBytes(US_ASCII));
                }
            } catch (IOException reset) {
                // That is an end as well.
            }
        }

        /** How many connections the other side has not ended. Nothing here makes garbage, whose collection would end them. */
        long leftOpen() throws InterruptedException, IOException {
            close();
            accepting.join();
            List<Thread> all = new ArrayList<>(sessions);
            assertThat(all).isNotEmpty();
            for (Thread each : all) each.join(END_MILLIS / all.size());
            return all.stream().filter(Thread::isAlive).count();
        }

        @Override
        public void close() throws IOException {
            listening.close();
        }
    }
}
