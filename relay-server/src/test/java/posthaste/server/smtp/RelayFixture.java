package posthaste.server.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import posthaste.queue.QueueConfig;
import posthaste.queue.QueueMetrics;
import posthaste.queue.rocksdb.RocksMailQueue;
import posthaste.server.auth.AuthConfig;
import posthaste.server.auth.Authentication;
import posthaste.server.auth.UserReading;
import posthaste.server.filter.FilterConfig;
import posthaste.server.filter.FilterMetrics;
import posthaste.server.filter.Milters;
import posthaste.server.policy.AccessConfig;
import posthaste.server.policy.Directory;
import posthaste.server.policy.DirectoryConfig;
import posthaste.server.policy.LocalDomains;
import posthaste.server.policy.RelayPolicy;
import posthaste.server.policy.TrustedNetworks;
import posthaste.server.terminal.TerminalMetrics;
import posthaste.server.terminal.Terminals;
import posthaste.server.terminal.TerminalsConfig;
import posthaste.server.tls.ServerTls;

/** A listener on loopback with a real queue behind it, and a clock for time-outs that only the test moves. */
final class RelayFixture implements AutoCloseable {
    static final String HOSTNAME = "relay.test";

    private static final long MIB = 1L << 20;
    private static final int PATIENCE_SECONDS = 20;

    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final Arrivals arrivals = new Arrivals();
    final RocksMailQueue queue;
    final Listener listener;
    final InetSocketAddress address;
    private final Vertx vertx;
    private final AtomicLong direct = new AtomicLong();
    private final Memory memory = Memory.of(direct::get, 100, () -> 0, 100, () -> 0);
    private final AtomicLong nanos = new AtomicLong(System.nanoTime());

    private RelayFixture(QueueConfig queueConfig, LimitsConfig limits, String trusted) {
        queue = RocksMailQueue.open(queueConfig, new QueueMetrics(meters), InstantSource.system());
        queue.start(arrivals, 1000);
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
        listener = listener(limits, trusted, new ServerMetrics(meters));
        address = await(listener.listen());
    }

    static RelayFixture start(Path directory) {
        return start(directory, LimitsConfig.DEFAULT);
    }

    static RelayFixture start(Path directory, LimitsConfig limits) {
        return start(config(directory, 8 * MIB), limits);
    }

    static RelayFixture start(QueueConfig queueConfig, LimitsConfig limits) {
        return new RelayFixture(queueConfig, limits, "127.0.0.0/8");
    }

    /** A queue that is small, and takes mail on a full disk too. */
    static QueueConfig config(Path directory, long bodyMemory) {
        return new QueueConfig(
                directory, 0, 16 * MIB, 64 * MIB, 4 * MIB, bodyMemory, 64 * 1024, 64, Duration.ofDays(7), 1024 * MIB);
    }

    /** Another listener on the same queue, whose clients are such. */
    Listener listener(Cast cast, Terminals terminals) {
        return listener(cast, terminals, List.of());
    }

    /** One that shows messages to filters; their time-outs go by the clock of the relay, but for connecting. */
    Listener listener(Cast cast, Terminals terminals, List<FilterConfig> filters) {
        return listener(cast, terminals, new Milters(vertx, filters, HOSTNAME, new FilterMetrics(meters), nanos::get));
    }

    /** One that shows messages to these. */
    Listener listener(Cast cast, Terminals terminals, ContentFilters filters) {
        return listener(cast, terminals, filters, new ListenerConfig(anywhere(), cast.lineEnds()), nobody());
    }

    /** One whose clients log in, in the clear, and that shows their messages to filters. */
    Listener submission(Cast cast, Terminals terminals, List<FilterConfig> filters, Authentication authentication) {
        var config = new ListenerConfig(anywhere(), cast.lineEnds(), TlsMode.OFF, AuthMode.REQUIRED, true);
        var milters = new Milters(vertx, filters, HOSTNAME, new FilterMetrics(meters), nanos::get);
        return listener(cast, terminals, milters, config, authentication);
    }

    private Listener listener(
            Cast cast,
            Terminals terminals,
            ContentFilters filters,
            ListenerConfig config,
            Authentication authentication) {
        var settings = new SessionSettings(
                HOSTNAME,
                LimitsConfig.DEFAULT,
                cast.policy(),
                Duration.ofDays(1),
                queue,
                ServerTls.none(),
                authentication,
                cast.services(terminals, filters),
                new ServerMetrics(new SimpleMeterRegistry()));
        return new Listener(vertx, config, settings, nanos::get);
    }

    /** Another listener on the same queue, set so. */
    Listener listener(TlsMode mode, ServerTls tls, AccessConfig access) {
        return listener(mode, AuthMode.OPTIONAL, false, tls, nobody(), access);
    }

    /** Another one whose clients may log in. */
    Listener listener(
            TlsMode mode,
            AuthMode auth,
            boolean plaintextAuth,
            ServerTls tls,
            Authentication authentication,
            AccessConfig access) {
        var config = new ListenerConfig(anywhere(), LineEnds.STRICT, mode, auth, plaintextAuth);
        return listener(config, LimitsConfig.DEFAULT, tls, authentication, access);
    }

    static InetSocketAddress anywhere() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    /** Another one that is set in any way. */
    Listener listener(
            ListenerConfig config,
            LimitsConfig limits,
            ServerTls tls,
            Authentication authentication,
            AccessConfig access) {
        var local = LocalDomains.of(HOSTNAME, List.of(HOSTNAME), Optional.empty());
        var settings = new SessionSettings(
                HOSTNAME,
                limits,
                new RelayPolicy(access, new Directory(DirectoryConfig.of(local), 1000)),
                Duration.ofDays(1),
                queue,
                tls,
                authentication,
                services(vertx, TerminalsConfig.DEFAULT),
                new ServerMetrics(meters));
        return new Listener(vertx, config, settings, nanos::get);
    }

    Terminals terminals(TerminalsConfig config) {
        return new Terminals(vertx, config, new TerminalMetrics(new SimpleMeterRegistry()));
    }

    /** Another listener on the same queue, whose clients are in {@code trusted} or strangers. */
    Listener listener(LimitsConfig limits, String trusted) {
        return listener(limits, trusted, new ServerMetrics(new SimpleMeterRegistry()));
    }

    /** Another listener on the same queue that is to listen at {@code bind}. */
    Listener listenerAt(InetSocketAddress bind) {
        return listener(LimitsConfig.DEFAULT, "127.0.0.0/8", new ServerMetrics(new SimpleMeterRegistry()), bind);
    }

    private Listener listener(LimitsConfig limits, String trusted, ServerMetrics metrics) {
        return listener(limits, trusted, metrics, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private Listener listener(LimitsConfig limits, String trusted, ServerMetrics metrics, InetSocketAddress bind) {
        var local = LocalDomains.of(HOSTNAME, List.of(HOSTNAME), Optional.empty());
        var policy = new RelayPolicy(
                AccessConfig.of(TrustedNetworks.parse(List.of(trusted))),
                new Directory(DirectoryConfig.of(local), 1000));
        var services = services(vertx, TerminalsConfig.DEFAULT);
        var connections = new ConnectionCounts(limits);
        metrics.observe(connections);
        var settings = new SessionSettings(
                HOSTNAME,
                limits,
                policy,
                Duration.ofDays(1),
                queue,
                ServerTls.none(),
                nobody(),
                services,
                metrics,
                connections,
                SessionSettings.Pace.of(limits.guards()),
                memory);
        return new Listener(vertx, new ListenerConfig(bind), settings, nanos::get);
    }

    /** Terminals that are real, and others that know of nothing. */
    static SessionServices services(Vertx vertx, TerminalsConfig config) {
        return new SessionServices(
                new Terminals(vertx, config, new TerminalMetrics(new SimpleMeterRegistry())),
                (command, owner) -> CompletableFuture.completedStage(new Flushing.Begun(0, false)),
                (domains, owner) -> CompletableFuture.completedStage(Optional.empty()),
                (recipient, owner) -> CompletableFuture.completedStage(Optional.empty()),
                new Milters(vertx, List.of(), HOSTNAME, new FilterMetrics(new SimpleMeterRegistry())),
                "test",
                () -> Duration.ofSeconds(90));
    }

    /** Nobody can log in. */
    static Authentication nobody() {
        return Authentication.start(
                AuthConfig.NONE,
                () -> new UserReading.Read(List.of()),
                new SimpleMeterRegistry(),
                InstantSource.system(),
                System::nanoTime);
    }

    /** By the sockets. */
    void shortOfMemory(boolean isShort) {
        direct.set(isShort ? 95 : 5);
        memory.look();
    }

    TestClient connect() {
        return TestClient.connect(address);
    }

    /** A client that was greeted and has said EHLO. */
    TestClient greeted() {
        TestClient client = connect();
        client.expect("220 ");
        client.command("EHLO client.test", "250 ");
        return client;
    }

    void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    long queued() {
        return queue.status().messages();
    }

    double count(String meter) {
        return meters.get(meter).counter().count();
    }

    double sessions() {
        return meters.get("posthaste.smtp.sessions").gauge().value();
    }

    /** Waits for what takes some time by the clock of the relay: a client keeps its half open, and we linger. */
    void awaitInTime(BooleanSupplier condition) {
        await(() -> {
            advance(Duration.ofMillis(100));
            return condition.getAsBoolean();
        });
    }

    static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    static void await(BooleanSupplier condition) {
        for (int i = 0; i < PATIENCE_SECONDS * 200 && !condition.getAsBoolean(); i++) LockSupport.parkNanos(5_000_000);
        assertThat(condition.getAsBoolean()).isTrue();
    }

    @Override
    public void close() {
        await(listener.close());
        await(vertx.close());
        queue.close();
    }
}
