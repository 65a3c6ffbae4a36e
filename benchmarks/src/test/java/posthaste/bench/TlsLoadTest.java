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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import posthaste.bench.load.LoadContent;
import posthaste.bench.load.LoadGenerator;
import posthaste.bench.load.LoadShape;
import posthaste.bench.load.LoadSink;
import posthaste.bench.load.MessageLedger;
import posthaste.bench.load.TlsClients;

/** The generator speaks TLS, over a connection for each message. */
@Timeout(120)
class TlsLoadTest {
    private static final int MESSAGES = 60;
    private static final int CONNECTIONS = 100;

    /** A client has 112 KiB of buffers, its generator 64; of a connection it would be eleven MiB. */
    private static final long DIRECT_BYTES_MAX = 2 << 20;

    private static final LoadShape ONE_CONNECTION_PER_MESSAGE = new LoadShape(1, 1, false, 1, 1, "load.test", 0);

    private final LoadContent content = new LoadContent(1024, 7);
    private final MessageLedger ledger = new MessageLedger();
    private KeyPair keys;

    @BeforeEach
    void makeKeys(@TempDir Path directory) throws IOException {
        keys = KeyPair.make(directory);
    }

    @Test
    void everyMessageArrivesThroughTheBuffersOfTheOneBefore() throws Exception {
        try (var sink = new LoadSink(LoadSink.Answer.TAKE, content, ledger);
                var unwrapping = new Unwrapping(keys, sink.address())) {
            LoadGenerator.Offered offered = offer(MESSAGES, unwrapping.address());

            assertThat(offered.failures()).as(offered.firstFailure().orElse("")).isZero();
            assertThat(ledger.acknowledged()).isEqualTo(MESSAGES);
        }
    }

    @Test
    void aConnectionForEachMessageTakesNoMemoryOfItsOwn() throws Exception {
        try (var closing = new Closing()) {
            System.gc(); // so that no collection in between makes up for what is left behind
            long before = directBytes();

            LoadGenerator.Offered offered = offer(CONNECTIONS, closing.address());

            assertThat(offered.failures()).isEqualTo(CONNECTIONS);
            assertThat(directBytes() - before).isLessThan(DIRECT_BYTES_MAX);
        }
    }

    private LoadGenerator.Offered offer(int messages, InetSocketAddress to) throws IOException {
        var tls = TlsClients.believing(keys.certificate());
        return new LoadGenerator(to, ONE_CONNECTION_PER_MESSAGE, content, ledger, Optional.of(tls))
                .run(LoadShape.Limit.messages(messages));
    }

    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    /** Ends each connection at once. */
    private static final class Closing implements AutoCloseable {
        private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

        Closing() throws IOException {
            new Thread(this::accept, "closing-host").start();
        }

        InetSocketAddress address() {
            return new InetSocketAddress(listening.getInetAddress(), listening.getLocalPort());
        }

        private void accept() {
            try {
                while (true) listening.accept().close();
            } catch (IOException closed) {
                // The test is over.
            }
        }

        @Override
        public void close() throws IOException {
            listening.close();
        }
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
