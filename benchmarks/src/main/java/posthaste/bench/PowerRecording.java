package posthaste.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One run of the relay under load whose every change of the disk was recorded.
 *
 * @param root the directory whose files were watched; it holds the data directory
 * @param trace what strace wrote
 * @param sent what the clients sent and what they were answered
 * @param taken what the next hop took
 * @param slots a copy of the memory-mapped slots of final dots, from the middle of the run
 */
record PowerRecording(
        Path root, Path trace, Map<String, CrashLoad.Sent> sent, List<ExactSink.Taken> taken, Path slots) {
    private static final Duration READY_LIMIT = Duration.ofSeconds(120);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
    private static final int CLIENTS = 8;
    private static final int SINK_DELAY_MILLIS = 20;

    /** Runs the launcher under strace in {@code directory} with clients for {@code load}. */
    static PowerRecording make(Path directory, Duration load, long seed) throws IOException, InterruptedException {
        Path root = Files.createDirectory(directory.resolve("live")).toRealPath();
        Path trace = directory.resolve("strace.out");
        Path config = directory.resolve("posthaste.toml");
        var log = new RelayLog();
        CrashLoad clients = new CrashLoad(CLIENTS, seed);
        try (ExactSink sink = new ExactSink(SINK_DELAY_MILLIS)) {
            RelayProcess.write(config, configuration(root.resolve("data"), sink.port(), deadRoute()));
            try (RelayProcess relay =
                    RelayProcess.start(RelayProcess.launcher(), config, DiskTrace.wrapper(trace), log)) {
                InetSocketAddress smtp = relay.awaitReady(READY_LIMIT).smtp();
                clients.target(smtp);
                Thread.sleep(load.toMillis()); // the load itself is the length of the run
                Path slots = Files.copy(root.resolve("data/in-dot"), directory.resolve("in-dot"));
                clients.stop();
                int exit = relay.terminate(STOP_LIMIT);
                if (exit != 0) throw new IllegalStateException("exit " + exit + " of the relay:\n" + relay.tail());
                return new PowerRecording(root, trace, Map.copyOf(clients.sent()), sink.taken(), slots);
            }
        } finally {
            clients.stop();
        }
    }

    /** Two of the five destinations are down, so that much stays queued. */
    private static String deadRoute() {
        return """
                [[route]]
                match = ["d3.dest.test", "d4.dest.test"]
                next-hop = ["127.0.0.1:1"]
                """;
    }

    /**
     * Small buffers and chunks, so that a short run has bodies of many chunks and many files.
     *
     * @param firstRoutes tables of routes that go before that to the sink
     */
    static String configuration(Path dataDirectory, int sinkPort, String firstRoutes) {
        return """
                hostname = "relay.test"
                data-dir = "%s"
                [[listener]]
                bind = "127.0.0.1:0"
                [relay]
                networks = ["127.0.0.0/8"]
                %s
                [[route]]
                match = ["*"]
                next-hop = ["127.0.0.1:%d"]
                [retry]
                initial-delay = "500ms"
                max-delay = "2s"
                ambiguous-delay = "1s"
                [limits]
                drain-timeout = "5s"
                [queue]
                free-space-reserve = "1 MiB"
                chunk = "4 KiB"
                write-buffers = "4 MiB"
                wal-size = "4 MiB"
                [admin]
                bind = "127.0.0.1:0"
                """.formatted(dataDirectory, firstRoutes, sinkPort);
    }
}
