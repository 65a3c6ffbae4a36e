package posthaste.bench;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import posthaste.bench.hostile.Attack;
import posthaste.bench.hostile.Siege;
import posthaste.bench.hostile.Target;
import posthaste.bench.report.TextTable;

/**
 * Plays every hostile client against the relay as it is shipped, one attack after the other, while a client that means
 * well goes on sending. Ends with 1 where that one was not served, or where the relay keeps what it should have let go of.
 */
@Command(
        name = "hostile",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Plays hostile clients against the relay; exits with 1 where a promise breaks.")
public final class Hostile implements Callable<Integer> {
    private static final Duration READY_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
    private static final Duration REST_LIMIT = Duration.ofSeconds(20);
    private static final long REST_LOOK_MILLIS = 100;
    private static final String MEMORY = "-Xmx256m -XX:MaxDirectMemorySize=128m -XX:+ExitOnOutOfMemoryError";

    /** For the ends of connections of each of two event loops, ten a second each, and what else is to be said. */
    private static final int LINES_PER_SECOND_MAX = 40;

    private static final int LINE_CHARS_MAX = 400;

    @Option(names = "--seconds", description = "length of each attack (default ${DEFAULT-VALUE})")
    private int seconds = 10;

    @Option(names = "--attack", split = ",", description = "only these: ${COMPLETION-CANDIDATES}")
    private List<Attack> attacks = List.of(Attack.values());

    @Option(
            names = "--scale",
            description = "how much of the largest attacks: 1 is 5,000 idle connections (default ${DEFAULT-VALUE})")
    private double scale = 1;

    @Option(names = "--leaks", description = "have every buffer and every TLS engine watched; slower")
    private boolean leaks;

    @Option(names = "--directory", description = "where the relay writes (default: java.io.tmpdir)")
    private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

    private final PrintStream out;
    private final RelayLog log = new RelayLog();

    Hostile(PrintStream out) {
        this.out = out;
    }

    /** @param args see {@code --help} */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Hostile(System.out))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException, GeneralSecurityException {
        Path fresh = Files.createTempDirectory(directory, "posthaste-hostile-");
        try {
            return besiege(fresh) ? 0 : 1;
        } finally {
            delete(fresh);
        }
    }

    private boolean besiege(Path fresh) throws IOException, InterruptedException, GeneralSecurityException {
        KeyPair keys = KeyPair.make(fresh);
        Path config = fresh.resolve("posthaste.toml");
        RelayProcess.write(config, configuration(fresh, keys));
        RelayProcess relay = RelayProcess.start(RelayProcess.launcher(), config, List.of(), environment(), log);
        try {
            RelayProcess.Bound bound = relay.awaitReady(READY_LIMIT);
            Target target = new Target(bound.smtp(), believing(keys.certificate()), scale);
            Siege.warmUp(target);
            boolean kept = besiege(relay, bound.admin(), target);
            relay.terminate(STOP_LIMIT);
            return kept;
        } finally {
            relay.close();
        }
    }

    /** With it Netty logs, as an error, each buffer and each TLS engine that nobody gave back. */
    private Map<String, String> environment() {
        return leaks ? Map.of("JAVA_OPTS", MEMORY + " -Dio.netty.leakDetection.level=paranoid") : Map.of();
    }

    private boolean besiege(RelayProcess relay, InetSocketAddress admin, Target target) throws InterruptedException {
        var table = new TextTable(
                "attack",
                "connections",
                "served",
                "worst ms",
                "heap MiB",
                "RSS MiB",
                "direct MiB",
                "descriptors",
                "log lines",
                "");
        Holding before = rest(relay, admin, Long.MAX_VALUE);
        boolean kept = true;
        for (Attack attack : attacks) {
            int linesBefore = log.lines().size();
            Siege.Outcome outcome = Siege.of(target, attack, Duration.ofSeconds(seconds));
            Holding after = rest(relay, admin, before.descriptorsMax());
            List<String> said = log.lines().subList(linesBefore, log.lines().size());
            List<String> broken = broken(outcome, before, after, said);
            kept &= broken.isEmpty();
            List<String> row = new ArrayList<>(List.of(
                    outcome.title(),
                    String.valueOf(outcome.connections()),
                    String.valueOf(outcome.served()),
                    String.valueOf(outcome.worst().toMillis())));
            row.addAll(after.cells());
            row.addAll(List.of(String.valueOf(said.size()), String.join("; ", broken)));
            table.row(row);
            out.printf(
                    "%s: served %d, worst %d ms %s%n",
                    outcome.title(), outcome.served(), outcome.worst().toMillis(), broken);
        }
        out.println();
        out.print(table);
        return kept;
    }

    private List<String> broken(Siege.Outcome outcome, Holding before, Holding after, List<String> said) {
        List<String> broken = new ArrayList<>();
        outcome.failure().ifPresent(why -> broken.add("NOT SERVED: " + why));
        if (outcome.served() == 0) broken.add("NOT SERVED");
        if (outcome.smuggled() > 0) broken.add("SMUGGLED: " + outcome.smuggled());
        broken.addAll(after.broken(before));
        if (said.size() > LINES_PER_SECOND_MAX * (seconds + REST_LIMIT.toSeconds())) broken.add("LOG TOO LONG");
        if (said.stream().anyMatch(line -> line.length() > LINE_CHARS_MAX)) broken.add("LOG LINE TOO LONG");
        if (said.stream().anyMatch(line -> line.contains(" ERROR ") || line.startsWith("\tat ")))
            broken.add("ERRORS LOGGED");
        return broken;
    }

    /** Waits until the attackers are gone, and looks. */
    private Holding rest(RelayProcess relay, InetSocketAddress admin, long descriptorsMax) throws InterruptedException {
        long deadline = System.nanoTime() + REST_LIMIT.toNanos();
        while (System.nanoTime() < deadline) {
            double sessions =
                    MetricsPage.of(admin).sum("posthaste_smtp_sessions").orElse(1);
            long open = ProcessHoldings.of(relay.pid()).descriptors().orElse(0);
            if (sessions == 0 && open <= descriptorsMax) break;
            Thread.sleep(REST_LOOK_MILLIS);
        }
        OptionalLong heap = Jcmd.heapAfterFullCollection(relay.pid());
        ProcessHoldings holdings = ProcessHoldings.of(relay.pid());
        return new Holding(
                heap,
                holdings.residentBytes(),
                holdings.descriptors(),
                MetricsPage.of(admin).sum("posthaste_memory_direct_bytes"));
    }

    /** Only 127.0.0.1 may relay; attackers come from elsewhere. Mail goes nowhere, and waits. */
    private static String configuration(Path directory, KeyPair keys) throws IOException {
        Tool user = Tool.run(
                READY_LIMIT,
                List.of(
                        "sh",
                        "-c",
                        "printf %s \"$0\" | \"$1\" user \"$2\"",
                        Siege.PASSWORD,
                        RelayProcess.launcher().toString(),
                        Siege.USER));
        if (user.exit() != 0) throw new IOException("posthaste user: " + user.output());
        return """
                hostname = "relay.test"
                data-dir = "%s"
                relay.networks = ["127.0.0.1/32"]
                queue.free-space-reserve = "16 MiB"
                admin.bind = "127.0.0.1:0"
                tls.certificate = "%s"
                tls.private-key = "%s"
                [[listener]]
                bind = "127.0.0.1:0"
                [[route]]
                match = ["*"]
                next-hop = ["127.0.0.1:1"]
                %s
                """.formatted(directory.resolve("data"), keys.certificate(), keys.key(), user.output());
    }

    private static SSLContext believing(Path certificate) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, new char[0]);
        try (InputStream in = new FileInputStream(certificate.toFile())) {
            store.setCertificateEntry(
                    "relay", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
        }
    }
}
