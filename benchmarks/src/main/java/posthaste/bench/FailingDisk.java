package posthaste.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Lets the disk of a relay under load fail and recover, again and again, and counts every message in the words of {@link
 * CrashTool}. While the disk fails nothing may be accepted, refusals must be temporary and of the right kind, and {@code
 * /health/ready} must say why; once it is well the relay must recover by itself, lose nothing that it answered 250, and
 * deliver nothing that it refused.
 */
@Command(
        name = "failing-disk",
        mixinStandardHelpOptions = true,
        description = "Syncs that fail and disks that are full, under load; counts every message.")
public final class FailingDisk implements Callable<Integer> {
    private static final Duration READY_LIMIT = Duration.ofSeconds(60);
    private static final Duration RECOVERY_LIMIT = Duration.ofSeconds(90);
    private static final Duration EXIT_LIMIT = Duration.ofSeconds(90);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
    private static final Duration ARRIVAL_LIMIT = Duration.ofSeconds(90);
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(10);
    private static final long POLL_MILLIS = 50;
    private static final int CLIENTS = 8;
    private static final int SINK_DELAY_MILLIS = 20;
    private static final int DISK_MIB = 64;
    private static final int IO_ERROR = 74;

    @Option(names = "--rounds", description = "failures of each kind (default ${DEFAULT-VALUE})")
    private int rounds = 5;

    @Option(names = "--seed", description = "of the random choices (default: the time)")
    private long seed = System.nanoTime();

    private final PrintStream out;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(REQUEST_LIMIT).build();

    FailingDisk(PrintStream out) {
        this.out = out;
    }

    /** @param args see {@code --help} */
    public static void main(String[] args) {
        System.exit(new CommandLine(new FailingDisk(System.out)).execute(args));
    }

    /**
     * What a run came to.
     *
     * @param counted what became of the messages
     * @param refusals how often which reply was read that was not the one wanted
     * @param reasons what {@code /health/ready} answered while the disk failed
     * @param acceptedMeanwhile messages answered 250 after the relay had noticed and before the disk was well again
     */
    record Result(
            CrashTool.Result counted, Map<String, Integer> refusals, List<String> reasons, long acceptedMeanwhile) {
        boolean isGood() {
            return counted.isGood() && refusals.keySet().stream().noneMatch(reply -> reply.startsWith("5"));
        }

        @Override
        public String toString() {
            return counted + ", refusals " + new TreeMap<>(refusals) + ", accepted meanwhile " + acceptedMeanwhile
                    + ", ready said " + reasons;
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("posthaste-disk");
        out.println("seed " + seed + ", files in " + directory);
        boolean good = true;
        Result syncs = failingSyncs(Files.createDirectory(directory.resolve("syncs")), rounds);
        out.println("failing syncs: " + syncs);
        good &= syncs.isGood() && syncs.acceptedMeanwhile() == 0;
        Result dead = deadDisk(Files.createDirectory(directory.resolve("dead")));
        out.println("a disk that stays broken: exit 74, then on a good one: " + dead);
        good &= dead.counted().lost().isEmpty() && dead.counted().corrupt().isEmpty();
        for (long left : List.of(0L, 64L << 10, 900L << 10)) {
            Result full = fullDisk(Files.createDirectory(directory.resolve("full-" + left)), rounds, left);
            out.println("full disk, " + left + " octets left: " + full);
            good &= full.isGood();
        }
        Trees.delete(directory);
        return good ? 0 : 1;
    }

    /** Every sync fails for a while, several times. */
    Result failingSyncs(Path directory, int times) throws IOException, InterruptedException {
        return run(
                directory, directory.resolve("data"), new DiskFault.SyncError(directory.resolve("inject.out")), times);
    }

    /** The disk fills up until {@code leftBytes} are left, and has room again, several times. */
    Result fullDisk(Path directory, int times, long leftBytes) throws IOException, InterruptedException {
        Path disk = directory.resolve("disk");
        try (DiskFault.Full fault = DiskFault.Full.mount(disk, DISK_MIB, leftBytes)) {
            return run(directory, disk.resolve("data"), fault, times);
        }
    }

    private Result run(Path directory, Path dataDirectory, DiskFault fault, int times)
            throws IOException, InterruptedException {
        Random random = new Random(seed);
        Path config = directory.resolve("posthaste.toml");
        var log = new RelayLog();
        List<String> reasons = new ArrayList<>();
        long meanwhile = 0;
        CrashLoad load = new CrashLoad(CLIENTS, seed);
        try (ExactSink sink = new ExactSink(SINK_DELAY_MILLIS)) {
            RelayProcess.write(config, PowerRecording.configuration(dataDirectory, sink.port(), ""));
            try (RelayProcess relay = RelayProcess.start(RelayProcess.launcher(), config, List.of(), log)) {
                RelayProcess.Bound bound = relay.awaitReady(READY_LIMIT);
                load.target(bound.smtp());
                for (int round = 0; round < times; round++) {
                    Thread.sleep(500 + random.nextInt(1_000)); // a random moment under load: the point of the tool
                    fault.begin(relay.pid());
                    reasons.add(awaitReadiness(bound.admin(), false));
                    long before = acknowledged(load);
                    Thread.sleep(500 + random.nextInt(3_000)); // so long it fails
                    meanwhile += acknowledged(load) - before;
                    fault.end();
                    awaitReadiness(bound.admin(), true);
                }
                Thread.sleep(500); // a little ordinary traffic behind the last failure
                relay.kill(); // so that the next start reads the logs that the failures left
            } finally {
                fault.end();
            }
            try (RelayProcess relay = RelayProcess.start(RelayProcess.launcher(), config, List.of(), log)) {
                load.target(relay.awaitReady(READY_LIMIT).smtp());
                return finish(relay, load, sink, log, reasons, meanwhile);
            }
        } finally {
            load.stop();
        }
    }

    private static Result finish(
            RelayProcess relay, CrashLoad load, ExactSink sink, RelayLog log, List<String> reasons, long meanwhile)
            throws InterruptedException {
        load.stop();
        CrashTool.awaitArrival(sink, load.sent(), ARRIVAL_LIMIT);
        int exit = relay.terminate(STOP_LIMIT);
        if (exit != 0) throw new IllegalStateException("exit " + exit + " after SIGTERM:\n" + relay.tail());
        CrashTool.Result counted = CrashTool.judge(load.sent(), sink.taken(), CrashTool.ambiguousIds(log.lines()));
        return new Result(counted, load.refusals(), reasons, meanwhile);
    }

    private static long acknowledged(CrashLoad load) {
        return load.sent().values().stream()
                .filter(CrashLoad.Sent::acknowledged)
                .count();
    }

    /** Syncs fail until the relay gives up with exit 74; then it is started on a disk that is well. */
    Result deadDisk(Path directory) throws IOException, InterruptedException {
        Path config = directory.resolve("posthaste.toml");
        var log = new RelayLog();
        CrashLoad load = new CrashLoad(CLIENTS, seed);
        DiskFault fault = new DiskFault.SyncError(directory.resolve("inject.out"));
        try (ExactSink sink = new ExactSink(SINK_DELAY_MILLIS)) {
            RelayProcess.write(config, PowerRecording.configuration(directory.resolve("data"), sink.port(), ""));
            List<String> reasons = new ArrayList<>();
            try (RelayProcess relay = RelayProcess.start(RelayProcess.launcher(), config, List.of(), log)) {
                RelayProcess.Bound bound = relay.awaitReady(READY_LIMIT);
                load.target(bound.smtp());
                Thread.sleep(1_000); // some traffic before
                fault.begin(relay.pid());
                reasons.add(awaitReadiness(bound.admin(), false));
                Optional<Integer> exit = relay.awaitEnd(EXIT_LIMIT);
                if (exit.isEmpty() || exit.get() != IO_ERROR) {
                    throw new IllegalStateException("expected exit 74, got " + exit + ":\n" + relay.tail());
                }
            } finally {
                fault.end();
            }
            try (RelayProcess relay = RelayProcess.start(RelayProcess.launcher(), config, List.of(), log)) {
                load.target(relay.awaitReady(READY_LIMIT).smtp());
                Thread.sleep(500); // a little ordinary traffic
                return finish(relay, load, sink, log, reasons, 0);
            }
        } finally {
            load.stop();
        }
    }

    /** Waits until {@code /health/ready} says so, and returns what it said. */
    private String awaitReadiness(InetSocketAddress admin, boolean wanted) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + admin.getPort() + "/health/ready");
        HttpRequest request = HttpRequest.newBuilder(uri).timeout(REQUEST_LIMIT).build();
        long deadline = System.nanoTime() + RECOVERY_LIMIT.toNanos();
        while (true) {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if ((answer.statusCode() == 200) == wanted) return answer.body().strip();
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("ready is still " + answer.statusCode() + " " + answer.body());
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS); // poll of a condition, bounded by the limit
        }
    }
}
