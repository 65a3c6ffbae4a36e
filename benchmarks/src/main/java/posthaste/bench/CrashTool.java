package posthaste.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Kills the relay with SIGKILL at random moments under load, some of them again while it recovers, and counts what
 * became of every message. The words are those of Jepsen's total-queue test: acknowledged (answered 250), lost
 * (acknowledged, never arrived), unexpected (arrived, never sent, or refused), duplicated (arrived more than once),
 * recovered (arrived without an acknowledgement that the client read: allowed). A duplicate is allowed only when the relay
 * itself listed its message as ambiguous: the final dot was sent and its outcome not recorded.
 */
@Command(
        name = "crash",
        mixinStandardHelpOptions = true,
        description = "Kills the relay under load and counts every message.")
public final class CrashTool implements Callable<Integer> {
    private static final Duration READY_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final Pattern AMBIGUOUS = Pattern.compile("(?i)ambiguous.*?\\b([0-9][0-9a-hjkmnp-tv-z]{12})\\b"
            + "|\\b([0-9][0-9a-hjkmnp-tv-z]{12})\\b.*?(?i)ambiguous");

    @Option(names = "--kills", description = "how often (default ${DEFAULT-VALUE})")
    private int kills = 50;

    @Option(names = "--clients", description = "parallel clients (default ${DEFAULT-VALUE})")
    private int clients = 10;

    @Option(names = "--seed", description = "of the random choices (default: the time)")
    private long seed = System.nanoTime();

    @Option(
            names = "--settle-seconds",
            description = "how long the last mail may take to arrive (default ${DEFAULT-VALUE})")
    private int settleSeconds = 120;

    @Option(names = "--keep", description = "keep the data directory")
    private boolean keep;

    private final PrintStream out;

    CrashTool(PrintStream out) {
        this.out = out;
    }

    /** @param args see {@code --help} */
    public static void main(String[] args) {
        System.exit(new CommandLine(new CrashTool(System.out)).execute(args));
    }

    /** What the run came to; lists hold test ids. */
    record Result(
            int acknowledged,
            int arrived,
            List<String> lost,
            List<String> corrupt,
            List<String> unexpected,
            List<String> duplicatedListed,
            List<String> duplicatedUnlisted,
            int recovered,
            int ambiguousListed) {

        boolean isGood() {
            return lost.isEmpty() && corrupt.isEmpty() && unexpected.isEmpty() && duplicatedUnlisted.isEmpty();
        }

        @Override
        public String toString() {
            return "acknowledged " + acknowledged + ", arrived " + arrived + ", lost " + lost.size() + " " + lost
                    + ", corrupt " + corrupt.size() + " " + corrupt + ", unexpected " + unexpected.size() + " "
                    + unexpected
                    + ", recovered " + recovered + ", listed as ambiguous " + ambiguousListed
                    + ", duplicated and listed " + duplicatedListed.size() + " " + duplicatedListed
                    + ", duplicated and not listed " + duplicatedUnlisted.size() + " " + duplicatedUnlisted;
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("posthaste-crash");
        out.println("seed " + seed + ", data in " + directory);
        Result result = run(directory, kills, clients, seed, Duration.ofSeconds(settleSeconds));
        out.println(result);
        if (result.isGood() && !keep) Trees.delete(directory);
        return result.isGood() ? 0 : 1;
    }

    /** Runs in {@code directory}, which holds configuration and data directory afterwards. */
    Result run(Path directory, int killCount, int clientCount, long randomSeed, Duration settle)
            throws IOException, InterruptedException {
        Random random = new Random(randomSeed);
        Path config = directory.resolve("posthaste.toml");
        var log = new RelayLog();
        Map<String, CrashLoad.Sent> sent;
        CrashLoad load = new CrashLoad(clientCount, randomSeed);
        try (ExactSink sink = new ExactSink(20)) {
            RelayProcess.write(config, configuration(directory, sink.port()));
            for (int kill = 1; kill <= killCount; kill++) {
                try (RelayProcess relay = RelayProcess.start(RelayProcess.launcher(), config, List.of(), log)) {
                    boolean duringRecovery = random.nextInt(3) == 0;
                    if (duringRecovery) {
                        Thread.sleep(200 + random.nextInt(800)); // a random moment of its start: the point of the tool
                    } else {
                        load.target(relay.awaitReady(READY_LIMIT).smtp());
                        Thread.sleep(200 + random.nextInt(1_800)); // a random moment under load
                    }
                    relay.kill();
                    out.println("kill " + kill + (duringRecovery ? " during start" : " under load") + ", sent "
                            + load.sent().size() + ", arrived " + sink.taken().size());
                }
            }
            try (RelayProcess relay = RelayProcess.start(RelayProcess.launcher(), config, List.of(), log)) {
                InetSocketAddress smtp = relay.awaitReady(READY_LIMIT).smtp();
                load.target(smtp);
                Thread.sleep(500); // a little ordinary traffic after the last kill
                load.stop();
                sent = load.sent();
                awaitArrival(sink, sent, settle);
                int exit = relay.terminate(STOP_LIMIT);
                if (exit != 0) throw new IllegalStateException("exit " + exit + " after SIGTERM:\n" + relay.tail());
            }
            return judge(sent, sink.taken(), ambiguousIds(log.lines()));
        } finally {
            load.stop();
        }
    }

    static String configuration(Path directory, int sinkPort) {
        return """
                hostname = "relay.test"
                data-dir = "%s"
                [[listener]]
                bind = "127.0.0.1:0"
                [relay]
                networks = ["127.0.0.0/8"]
                [[route]]
                match = ["*"]
                next-hop = ["127.0.0.1:%d"]
                [retry]
                initial-delay = "500ms"
                max-delay = "2s"
                ambiguous-delay = "1s"
                [queue]
                free-space-reserve = "16 MiB"
                [admin]
                bind = "127.0.0.1:0"
                """.formatted(directory.resolve("data"), sinkPort);
    }

    static void awaitArrival(ExactSink sink, Map<String, CrashLoad.Sent> sent, Duration limit)
            throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() < deadline) {
            Set<String> arrived = new HashSet<>();
            for (ExactSink.Taken each : sink.taken()) arrived.add(each.testId() + " " + each.recipient());
            boolean complete = true;
            for (var entry : sent.entrySet()) {
                if (!entry.getValue().acknowledged()) continue;
                for (String recipient : entry.getValue().recipients()) {
                    complete &= arrived.contains(entry.getKey() + " " + recipient);
                }
            }
            if (complete) return;
            Thread.sleep(200); // poll of a condition, bounded by the limit
        }
    }

    static Set<String> ambiguousIds(Iterable<String> log) {
        Set<String> ids = new HashSet<>();
        for (String line : log) {
            Matcher matcher = AMBIGUOUS.matcher(line);
            if (matcher.find()) ids.add(matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
        }
        return ids;
    }

    static Result judge(Map<String, CrashLoad.Sent> sent, List<ExactSink.Taken> taken, Set<String> ambiguous) {
        Map<String, List<ExactSink.Taken>> arrivals = new HashMap<>();
        List<String> corrupt = new ArrayList<>();
        List<String> unexpected = new ArrayList<>();
        for (ExactSink.Taken each : taken) {
            CrashLoad.Sent original = sent.get(each.testId());
            if (original == null || original.refused()) unexpected.add(each.testId());
            else if (!original.digest().equals(each.digest())) corrupt.add(each.testId());
            arrivals.computeIfAbsent(each.testId() + " " + each.recipient(), key -> new ArrayList<>())
                    .add(each);
        }
        List<String> lost = new ArrayList<>();
        int acknowledged = 0;
        int recovered = 0;
        for (var entry : sent.entrySet()) {
            for (String recipient : entry.getValue().recipients()) {
                boolean arrived = arrivals.containsKey(entry.getKey() + " " + recipient);
                if (entry.getValue().acknowledged()) {
                    acknowledged++;
                    if (!arrived) lost.add(entry.getKey() + " " + recipient);
                } else if (arrived) {
                    recovered++;
                }
            }
        }
        List<String> listed = new ArrayList<>();
        List<String> unlisted = new ArrayList<>();
        arrivals.forEach((key, each) -> {
            if (each.size() > 1) (ambiguous.contains(each.get(0).relayId()) ? listed : unlisted).add(key);
        });
        return new Result(
                acknowledged, taken.size(), lost, corrupt, unexpected, listed, unlisted, recovered, ambiguous.size());
    }
}
