package posthaste.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/operations.md and the registry know the same metrics. */
class MetricsDocsTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final String MAX = "_max";
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z_]+)`");
    private static final Pattern HELP = Pattern.compile("(?m)^# HELP ([a-z_]+) ");
    /** Only there when something happened, or with a certificate: no registry that is fresh can tell. */
    private static final Set<String> LATER = Set.of(
            "posthaste_smtp_refused_total",
            "posthaste_auth_attempts_total",
            "posthaste_tls_certificate_left_seconds",
            "jvm_gc_pause_seconds",
            "jvm_gc_concurrent_phase_time_seconds");

    @Test
    void everyMetricIsDocumented(@TempDir Path directory) throws Exception {
        String toml = """
                data-dir = "%s"
                listener = [{bind = "127.0.0.1:0"}]
                queue.free-space-reserve = 0
                admin.bind = "127.0.0.1:0"
                """.formatted(directory);
        RelayConfig config = ((ConfigReading.Usable) ConfigReader.read("", toml, "machine.example")).config();
        Relay relay = Relay.start(config, Logging.start(Logging.Format.TEXT, false), why -> {});
        Set<String> exported;
        try {
            exported = names(HELP, scrape(relay.adminAddress()));
        } finally {
            relay.stop(Duration.ZERO);
        }

        Set<String> documented =
                names(ROW, Files.readString(DocsDirectory.find().resolve("operations.md")));

        Set<String> maxima = exported.stream()
                .filter(name ->
                        name.endsWith(MAX) && exported.contains(name.substring(0, name.length() - MAX.length())))
                .collect(Collectors.toSet());
        exported.removeAll(maxima);
        exported.addAll(LATER);
        assertThat(documented).containsExactlyInAnyOrderElementsOf(exported);
    }

    private static String scrape(InetSocketAddress admin) throws IOException, InterruptedException {
        var uri = URI.create("http://127.0.0.1:" + admin.getPort() + "/metrics");
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).timeout(LIMIT).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static Set<String> names(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
