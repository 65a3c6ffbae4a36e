package posthaste.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import posthaste.delivery.testkit.ScriptedHop;

/** swaks as a balancer and as a proxy: the relay believes what others write of their clients, and judges those. */
@Tag("peer")
class BehindProxiesIT {
    @TempDir
    private Path directory;

    private ScriptedHop hop;

    @BeforeEach
    void start() {
        Programs.assumePresent("swaks");
        RelayUnderTest.assumeBuilt();
        hop = ScriptedHop.start();
    }

    @AfterEach
    void stop() {
        if (hop != null) hop.close();
    }

    private RelayUnderTest relay(String ofTheListener, String ofTheRelay) throws Exception {
        return RelayUnderTest.start(directory, """
                hostname = "%s"
                data-dir = "%s"
                [[listener]]
                bind = "127.0.0.1:0"
                %s
                [relay]
                networks = ["192.0.2.0/24"]
                %s
                [queue]
                free-space-reserve = "16 MiB"
                [[route]]
                match = ["*"]
                next-hop = ["127.0.0.1:%d"]
                [admin]
                bind = "127.0.0.1:0"
                """.formatted(
                        RelayUnderTest.HOSTNAME, directory.resolve("data"), ofTheListener, ofTheRelay, hop.port()));
    }

    private static Programs.Result swaks(RelayUnderTest relay, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of("swaks", "--server", "127.0.0.1", "--port"));
        command.add(Integer.toString(relay.address().getPort()));
        command.addAll(List.of("--helo", "swaks.example", "--from", "a@sender.example", "--to", "b@example.net"));
        command.addAll(Arrays.asList(more));
        return Programs.run(Map.of(), command, "");
    }

    private String arrived() {
        return hop.awaitReceived(1).get(0).text();
    }

    @ParameterizedTest
    @CsvSource({"1, TCP4", "2, AF_INET"})
    @DisplayName("I238 a header of swaks, in both versions")
    void aBalancerIsBelieved(String version, String family) throws Exception {
        String[] header = {
            "--proxy-version",
            version,
            "--proxy-family",
            family,
            "--proxy-source-port",
            "49153",
            "--proxy-dest",
            "127.0.0.1",
            "--proxy-dest-port",
            "25",
            "--proxy-source"
        };
        String[] known = Arrays.copyOf(header, header.length + 1);
        known[header.length] = "192.0.2.9";
        String[] stranger = Arrays.copyOf(header, header.length + 1);
        stranger[header.length] = "203.0.113.5";
        try (RelayUnderTest relay = relay("proxy-networks = [\"127.0.0.1\"]", "")) {
            swaks(relay, known).orFail();
            assertThat(swaks(relay, stranger).output()).contains("550 5.7.1 Relaying denied");

            assertThat(arrived()).startsWith("Received: from swaks.example ([192.0.2.9])");
        }
    }

    @Test
    @DisplayName("I236 XCLIENT of swaks")
    void aProxyIsBelieved() throws Exception {
        try (RelayUnderTest relay = relay("", "xclient-networks = [\"127.0.0.1\"]")) {
            swaks(relay, "--xclient-addr", "192.0.2.9", "--xclient-name", "spike.example", "--xclient-helo", "spike")
                    .orFail();
            assertThat(swaks(relay, "--xclient-addr", "203.0.113.5").output()).contains("550 5.7.1 Relaying denied");
            assertThat(swaks(relay).output()).contains("550 5.7.1 Relaying denied");

            assertThat(arrived()).startsWith("Received: from spike ([192.0.2.9])");
        }
    }
}
