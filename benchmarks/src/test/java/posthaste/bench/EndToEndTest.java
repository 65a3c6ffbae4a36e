package posthaste.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.bench.load.MessageLedger.Account;

/** The harness without a relay: what it prints, keeps and answers. */
class EndToEndTest {
    @TempDir
    Path directory;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    private int run(String... args) {
        var commandLine = EndToEnd.commandLine(new PrintStream(printed, true, UTF_8));
        commandLine.setErr(new PrintWriter(printed, true, UTF_8));
        return commandLine.execute(args);
    }

    @Test
    void aDirectRunVerifiesEveryMessageAndKeepsItsFigures() throws Exception {
        Path json = directory.resolve("result.json");
        Path svg = directory.resolve("drawings");

        int exit = run(
                "--direct",
                "--messages=200",
                "--warm-up=0",
                "--runs=2",
                "--scenario=reuse,new-connections",
                "--directory=" + directory,
                "--json=" + json,
                "--svg=" + svg);

        assertThat(exit).isZero();
        assertThat(printed.toString(UTF_8))
                .contains("reuse-direct-2", "accept p99.9 (ms)", "delivered msg/s")
                .containsPattern("messages accepted +200\n")
                .containsPattern("lost +0\n");
        assertThat(Files.readString(json))
                .contains("\"messages\": 200", "\"syncP50Millis\"", "\"commit\"", "\"acceptCurve\"");
        assertThat(svg.resolve("rates.svg")).exists();
        assertThat(svg.resolve("latency-new-connections.svg")).exists();
        try (var left = Files.list(directory)) {
            assertThat(left).containsExactlyInAnyOrder(json, svg);
        }
    }

    @Test
    void aSoakIsPrintedAndItsSamplesAreKeptAndDrawn() throws Exception {
        Path json = directory.resolve("result.json");

        int exit = run(
                "--direct",
                "--rate=500",
                "--seconds=2",
                "--warm-up=0",
                "--runs=1",
                "--soak=1",
                "--directory=" + directory,
                "--json=" + json,
                "--svg=" + directory);

        assertThat(exit).isZero();
        assertThat(printed.toString(UTF_8)).contains("samples in", "medians of quarters");
        assertThat(Files.readString(json)).contains("\"soakSeconds\": 1", "\"trends\"", "\"delivered\": ");
        assertThat(directory.resolve("soak-reuse-direct-1-progress.svg")).exists();
    }

    @Test
    void whatCannotBeRestartedIsAUsageErrorAtOnce() {
        assertThat(run("--restart", "--against=postfix")).isEqualTo(2);
        assertThat(run("--restart=kill", "--direct")).isEqualTo(2);
        assertThat(run("--restart=stop", "--restarts=0")).isEqualTo(2);
        assertThat(run("--soak=0")).isEqualTo(2);
        assertThat(run("--against=postfix,posthaste")).isEqualTo(2);

        assertThat(printed.toString(UTF_8))
                .contains("--restart measures this relay alone", "--restarts: at least 1", "--soak: at least 1 second");
    }

    @Test
    void theOverviewComparesWithPostfixAndWithTheCeiling() throws Exception {
        Results results = new Results(
                Machine.look(directory),
                List.of(
                        series("reuse", Contender.Kind.POSTHASTE, result(2, 0)),
                        series("reuse", Contender.Kind.POSTFIX, result(20, 0)),
                        series("reuse", Contender.Kind.DIRECT, result(1, 0)),
                        series("10k", Contender.Kind.POSTHASTE, result(1, 0), result(4, 0), result(2, 0)),
                        series("10k", Contender.Kind.POSTFIX, result(5, 0))));

        assertThat(results.overview()).isEqualTo("""
                delivered msg/s     posthaste   postfix   direct   to postfix   of direct
                reuse                      50         5      100         10.0        50 %
                10k               50 [25-100]        20                  2.50
                """);
        assertThat(results.table(Scenario.named("reuse").get(0))).contains("to postfix");
    }

    private static Series series(String scenario, Contender.Kind kind, RunResult... runs) {
        return new Series(Scenario.named(scenario).get(0), kind, List.of(runs));
    }

    @Test
    void figuresOfRestartsAreOverAllRestartsOfAllRuns() throws Exception {
        Series series = series(
                "reuse",
                Contender.Kind.POSTHASTE,
                restarted(new Restart(1, 400_000_000, 500_000_000, 900_000_000)),
                restarted(
                        new Restart(1, 600_000_000, 650_000_000, 660_000_000),
                        new Restart(1, 500_000_000, 550_000_000, 560_000_000)));

        assertThat(series.spread(Figure.RESTART_GREETED)).hasValue(new Series.Spread(500, 400, 600));
        assertThat(series.spread(Figure.RESTART_DELIVERED)).hasValue(new Series.Spread(660, 560, 900));
        assertThat(Figure.RESTART_ACCEPTED.of(series.runs().get(1))).hasValue(600);
        assertThat(Figure.RESTART_ACCEPTED.of(result(1, 0))).isEmpty();
        assertThat(new Results(Machine.look(directory), List.of(series)).json(Map.of()))
                .contains("\"restartDeliveredMillis\": 660", "\"deliveredMillis\": 900");
    }

    @Test
    void anUnknownScenarioIsAUsageErrorThatNamesTheKnownOnes() {
        assertThat(run("--scenario=fast")).isEqualTo(2);

        assertThat(printed.toString(UTF_8)).contains("no scenario fast", "new-connections");
    }

    @Test
    void theMedianAndTheRangeAreThoseOfTheRuns() {
        Series series = new Series(
                Scenario.named("reuse").get(0),
                Contender.Kind.POSTHASTE,
                List.of(result(2, 0), result(1, 0), result(4, 0)));

        Series.Spread accepted = series.spread(Figure.ACCEPTED_RATE).orElseThrow();

        assertThat(accepted).isEqualTo(new Series.Spread(50, 25, 100));
        assertThat(series.middleRun()).isEqualTo(series.runs().get(0));
        assertThat(series.spread(Figure.SYNCS).orElseThrow().median()).isEqualTo(0.08);
        assertThat(series.spread(Figure.HEAP_END)).isEmpty();
    }

    @Test
    void aLostMessageMakesTheRunInexact() {
        assertThat(result(1, 0).isExact()).isTrue();
        assertThat(result(1, 1).isExact()).isFalse();
    }

    /** A hundred messages, accepted and delivered within {@code seconds}. */
    private static RunResult result(int seconds, long lost) {
        return result(seconds, lost, List.of());
    }

    private static RunResult restarted(Restart... restarts) {
        return result(1, 0, List.of(restarts));
    }

    private static RunResult result(int seconds, long lost, List<Restart> restarts) {
        Histogram latency = new Histogram(3);
        latency.recordValue(1_000_000);
        long end = 7 + seconds * 1_000_000_000L;
        return new RunResult(
                Contender.Kind.POSTHASTE,
                "test",
                new Account(100, 100, lost, 0, 0, 0, end, end, latency, latency, latency),
                7,
                0,
                Optional.empty(),
                ProcessUsage.NONE,
                OptionalLong.of(8),
                OptionalDouble.empty(),
                RunResult.Heap.UNKNOWN,
                OptionalLong.empty(),
                restarts,
                Soak.NONE);
    }

    @Test
    void theHeapIsReadFromWhatEachCollectorPrints() {
        assertThat(Jcmd.used("1:\n garbage-first heap   total 262144K, used 12345K [0x1, 0x2)\n Metaspace used 9K"))
                .hasValue(12_345L * 1024);
        assertThat(Jcmd.used(" PSYoungGen      total 100K, used 10K [\n ParOldGen       total 200K, used 20K [\n"))
                .hasValue(30L * 1024);
        assertThat(Jcmd.used(" ZHeap           used 24M, capacity 256M")).hasValue(24L * 1024 * 1024);
        assertThat(Jcmd.used("no heap here")).isEmpty();
    }

    @Test
    void theHeapOfARunningJvmCanBeAsked() {
        assertThat(Jcmd.heapAfterFullCollection(ProcessHandle.current().pid())).isNotEmpty();
    }

    @Test
    void usageOfThisProcessGrows() {
        ProcessUsage before = ProcessUsage.ofTree(ProcessHandle.current().pid());
        long end = System.nanoTime() + 10_000_000_000L;
        ProcessUsage spent = before;
        while (spent.since(before).cpuMillis() == 0 && System.nanoTime() < end) {
            spent = ProcessUsage.ofTree(ProcessHandle.current().pid());
        }

        assertThat(spent.since(before).cpuMillis()).isPositive();
        assertThat(spent.peakResidentBytes()).isGreaterThan(10L * 1024 * 1024);
        assertThat(spent.switches().orElseThrow()).isPositive();
    }

    @Test
    void theRelayIsConfiguredForTheSinkAndTheBacklog() {
        var sink = new InetSocketAddress(InetAddress.getLoopbackAddress(), 2501);
        var later = new InetSocketAddress(InetAddress.getLoopbackAddress(), 2502);

        String config = Posthaste.configuration(
                directory, new Contender.Hops(sink, Optional.of(later)), 12_345, setup(Optional.empty()));

        assertThat(config.indexOf("\"127.0.0.1:2502\""))
                .as("first match wins, so the backlog comes first")
                .isPositive()
                .isLessThan(config.indexOf("\"127.0.0.1:2501\""));
        assertThat(config).contains("bind = \"127.0.0.1:12345\"", "queue.group-max = 64");
    }

    private static Contender.Setup setup(Optional<KeyPair> keys) {
        return new Contender.Setup("", List.of("queue.group-max = 64"), keys, Optional.empty());
    }

    @Test
    void aListenerThatIsMeasuredWithTlsSpeaksItAtOnce() throws IOException {
        var sink = new InetSocketAddress(InetAddress.getLoopbackAddress(), 2501);
        var hops = new Contender.Hops(sink, Optional.empty());
        KeyPair keys = KeyPair.make(directory);

        String config = Posthaste.configuration(directory, hops, 12_345, setup(Optional.of(keys)));

        assertThat(config).contains("tls = \"implicit\"", "tls.certificate = \"" + keys.certificate() + '"');
        assertThat(keys.key()).isNotEmptyFile();
        assertThat(Posthaste.configuration(directory, hops, 12_345, setup(Optional.empty())))
                .doesNotContain("tls");
    }
}
