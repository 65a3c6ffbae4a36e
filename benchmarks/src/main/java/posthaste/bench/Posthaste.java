package posthaste.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentLinkedQueue;

/** This relay as it is shipped: its launcher, its defaults, routes to the sink. */
final class Posthaste implements Contender {
    private static final Duration READY_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
    private static final int HTTP_TIMEOUT_MILLIS = 5_000;
    private static final String RECORDING = "bench";
    private static final String SYNCED_GROUPS = "posthaste_queue_synced_groups_total";

    private final RelayProcess process;
    private final RelayProcess.Bound bound;
    private final Optional<Path> recording;

    private Posthaste(RelayProcess process, RelayProcess.Bound bound, Optional<Path> recording) {
        this.process = process;
        this.bound = bound;
        this.recording = recording;
    }

    static Posthaste start(Path directory, Hops hops, Jvm jvm) throws IOException, InterruptedException {
        Path config = directory.resolve("posthaste.toml");
        RelayProcess.write(config, configuration(directory, hops));
        String options = jvm.javaOptions()
                + (jvm.recording().isPresent() ? " -XX:StartFlightRecording=settings=profile,name=" + RECORDING : "");
        var log = new ConcurrentLinkedQueue<String>();
        RelayProcess process = RelayProcess.start(
                RelayProcess.launcher(), config, List.of(), Map.of("JAVA_OPTS", options.trim()), log);
        try {
            return new Posthaste(process, process.awaitReady(READY_LIMIT), jvm.recording());
        } catch (IOException | InterruptedException failure) {
            process.kill();
            throw failure;
        }
    }

    static String configuration(Path directory, Hops hops) {
        String backlog = hops.backlog()
                .map(hop -> """
                        [[route]]
                        match = ["*.%s"]
                        next-hop = ["127.0.0.1:%d"]
                        """.formatted(Hops.BACKLOG_SUFFIX, hop.getPort()))
                .orElse("");
        return """
                hostname = "relay.test"
                data-dir = "%s"
                [[listener]]
                bind = "127.0.0.1:0"
                [relay]
                networks = ["127.0.0.0/8"]
                %s[[route]]
                match = ["*"]
                next-hop = ["127.0.0.1:%d"]
                [queue]
                free-space-reserve = "16 MiB"
                [admin]
                bind = "127.0.0.1:0"
                """.formatted(directory.resolve("data"), backlog, hops.sink().getPort());
    }

    @Override
    public InetSocketAddress smtp() {
        return bound.smtp();
    }

    @Override
    public ProcessUsage usage() {
        return ProcessUsage.ofTree(process.pid());
    }

    /** Empty where the relay does not export it: nothing is guessed. */
    @Override
    public OptionalLong syncs() {
        try {
            URLConnection connection = URI.create(
                            "http://127.0.0.1:" + bound.admin().getPort() + "/metrics")
                    .toURL()
                    .openConnection();
            connection.setConnectTimeout(HTTP_TIMEOUT_MILLIS);
            connection.setReadTimeout(HTTP_TIMEOUT_MILLIS);
            try (var lines = new BufferedReader(new InputStreamReader(connection.getInputStream(), UTF_8))) {
                return counter(lines.lines().toList(), SYNCED_GROUPS);
            }
        } catch (IOException unreadable) {
            return OptionalLong.empty();
        }
    }

    /** The value of a counter in Prometheus text, its label sets added up. */
    static OptionalLong counter(List<String> lines, String name) {
        List<String> samples = lines.stream()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .toList();
        if (samples.isEmpty()) return OptionalLong.empty();
        double sum = 0;
        for (String sample : samples) {
            int labels = sample.lastIndexOf('}');
            String value =
                    sample.substring(labels < 0 ? name.length() : labels + 1).trim();
            int timestamp = value.indexOf(' ');
            sum += Double.parseDouble(timestamp < 0 ? value : value.substring(0, timestamp));
        }
        return OptionalLong.of((long) sum);
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

    @Override
    public void close() throws IOException {
        try {
            if (recording.isPresent()) Jcmd.dumpRecording(process.pid(), RECORDING, recording.get());
        } finally {
            end();
        }
    }

    private void end() throws IOException {
        try {
            int exit = process.terminate(STOP_LIMIT);
            if (exit != 0) throw new IOException("the relay ended with " + exit + "; its log:\n" + process.tail());
        } catch (InterruptedException stopped) {
            process.close();
            Thread.currentThread().interrupt();
        }
    }
}
