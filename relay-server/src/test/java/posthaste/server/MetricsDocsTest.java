package posthaste.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.delivery.DeliveryMetrics;
import posthaste.delivery.client.ClientMetrics;
import posthaste.delivery.dns.DnsMetrics;
import posthaste.queue.QueueConfig;
import posthaste.queue.QueueMetrics;
import posthaste.queue.rocksdb.RocksMailQueue;
import posthaste.server.policy.RelayPolicy;
import posthaste.server.smtp.LimitsConfig;
import posthaste.server.smtp.ServerMetrics;
import posthaste.server.smtp.SessionSettings;

/** docs/operations.md and the registry know the same metrics. */
class MetricsDocsTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z_]+)`");
    private static final Pattern HELP = Pattern.compile("(?m)^# HELP ([a-z_]+) ");
    /** Only there when something happened: no registry that is fresh can tell. */
    private static final Set<String> LATER =
            Set.of("posthaste_smtp_refused_total", "jvm_gc_pause_seconds", "jvm_gc_concurrent_phase_time_seconds");

    @Test
    void everyMetricIsDocumented(@TempDir Path directory) throws IOException {
        Logging logging = Logging.start(Logging.Format.TEXT, false);
        var meters = new Meters(logging);
        Set<String> exported;
        try (var queue = RocksMailQueue.open(
                QueueConfig.defaults(directory), new QueueMetrics(meters.registry()), InstantSource.system())) {
            new DnsMetrics(meters.registry());
            new ClientMetrics(meters.registry());
            new DeliveryMetrics(meters.registry());
            RelayConfig config = ((ConfigReading.Usable) ConfigReader.read("", "", "machine.example")).config();
            new SessionSettings(
                    config.hostname(),
                    LimitsConfig.DEFAULT,
                    new RelayPolicy(config.networks(), config.local()),
                    queue,
                    new ServerMetrics(meters.registry()));
            exported = names(HELP, meters.registry().scrape());
        }
        meters.close();
        String docs = Files.readString(DocsDirectory.find().resolve("operations.md"));

        Set<String> documented = names(ROW, docs);

        exported.removeIf(name -> name.endsWith("_max") && exported.contains(name.substring(0, name.length() - 4)));
        exported.addAll(LATER);
        assertThat(documented).containsExactlyInAnyOrderElementsOf(exported);
    }

    private static Set<String> names(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
