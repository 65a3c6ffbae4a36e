package posthaste.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import posthaste.bench.load.LoadShape;

/**
 * Measures the relay from outside: starts it by its launcher in a fresh directory, sends it a load, takes what it
 * delivers, and tells rates, latencies and what a message cost, with every message accounted for. On request the same is
 * done with a tuned Postfix, run by run in turn, so that whatever else the machine does meets both. docs/benchmarks.md
 * says how to read the figures.
 */
@Command(
        name = "end-to-end",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measures the relay from outside; exits with 1 where a message was lost, repeated or changed.")
public final class EndToEnd implements Callable<Integer> {
    private static final Duration SETTLE = Duration.ofSeconds(30);

    @Option(
            names = "--scenario",
            split = ",",
            description = "reuse, pipelined, new-connections, 10k, 100k, one-session, paced-300, offered-2000 or all"
                    + " (default ${DEFAULT-VALUE}); the options below change what they say")
    private List<String> scenarios = List.of("reuse");

    @Option(names = "--connections", description = "parallel clients")
    private Optional<Integer> connections = Optional.empty();

    @Option(names = "--messages-per-connection", description = "then a client connects anew; 0 = never")
    private Optional<Integer> messagesPerConnection = Optional.empty();

    @Option(names = "--pipelining", arity = "1", description = "true: MAIL, RCPT and DATA in one write")
    private Optional<Boolean> pipelining = Optional.empty();

    @Option(names = "--size", description = "octets of a message, header included")
    private Optional<Integer> size = Optional.empty();

    @Option(names = "--recipients", description = "of each message")
    private Optional<Integer> recipients = Optional.empty();

    @Option(names = "--domains", description = "over so many destinations")
    private Optional<Integer> domains = Optional.empty();

    @Option(names = "--rate", description = "open loop: so many messages are due per second; 0 = closed loop")
    private Optional<Double> rate = Optional.empty();

    @Option(names = "--seconds", description = "length of a run (default ${DEFAULT-VALUE})")
    private int seconds = 10;

    @Option(names = "--messages", description = "length of a run in messages, instead of --seconds")
    private Optional<Long> messages = Optional.empty();

    @Option(names = "--warm-up", description = "seconds of load before, not counted (default ${DEFAULT-VALUE})")
    private int warmUpSeconds = 10;

    @Option(names = "--runs", description = "how often each is measured (default ${DEFAULT-VALUE})")
    private int runs = 3;

    @Option(names = "--direct", description = "measure generator and sink without a relay: the ceiling")
    private boolean direct;

    @Option(names = "--against", split = ",", description = "POSTFIX, DIRECT or both: measured in turn with the relay")
    private List<Contender.Kind> against = List.of();

    @Option(names = "--only", description = "POSTHASTE, POSTFIX or DIRECT: measure nothing else")
    private Optional<Contender.Kind> only = Optional.empty();

    @Option(names = "--backlog", description = "so many messages that cannot be delivered lie in the queue meanwhile")
    private Optional<Long> backlog = Optional.empty();

    @Option(names = "--destinations", description = "of the backlog (default ${DEFAULT-VALUE})")
    private int destinations = 1_000;

    @Option(names = "--unreachable", description = "nobody listens where the backlog goes; else its hosts answer 451")
    private boolean unreachable;

    @Option(
            names = "--restart",
            arity = "0..1",
            fallbackValue = "STOP",
            description = "STOP (SIGTERM) or KILL (SIGKILL): with the backlog in its queue the relay is ended and"
                    + " launched again, and timed until it takes and delivers a message")
    private Optional<Restart.Ending> restart = Optional.empty();

    @Option(names = "--restarts", description = "how often in each run (default ${DEFAULT-VALUE})")
    private int restarts = 3;

    @Option(
            names = "--soak",
            arity = "0..1",
            fallbackValue = "5",
            description = "look every so many seconds (default 5) at what the relay holds, and tell what grows")
    private Optional<Integer> soak = Optional.empty();

    @Option(
            names = "--tls",
            description = "clients speak TLS from the first octet on, each connection with a whole handshake; P-256,"
                    + " the same certificate for all")
    private boolean tls;

    @Option(names = "--heap", description = "run full collections and tell what is left")
    private boolean heap;

    @Option(
            names = "--java-opts",
            description = "JAVA_OPTS of the relay, instead of the launcher's defaults (default: ${DEFAULT-VALUE})")
    private String javaOptions = "-Xmx256m -XX:MaxDirectMemorySize=128m -XX:+ExitOnOutOfMemoryError";

    @Option(
            names = "--set",
            description = "a line of the relay's configuration, such as 'queue.group-max = 64'; can be repeated")
    private List<String> settingLines = List.of();

    @Option(names = "--profile", description = "keep a flight recording of each run of the relay, and sum it up")
    private boolean profile;

    @Option(
            names = "--directory",
            description = "where the relays write; it decides the disk (default: java.io.tmpdir)")
    private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

    @Option(names = "--json", description = "file for all figures; recordings are kept beside it")
    private Optional<Path> json = Optional.empty();

    @Option(names = "--svg", description = "directory for drawings")
    private Optional<Path> svg = Optional.empty();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    private final PrintStream out;

    EndToEnd(PrintStream out) {
        this.out = out;
    }

    /** @param args see {@code --help} */
    public static void main(String[] args) {
        System.exit(commandLine(System.out).execute(args));
    }

    static CommandLine commandLine(PrintStream out) {
        return new CommandLine(new EndToEnd(out))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(EndToEnd::explain);
    }

    /** What went wrong outside, in a line; a bug with its stack. */
    private static int explain(Exception failure, CommandLine commandLine, CommandLine.ParseResult parsed)
            throws Exception {
        if (!(failure instanceof IOException)) throw failure;
        commandLine.getErr().println("end-to-end: " + failure.getMessage());
        return 1;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Scenario> wanted = wanted();
        List<Contender.Kind> contenders = contenders();
        check(contenders);
        Machine machine = Machine.look(directory);
        out.println(machine);
        List<Series> series = new ArrayList<>();
        for (Scenario scenario : wanted) {
            List<Series> measured = measure(scenario, contenders);
            series.addAll(measured);
            out.println();
            out.print(new Results(machine, measured).table(scenario));
        }
        Results results = new Results(machine, series);
        if (wanted.size() > 1) out.print("\n" + results.overview());
        keep(results);
        return results.areExact() ? 0 : 1;
    }

    private List<Scenario> wanted() {
        try {
            return scenarios.stream()
                    .flatMap(name -> Scenario.named(name).stream())
                    .map(this::adapted)
                    .toList();
        } catch (IllegalArgumentException wrong) {
            throw usage(String.valueOf(wrong.getMessage()));
        }
    }

    private Scenario adapted(Scenario preset) {
        LoadShape shape = preset.shape();
        LoadShape adapted = new LoadShape(
                connections.orElse(shape.connections()),
                messagesPerConnection.orElse(shape.messagesPerConnection()),
                pipelining.orElse(shape.pipelining()),
                domains.orElse(shape.domains()),
                recipients.orElse(shape.recipients()),
                shape.domainSuffix(),
                rate.orElse(shape.ratePerSecond()));
        return new Scenario(preset.name(), adapted, size.orElse(preset.contentBytes()));
    }

    private List<Contender.Kind> contenders() {
        if (direct) return List.of(Contender.Kind.DIRECT);
        if (only.isPresent()) return List.of(only.get());
        if (against.contains(Contender.Kind.POSTHASTE)) {
            throw usage("--against names others: POSTFIX, DIRECT or both");
        }
        return Stream.concat(Stream.of(Contender.Kind.POSTHASTE), against.stream())
                .distinct()
                .toList();
    }

    /** Refuses what could only fail when minutes have gone by. */
    private void check(List<Contender.Kind> contenders) {
        if (restart.isPresent() && !contenders.equals(List.of(Contender.Kind.POSTHASTE))) {
            throw usage("--restart measures this relay alone: leave out --against, --only and --direct");
        }
        if (tls && (restart.isPresent() || contenders.contains(Contender.Kind.DIRECT))) {
            throw usage("--tls: neither the sink nor --restart speaks it");
        }
        if (restarts < 1) throw usage("--restarts: at least 1");
        if (soak.isPresent() && soak.get() < 1) throw usage("--soak: at least 1 second");
    }

    private CommandLine.ParameterException usage(String why) {
        return new CommandLine.ParameterException(spec.commandLine(), why);
    }

    /** A B A B: what disturbs the machine for a while disturbs both. */
    private List<Series> measure(Scenario scenario, List<Contender.Kind> contenders)
            throws IOException, InterruptedException {
        Path keys = Files.createTempDirectory(directory, "posthaste-bench-keys-");
        try {
            return measure(scenario, contenders, tls ? Optional.of(KeyPair.make(keys)) : Optional.empty());
        } finally {
            delete(keys);
        }
    }

    private List<Series> measure(Scenario scenario, List<Contender.Kind> contenders, Optional<KeyPair> keys)
            throws IOException, InterruptedException {
        Measurement measurement = new Measurement(plan(keys));
        Map<Contender.Kind, List<RunResult>> results = new EnumMap<>(Contender.Kind.class);
        for (int run = 1; run <= runs; run++) {
            for (Contender.Kind kind : contenders) {
                RunResult result = measure(measurement, scenario, kind, run);
                results.computeIfAbsent(kind, key -> new ArrayList<>()).add(result);
            }
        }
        return contenders.stream()
                .map(kind -> new Series(scenario, kind, results.getOrDefault(kind, List.of())))
                .toList();
    }

    private Measurement.Plan plan(Optional<KeyPair> keys) {
        return new Measurement.Plan(
                messages.map(LoadShape.Limit::messages)
                        .orElseGet(() -> LoadShape.Limit.time(Duration.ofSeconds(seconds))),
                Duration.ofSeconds(warmUpSeconds),
                SETTLE,
                heap,
                backlog.map(count -> new Measurement.Backlog(count, destinations, unreachable)),
                restart.map(ending -> new Measurement.Restarting(ending, restarts)),
                soak.map(Duration::ofSeconds),
                javaOptions,
                settingLines,
                keys);
    }

    private RunResult measure(Measurement measurement, Scenario scenario, Contender.Kind kind, int run)
            throws IOException, InterruptedException {
        String name = scenario.name() + "-" + kind.label() + "-" + run;
        Optional<Path> recording = profile && kind == Contender.Kind.POSTHASTE
                ? Optional.of(beside().resolve(name + ".jfr").toAbsolutePath())
                : Optional.empty();
        Path fresh = Files.createTempDirectory(directory, "posthaste-bench-");
        try {
            RunResult result = measurement.run(kind, scenario, fresh, recording);
            out.printf(
                    Locale.ROOT,
                    "%s: %,.0f accepted/s, %,.0f delivered/s%s%n",
                    name,
                    result.acceptedPerSecond().orElse(0),
                    result.deliveredPerSecond().orElse(0),
                    result.isExact() ? "" : ", NOT EXACT");
            if (!result.soak().samples().isEmpty()) out.print(result.soak().table());
            if (recording.isPresent()) out.print(ProfileSummary.of(recording.get()));
            return result;
        } finally {
            delete(fresh);
        }
    }

    private Path beside() {
        return json.map(Path::toAbsolutePath).map(Path::getParent).orElse(Path.of(""));
    }

    private void keep(Results results) throws IOException {
        if (json.isPresent()) Files.writeString(json.get(), results.json(settings()));
        if (svg.isEmpty()) return;
        Files.createDirectories(svg.get());
        for (Map.Entry<String, String> drawing : results.drawings().entrySet()) {
            Files.writeString(svg.get().resolve(drawing.getKey()), drawing.getValue());
        }
    }

    private Map<String, Object> settings() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("runs", runs);
        settings.put("warmUpSeconds", warmUpSeconds);
        if (messages.isPresent()) settings.put("messages", messages.get());
        else settings.put("seconds", seconds);
        backlog.ifPresent(count -> settings.put("backlog", count));
        if (backlog.isPresent()) settings.put("backlogDestinations", destinations);
        if (backlog.isPresent()) settings.put("backlogUnreachable", unreachable);
        restart.ifPresent(ending -> settings.put("restart", ending.name().toLowerCase(Locale.ROOT)));
        if (restart.isPresent()) settings.put("restarts", restarts);
        soak.ifPresent(interval -> settings.put("soakSeconds", interval));
        if (tls) settings.put("tls", true);
        settings.put("javaOptions", javaOptions);
        if (!settingLines.isEmpty()) settings.put("set", settingLines);
        settings.put("directory", directory.toAbsolutePath().toString());
        return settings;
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
        }
    }
}
