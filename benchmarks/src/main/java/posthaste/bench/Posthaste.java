package posthaste.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** This relay as it is shipped: its launcher, its defaults, routes to the sink. */
final class Posthaste implements Contender, Restartable {
    private static final Duration READY_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
    private static final String RECORDING = "bench";
    private static final String SYNCED_GROUPS = "posthaste_queue_synced_groups_total";
    private static final String QUEUED = "posthaste_queue_messages";
    private static final String NATIVE_TRACKING = "NativeMemoryTracking";

    private final Path config;
    private final Setup setup;
    private final InetSocketAddress smtp;

    /** Exchanged by a restart, which ends before anyone else looks. */
    private RelayProcess process;

    private InetSocketAddress admin;

    private Posthaste(Path config, Setup setup, RelayProcess process, RelayProcess.Bound bound) {
        this.config = config;
        this.setup = setup;
        this.process = process;
        this.smtp = bound.smtp();
        this.admin = bound.admin();
    }

    static Posthaste start(Path directory, Hops hops, Setup setup) throws IOException, InterruptedException {
        Path config = directory.resolve("posthaste.toml");
        RelayProcess.write(config, configuration(directory, hops, FreePort.belowThoseOfClients(), setup));
        RelayProcess process = launch(config, setup);
        try {
            return new Posthaste(config, setup, process, process.awaitReady(READY_LIMIT));
        } catch (IOException | InterruptedException failure) {
            process.kill();
            throw failure;
        }
    }

    private static RelayProcess launch(Path config, Setup setup) throws IOException {
        String options = setup.javaOptions()
                + (setup.recording().isPresent() ? " -XX:StartFlightRecording=settings=profile,name=" + RECORDING : "");
        return RelayProcess.start(
                RelayProcess.launcher(), config, List.of(), Map.of("JAVA_OPTS", options.trim()), new RelayLog());
    }

    /** The lines {@code settings} may name keys of tables that stand below them too: all of those are dotted. */
    static String configuration(Path directory, Hops hops, int port, Setup setup) {
        String backlog = hops.backlog()
                .map(hop -> """
                        [[route]]
                        match = ["*.%s"]
                        next-hop = ["127.0.0.1:%d"]
                        """.formatted(Hops.BACKLOG_SUFFIX, hop.getPort()))
                .orElse("");
        Optional<KeyPair> keys = setup.keyPair();
        return """
                hostname = "relay.test"
                data-dir = "%s"
                relay.networks = ["127.0.0.0/8"]
                queue.free-space-reserve = "16 MiB"
                admin.bind = "127.0.0.1:0"
                %s
                [[listener]]
                bind = "127.0.0.1:%d"
                %s%s[[route]]
                match = ["*"]
                next-hop = ["127.0.0.1:%d"]
                """.formatted(
                        directory.resolve("data"),
                        String.join("\n", settings(setup)),
                        port,
                        keys.isPresent() ? "tls = \"implicit\"\n" : "",
                        backlog,
                        hops.sink().getPort());
    }

    private static List<String> settings(Setup setup) {
        List<String> lines = new ArrayList<>(setup.settings());
        setup.keyPair().ifPresent(keys -> {
            lines.add("tls.certificate = \"" + keys.certificate() + '"');
            lines.add("tls.private-key = \"" + keys.key() + '"');
        });
        return lines;
    }

    @Override
    public InetSocketAddress smtp() {
        return smtp;
    }

    @Override
    public ProcessUsage usage() {
        return ProcessUsage.ofTree(process.pid());
    }

    /** Empty where the relay does not export it: nothing is guessed. */
    @Override
    public OptionalLong syncs() {
        return whole(MetricsPage.of(admin).sum(SYNCED_GROUPS));
    }

    @Override
    public OptionalLong queued() {
        return whole(MetricsPage.of(admin).sum(QUEUED));
    }

    private static OptionalLong whole(OptionalDouble value) {
        return value.isPresent() ? OptionalLong.of((long) value.getAsDouble()) : OptionalLong.empty();
    }

    @Override
    public Map<Vital, Double> vitals() {
        boolean tracked = setup.javaOptions().contains(NATIVE_TRACKING);
        return Vital.of(new Vital.Reading(
                ProcessHoldings.of(process.pid()),
                MetricsPage.of(admin),
                tracked ? Jcmd.nativeCommitted(process.pid()) : OptionalLong.empty()));
    }

    @Override
    public Optional<Restartable> restartable() {
        return Optional.of(this);
    }

    @Override
    public void end(Restart.Ending ending) throws IOException, InterruptedException {
        switch (ending) {
            case STOP -> stop();
            case KILL -> process.kill();
        }
    }

    @Override
    public void launch() throws IOException {
        process = launch(config, setup);
    }

    @Override
    public void awaitReady() throws IOException, InterruptedException {
        admin = process.awaitReady(READY_LIMIT).admin();
    }

    @Override
    public OptionalDouble syncsByDesign() {
        return OptionalDouble.empty();
    }

    @Override
    public OptionalLong heapAfterFullCollection() {
        return Jcmd.heapAfterFullCollection(process.pid());
    }

    @Override
    public String program() {
        Optional<String> java =
                ProcessHandle.of(process.pid()).flatMap(handle -> handle.info().command());
        return "deploy/bin/posthaste on " + java.orElse("an unknown JVM");
    }

    /** A flight recording tells of the time since the last launch. */
    @Override
    public void close() throws IOException {
        try {
            if (setup.recording().isPresent()) {
                Jcmd.dumpRecording(process.pid(), RECORDING, setup.recording().get());
            }
        } finally {
            stopOrKill();
        }
    }

    private void stopOrKill() throws IOException {
        try {
            stop();
        } catch (InterruptedException stopped) {
            process.close();
            Thread.currentThread().interrupt();
        }
    }

    private void stop() throws IOException, InterruptedException {
        int exit = process.terminate(STOP_LIMIT);
        if (exit != 0) throw new IOException("the relay ended with " + exit + "; its log:\n" + process.tail());
    }
}
