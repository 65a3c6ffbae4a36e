package posthaste.peer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.delivery.testkit.ScriptedHop;

/** A content filter on the library that the milter protocol comes from, by pymilter, behind the whole relay. */
@Tag("peer")
class FilterIT {
    /** Debian's, which alone finds Debian's modules. */
    private static final String PYTHON = "/usr/bin/python3";

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private ScriptedHop hop;
    private Process filter;
    private int filterPort;
    private RelayUnderTest relay;

    @BeforeEach
    void start() throws IOException, URISyntaxException {
        RelayUnderTest.assumeBuilt();
        Assumptions.assumeTrue(Files.isExecutable(Path.of(PYTHON)), "not installed: python3");
        boolean installed = Programs.run(PYTHON, "-c", "import Milter").exitCode() == 0;
        Assumptions.assumeTrue(installed, "not installed: python3-milter");
        hop = ScriptedHop.start();
        filterPort = freePort();
        startFilter();
        relay = RelayUnderTest.start(
                directory, """
                hostname = "%s"
                data-dir = "%s"
                [[listener]]
                bind = "127.0.0.1:0"
                [[filter]]
                address = "127.0.0.1:%d"
                timeout = "10s"
                [queue]
                free-space-reserve = "16 MiB"
                [[route]]
                match = ["*"]
                next-hop = ["127.0.0.1:%d"]
                [admin]
                bind = "127.0.0.1:0"
                """.formatted(RelayUnderTest.HOSTNAME, directory.resolve("data"), filterPort, hop.port()));
    }

    private static int freePort() throws IOException {
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private void startFilter() throws IOException, URISyntaxException {
        var script = Objects.requireNonNull(FilterIT.class.getResource("/filters/judge.py"));
        filter = new ProcessBuilder(PYTHON, Path.of(script.toURI()).toString(), String.valueOf(filterPort))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!listens()) {
            assertThat(System.nanoTime()).as("the filter does not listen").isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    private boolean listens() {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), filterPort), 1_000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (relay != null) relay.close();
        if (filter != null) endFilter();
        if (hop != null) hop.close();
    }

    private void endFilter() throws InterruptedException {
        filter.destroyForcibly();
        assertThat(filter.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    private String sent(RawSmtp client, String subject) throws IOException {
        String message = "From: a@sender.example\r\nSubject: " + subject + "\r\n\r\n.a dot\r\nand a line\r\n";
        return client.send("a@sender.example", "u@dest.example", message.getBytes(ISO_8859_1));
    }

    @Test
    @DisplayName("I115 what a real filter says of a message is what its client hears")
    void theFilterDecides() throws Exception {
        try (RawSmtp client = RawSmtp.connect(relay.address())) {
            assertThat(sent(client, "please refuse this"))
                    .startsWith("550 5.7.1 ")
                    .endsWith(" has 20 octets of it");
            assertThat(sent(client, "try later")).startsWith("451 4.7.1 ");
            assertThat(sent(client, "hold it")).startsWith("250 2.0.0 ").contains("held");
            assertThat(sent(client, "fine")).startsWith("250 2.0.0 ");

            assertThat(hop.awaitReceived(1))
                    .hasSize(1)
                    .allSatisfy(
                            each -> assertThat(each.text()).contains("Subject: fine\r\n\r\n.a dot\r\nand a line\r\n"));

            endFilter();
            assertThat(sent(client, "fine")).startsWith("451 4.7.1 ");
            startFilter();
            assertThat(sent(client, "fine")).startsWith("250 2.0.0 ");
        }
        assertThat(hop.awaitReceived(2)).hasSize(2);
    }
}
