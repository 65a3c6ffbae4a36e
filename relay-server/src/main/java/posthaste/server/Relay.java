package posthaste.server;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.delivery.DeliveryEngine;
import posthaste.delivery.DeliveryMetrics;
import posthaste.delivery.client.ClientMetrics;
import posthaste.delivery.dns.DnsMetrics;
import posthaste.delivery.dns.NettyMailDns;
import posthaste.delivery.dsn.DsnReports;
import posthaste.delivery.route.Router;
import posthaste.queue.MailQueue;
import posthaste.queue.QueueException;
import posthaste.queue.QueueMetrics;
import posthaste.queue.rocksdb.RocksMailQueue;
import posthaste.server.admin.AdminServer;
import posthaste.server.admin.Readiness;
import posthaste.server.auth.Authentication;
import posthaste.server.filter.FilterMetrics;
import posthaste.server.filter.Milters;
import posthaste.server.policy.Directory;
import posthaste.server.policy.DirectoryStore;
import posthaste.server.policy.RelayPolicy;
import posthaste.server.smtp.Listener;
import posthaste.server.smtp.ListenerConfig;
import posthaste.server.smtp.Memory;
import posthaste.server.smtp.ServerMetrics;
import posthaste.server.smtp.SessionServices;
import posthaste.server.smtp.SessionSettings;
import posthaste.server.terminal.TerminalMetrics;
import posthaste.server.terminal.Terminals;
import posthaste.server.tls.ServerTls;
import posthaste.server.tls.TlsProblem;

/**
 * Every part of the relay, wired: the queue, what delivers from it, what takes mail into it, and what tells of it.
 * Started and stopped by one thread, which may block; readiness is asked from any.
 */
final class Relay implements Readiness {
    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
    private static final int BIND_SECONDS_MAX = 30;
    /** For what is left to do when a drain is over: the last commits, sockets, the flush of the queue. */
    static final Duration CLOSE_MAX = Duration.ofSeconds(5);

    /** Between two looks at the memory that is left. */
    private static final Duration MEMORY_PACE = Duration.ofMillis(100);

    private enum Phase {
        STARTING,
        SERVING,
        STOPPING
    }

    private final RelayConfig config;
    private final Meters meters;
    private final MailQueue queue;
    private final Vertx vertx;
    private final DeliveryEngine engine;
    private final Terminals terminals;
    private final DirectoryStore directory;
    private final ServerTls tls;
    private final Authentication authentication;
    private final Memory memory;
    private final List<Listener> listeners;
    private final AdminServer admin;
    private final CopyOnWriteArrayList<InetSocketAddress> bound = new CopyOnWriteArrayList<>();
    private InetSocketAddress adminBound;
    private volatile Phase phase = Phase.STARTING;

    private Relay(
            RelayConfig config,
            Meters meters,
            MailQueue queue,
            Vertx vertx,
            ServerTls tls,
            Consumer<QueueException> onFatal) {
        this.tls = tls;
        this.config = config;
        this.meters = meters;
        this.queue = queue;
        this.vertx = vertx;
        adminBound = config.admin().bind();
        long startedAt = System.nanoTime();
        Supplier<Duration> uptime = () -> Duration.ofNanos(System.nanoTime() - startedAt);
        directory = new DirectoryStore(
                new Directory(config.directory(), config.limits().recipients()));
        Router router = router();
        engine = engine(router, onFatal);
        terminals = new Terminals(vertx, config.terminals(), new TerminalMetrics(meters.registry()));
        authentication = Authentication.start(
                config.auth(),
                UsersFile.of(config.auth()),
                meters.registry(),
                InstantSource.system(),
                System::nanoTime);
        SessionSettings sessions = sessions(router, uptime);
        memory = sessions.memory();
        listeners = config.listeners().stream()
                .map(each -> new Listener(vertx, each, sessions))
                .toList();
        observeCertificates();
        observeAliases();
        observeMemory();
        admin = new AdminServer(
                vertx, config.admin(), this, meters.registry(), queue, terminals, Version.current(), uptime);
    }

    private Router router() {
        var metrics = new DnsMetrics(meters.registry());
        var dns = new NettyMailDns(vertx, config.delivery().dns(), queue.clock(), metrics);
        return new Router(config.delivery(), dns, () -> bound);
    }

    private DeliveryEngine engine(Router router, Consumer<QueueException> onFatal) {
        MeterRegistry registry = meters.registry();
        var reports = new DsnReports(
                config.hostname(),
                config.delivery().bounce(),
                config.delivery().retry(),
                new LocalMailboxes(directory));
        return new DeliveryEngine(
                vertx,
                config.delivery(),
                queue,
                router,
                new LocalMailboxes(directory),
                reports,
                new DeliveryMetrics(registry),
                new ClientMetrics(registry),
                onFatal);
    }

    private SessionSettings sessions(Router router, Supplier<Duration> uptime) {
        var services = new SessionServices(
                terminals,
                new EngineFlushing(engine),
                new EngineTurning(engine),
                new RoutedDomains(router),
                new Milters(vertx, config.filters(), config.hostname(), new FilterMetrics(meters.registry())),
                Version.current(),
                uptime);
        return new SessionSettings(
                config.hostname(),
                config.limits(),
                new RelayPolicy(config.access(), directory),
                config.delivery().retry().expireBounce(),
                queue,
                tls,
                authentication,
                services,
                new ServerMetrics(meters.registry()));
    }

    /**
     * Opens the queue and begins to serve. Blocks until every listener accepts.
     *
     * @param onFatal called when the queue cannot go on
     * @throws CannotStart with the exit code of the process; nothing is left open then
     */
    static Relay start(RelayConfig config, Logging logging, Consumer<QueueException> onFatal) throws CannotStart {
        ServerTls tls = certificates(config);
        // Both take a few hundred milliseconds, and neither needs the other.
        var loops = new FutureTask<>(() -> EventLoops.start(config.eventLoops()));
        new Thread(loops, "start-of-event-loops").start();
        var meters = new Meters(logging);
        MailQueue queue;
        try {
            queue = RocksMailQueue.open(config.queue(), new QueueMetrics(meters.registry()), InstantSource.system());
        } catch (QueueException.CannotOpen why) {
            started(loops).close();
            throw new CannotStart(why.exitCode(), remedied(why));
        }
        Vertx vertx;
        try {
            vertx = started(loops);
        } catch (CannotStart why) {
            queue.close();
            throw why;
        }
        vertx.exceptionHandler(failure -> Failures.uncaught(Thread.currentThread(), failure));
        var relay = new Relay(config, meters, queue, vertx, tls, onFatal);
        relay.begin();
        return relay;
    }

    private void observeCertificates() {
        if (!tls.isOffered()) return;
        Gauge.builder("posthaste.tls.certificate.left", tls, each -> secondsLeft(each.expires()))
                .description("Until the first of the certificates of the listeners ends.")
                .baseUnit("seconds")
                .strongReference(true)
                .register(meters.registry());
    }

    private void lookAtMemory() {
        memory.look();
        if (!memory.isCollectionDue()) return;
        vertx.executeBlocking(() -> {
                    System.gc();
                    return "";
                })
                .onFailure(failure -> LOG.warn("no collection: {}", failure.toString()));
    }

    private void observeAliases() {
        Gauge.builder("posthaste.directory.unreadable", directory, each -> each.isComplete() ? 0 : 1)
                .description("1 while the file of aliases cannot be read.")
                .strongReference(true)
                .register(meters.registry());
    }

    private void observeMemory() {
        Gauge.builder("posthaste.memory.direct", memory, Memory::direct)
                .description("Direct memory in use by sockets, outside the Java heap.")
                .baseUnit("bytes")
                .strongReference(true)
                .register(meters.registry());
    }

    private static double secondsLeft(Optional<Instant> end) {
        return end.map(at -> (double) Duration.between(Instant.now(), at).toSeconds())
                .orElse(0.0);
    }

    private static ServerTls certificates(RelayConfig config) throws CannotStart {
        try {
            return ServerTls.read(config.tls());
        } catch (TlsProblem problem) {
            throw new CannotStart(ExitCode.CONFIG, "[tls]: " + problem.getMessage());
        }
    }

    private static Vertx started(FutureTask<Vertx> loops) throws CannotStart {
        try {
            return loops.get();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof CannotStart why) throw why;
            throw new CannotStart(
                    ExitCode.UNAVAILABLE, "the event loops do not start: " + failure.getCause() + "; see the log");
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            throw new CannotStart(ExitCode.UNAVAILABLE, "interrupted while starting; start the relay again");
        }
    }

    private static String remedied(QueueException.CannotOpen why) {
        String remedy = switch (why.exitCode()) {
            case 73 -> "; make it writable for the user of the relay, or set another data-dir";
            case 75 -> "; stop that process, or give this one a data-dir of its own";
            case 74 -> "; check the disk and the system's log";
            default -> "";
        };
        return why.getMessage() + remedy;
    }

    /** Addresses first: a relay that cannot listen must not begin to deliver either. */
    private void begin() throws CannotStart {
        try {
            for (int i = 0; i < listeners.size(); i++) {
                ListenerConfig each = config.listeners().get(i);
                bound.add(bind(listeners.get(i).listen(), each.bind(), "bind of [[listener]]"));
            }
            adminBound = bind(admin.listen(), config.admin().bind(), "bind of [admin]");
            engine.start();
            vertx.setPeriodic(MEMORY_PACE.toMillis(), timer -> lookAtMemory());
            new FileWatch(vertx, tls.files(), this::readCertificates).begin();
            List<Path> users = config.auth().usersFile().map(List::of).orElse(List.of());
            new FileWatch(vertx, users, this::readUsers).begin();
            List<Path> aliases =
                    config.aliasesFile().map(AliasesFile::file).map(List::of).orElse(List.of());
            new FileWatch(vertx, aliases, this::readAliases).begin();
            phase = Phase.SERVING;
            String smtp = bound.stream().map(Addresses::format).collect(Collectors.joining(","));
            LOG.info("ready smtp={} admin={}", smtp, Addresses.format(adminBound));
        } catch (CannotStart why) {
            stop(Duration.ZERO);
            throw why;
        }
    }

    /** Reads certificates, users and aliases again, each whatever becomes of the others. Blocks. */
    void reload() {
        readCertificates();
        readUsers();
        readAliases();
    }

    private synchronized boolean readAliases() {
        return config.aliasesFile().map(file -> file.readInto(directory)).orElse(true);
    }

    /** Those that cannot be read are tried again when somebody logs in. */
    private boolean readUsers() {
        authentication.reload();
        return true;
    }

    /** What cannot be used is mended by a change of the files, which is noticed. */
    private boolean readCertificates() {
        try {
            tls.reload();
        } catch (TlsProblem problem) {
            LOG.error("the certificates stay as they were: {}", problem.getMessage());
        } catch (RuntimeException bug) {
            LOG.error("the certificates stay as they were: please report this", bug);
        }
        return true;
    }

    private static InetSocketAddress bind(Future<InetSocketAddress> bind, InetSocketAddress wanted, String key)
            throws CannotStart {
        String at = "cannot listen at " + Addresses.format(wanted) + ": ";
        try {
            return bind.toCompletionStage().toCompletableFuture().get(BIND_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException failure) {
            throw new CannotStart(ExitCode.UNAVAILABLE, at + remedied(failure, wanted, key));
        } catch (TimeoutException | InterruptedException stuck) {
            throw new CannotStart(ExitCode.UNAVAILABLE, at + "no answer from the system; start the relay again");
        }
    }

    private static String remedied(ExecutionException failure, InetSocketAddress wanted, String key) {
        String reason = failure.getCause() == null
                ? failure.toString()
                : String.valueOf(failure.getCause().getMessage());
        if (reason.contains("ermission denied")) {
            return "permission denied; ports below 1024 are for root and for processes with CAP_NET_BIND_SERVICE";
        }
        if (reason.contains("in use")) {
            return "the address is in use; stop what listens at port %d, or change %s".formatted(wanted.getPort(), key);
        }
        return reason + "; use an address of this machine in " + key;
    }

    /** Where the admin interface listens. */
    InetSocketAddress adminAddress() {
        return adminBound;
    }

    @Override
    public List<String> reasonsAgainst() {
        var reasons = new ArrayList<String>();
        if (phase == Phase.STARTING) reasons.add("the relay is starting");
        if (phase == Phase.STOPPING) reasons.add("the relay is stopping");
        memory.shortage().ifPresent(what -> reasons.add("no more clients are taken: " + what));
        queue.refusal().ifPresent(why -> reasons.add("the queue takes no mail: " + why.getMessage()));
        return reasons;
    }

    /**
     * Takes no more mail, lets what runs end, and closes the queue. Blocks for at most {@code limit} and what the disk
     * needs.
     */
    void stop(Duration limit) {
        phase = Phase.STOPPING;
        List<Future<Void>> drains = new ArrayList<>();
        listeners.forEach(listener -> drains.add(listener.drain(limit)));
        drains.add(engine.drain(limit));
        await(Future.join(drains), limit.plus(CLOSE_MAX), "what still runs is cut off");
        await(admin.close(), CLOSE_MAX, "the admin interface does not close");
        authentication.close();
        queue.close();
        await(vertx.close(), CLOSE_MAX, "the event loops do not end");
        meters.close();
    }

    private static void await(Future<?> future, Duration limit, String consequence) {
        try {
            future.toCompletionStage().toCompletableFuture().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException failure) {
            LOG.warn("stopping: {}: {}", consequence, failure.toString());
        }
    }
}
