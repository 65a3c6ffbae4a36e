package posthaste.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import posthaste.bench.load.LoadContent;
import posthaste.bench.load.LoadGenerator;
import posthaste.bench.load.LoadShape;
import posthaste.bench.load.LoadSink;
import posthaste.bench.load.MessageLedger;
import posthaste.bench.load.TlsClients;

/** The generator speaks TLS to a sink that stands behind somebody who takes TLS off. */
@Timeout(120)
class TlsLoadTest {
    private static final int MESSAGES = 60;
    /** A client has 112 KiB of buffers, and threads that read sockets have some. */
    private static final long DIRECT_BYTES_MAX = 2 << 20;

    private static final LoadShape ONE_CONNECTION_PER_MESSAGE = new LoadShape(1, 1, false, 1, 1, "load.test", 0);

    private final LoadContent content = new LoadContent(1024, 7);
    private final MessageLedger ledger = new MessageLedger();

    @TempDir
    Path directory;

    @Test
    void aConnectionForEachMessageTakesNoMemoryOfItsOwn() throws Exception {
        KeyPair keys = KeyPair.make(directory);
        try (var sink = new LoadSink(LoadSink.Answer.TAKE, content, ledger);
                var unwrapping = new Unwrapping(keys, sink.address())) {
            TlsClients tls = TlsClients.believing(keys.certificate());
            offer(2, unwrapping.address(), tls); // whatever is made once
            long before = directBytes();

            LoadGenerator.Offered offered = offer(MESSAGES, unwrapping.address(), tls);

            assertThat(offered.failures()).as(offered.firstFailure().orElse("")).isZero();
            assertThat(ledger.acknowledged()).isEqualTo(MESSAGES + 2);
            assertThat(directBytes() - before).isLessThan(DIRECT_BYTES_MAX);
        }
    }

    private LoadGenerator.Offered offer(int messages, InetSocketAddress to, TlsClients tls) throws IOException {
        return new LoadGenerator(to, ONE_CONNECTION_PER_MESSAGE, content, ledger, Optional.of(tls))
                .run(LoadShape.Limit.messages(messages));
    }

    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    /** Passes on what comes by TLS, and wraps the answers. */
    private static final class Unwrapping implements AutoCloseable {
        private final ServerSocket listening;
        private final InetSocketAddress behind;
        private final ExecutorService threads = Executors.newCachedThreadPool();

        Unwrapping(KeyPair keys, InetSocketAddress behind) throws IOException {
            this.behind = behind;
            var context = (JdkSslContext) SslContextBuilder.forServer(
                            keys.certificate().toFile(), keys.key().toFile())
                    .sslProvider(SslProvider.JDK)
                    .build();
            listening = context.context()
                    .getServerSocketFactory()
                    .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
            threads.execute(this::accept);
        }

        InetSocketAddress address() {
            return new InetSocketAddress(listening.getInetAddress(), listening.getLocalPort());
        }

        private void accept() {
            try {
                while (true) {
                    Socket outer = listening.accept();
                    Socket inner = new Socket(behind.getAddress(), behind.getPort());
                    threads.execute(() -> pass(outer, inner));
                    threads.execute(() -> pass(inner, outer));
                }
            } catch (IOException closed) {
                // The test is over.
            }
        }

        private static void pass(Socket from, Socket to) {
            try (from;
                    to) {
                from.getInputStream().transferTo(to.getOutputStream());
            } catch (IOException ended) {
                // One side has closed: so does the other.
            }
        }

        @Override
        public void close() throws IOException {
            listening.close();
            threads.shutdownNow();
        }
    }
}
