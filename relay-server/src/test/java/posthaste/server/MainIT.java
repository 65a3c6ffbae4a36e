package posthaste.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The process from outside: commands, exit codes, signals. Each run is a JVM of its own. */
@Tag("slow")
@Timeout(120)
class MainIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Pattern READY =
            Pattern.compile(" ready smtp=127\\.0\\.0\\.1:(\\d+) admin=127\\.0\\.0\\.1:(\\d+)$");

    @TempDir
    private Path directory;

    /** A finished run. */
    private record Ended(int exitCode, String out, String err) {}

    private Process start(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                "posthaste.server.Main"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).directory(directory.toFile()).start();
    }

    private Ended run(String... arguments) throws Exception {
        return end(start(arguments));
    }

    /** What is still to come of both streams is short enough for the pipes to hold. */
    private static Ended end(Process process) throws Exception {
        try {
            assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .as("ended")
                    .isTrue();
            String out = new String(process.getInputStream().readAllBytes(), UTF_8);
            String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
            return new Ended(process.exitValue(), out, err);
        } finally {
            process.destroyForcibly();
        }
    }

    private Path config(String more) throws IOException {
        Path file = directory.resolve("posthaste.toml");
        return Files.writeString(
                file,
                """
                hostname = "relay.example.org"
                data-dir = "%s"
                listener = [{bind = "127.0.0.1:0"}]
                queue.free-space-reserve = 0
                bounce.postmaster = "postmaster@example.net"
                limits.drain-timeout = "1s"
                """.formatted(directory.resolve("data"))
                        + (more.contains("admin") ? "" : "admin.bind = \"127.0.0.1:0\"\n")
                        + more);
    }

    /** Reads standard error until the line {@code ready}, and leaves the rest unread. */
    private static Matcher awaitReady(BufferedReader log) throws IOException {
        StringBuilder seen = new StringBuilder();
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            seen.append(line).append('\n');
            Matcher ready = READY.matcher(line);
            if (ready.find()) return ready;
        }
        throw new AssertionError("ended before it was ready:\n" + seen);
    }

    private static BufferedReader log(Process relay) {
        return new BufferedReader(new InputStreamReader(relay.getErrorStream(), UTF_8));
    }

    @Test
    void theVersionIsShown() throws Exception {
        Ended version = run("version");

        assertThat(version.exitCode()).isZero();
        assertThat(version.out()).startsWith("posthaste 0.").contains("Java " + Runtime.version());
        assertThat(version.err()).isEmpty();
    }

    @Test
    void whatIsNoCommandOrOptionIs64() throws Exception {
        for (String[] arguments : List.of(
                new String[] {"frobnicate"}, new String[] {}, new String[] {"serve", "--nonsense"}, new String[] {
                    "check"
                })) {
            Ended misuse = run(arguments);

            assertThat(misuse.exitCode()).as("%s", (Object) arguments).isEqualTo(64);
            assertThat(misuse.err())
                    .startsWith("posthaste: ")
                    .contains("Usage: posthaste")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void checkSaysOkOrEveryProblemAndExits78() throws Exception {
        Ended good = run("check", "--config", config("").toString());
        Ended bad = run(
                "check", "--config", config("nonsense = 1\nretry.expire = 5\n").toString());

        assertThat(good).isEqualTo(new Ended(0, "ok" + System.lineSeparator(), ""));
        assertThat(bad.exitCode()).isEqualTo(78);
        assertThat(bad.out()).isEmpty();
        assertThat(bad.err())
                .contains("posthaste.toml:8:1: nonsense: unknown key", "posthaste.toml:9:1: retry.expire: 5");
    }

    @Test
    void serveRefusesABadConfigurationBeforeItTouchesTheDisk() throws Exception {
        Ended refused = run("serve", "--config", config("nonsense = 1\n").toString());

        assertThat(refused.exitCode()).isEqualTo(78);
        assertThat(refused.err()).contains("nonsense: unknown key").doesNotContain("\tat ");
        assertThat(directory.resolve("data")).doesNotExist();
    }

    @Test
    void anAddressInUseIs69() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String config = config("admin.bind = \"127.0.0.1:" + taken.getLocalPort() + "\"\n")
                    .toString();

            Ended refused = run("serve", "--config", config);

            assertThat(refused.exitCode()).isEqualTo(69);
            assertThat(refused.err())
                    .contains("posthaste: cannot listen at 127.0.0.1:" + taken.getLocalPort()
                            + ": the address is in use; stop")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void aDataDirectoryThatCannotBeWrittenIs73() throws Exception {
        // Below a file: that stops root too.
        Files.writeString(directory.resolve("data"), "no directory");

        Ended refused = run("serve", "--config", config("").toString());

        assertThat(refused.exitCode()).isEqualTo(73);
        assertThat(refused.err())
                .contains("posthaste: cannot write to the data directory", "make it writable")
                .doesNotContain("\tat ");
    }

    @Test
    void aDamagedDatabaseIs65() throws Exception {
        Path database = Files.createDirectories(directory.resolve("data/queue"));
        Files.writeString(database.resolve("CURRENT"), "nonsense without a line end");

        Ended refused = run("serve", "--config", config("").toString());

        assertThat(refused.exitCode()).isEqualTo(65);
        assertThat(refused.err()).contains("is damaged", "Nothing was changed").doesNotContain("\tat ");
    }

    @Test
    void aSecondProcessOnTheDataDirectoryIs75AndSigtermEndsTheFirstWith0() throws Exception {
        String config = config("").toString();
        Process first = start("serve", "--config", config);
        try (BufferedReader log = log(first)) {
            Matcher ready = awaitReady(log);
            assertThat(status("http://127.0.0.1:" + ready.group(2) + "/health/ready"))
                    .isEqualTo(200);

            Ended second = run("serve", "--config", config);
            assertThat(second.exitCode()).isEqualTo(75);
            assertThat(second.err())
                    .contains("another process uses the data directory")
                    .doesNotContain("\tat ");

            first.toHandle().destroy(); // unlike that of Process it leaves the log open
            assertThat(first.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(first.exitValue()).isZero();
            assertThat(log.lines()).anyMatch(line -> line.endsWith(" stopped"));
        } finally {
            first.destroyForcibly();
        }
    }

    private static int status(String uri) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(uri)).timeout(LIMIT).build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void aSecondSignalEndsTheProcessAtOnce() throws Exception {
        Process relay = start("serve", "--config", patient().toString());
        try (BufferedReader log = log(relay)) {
            Matcher ready = awaitReady(log);
            int port = Integer.parseInt(ready.group(1));
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                openTransaction(client);
                relay.toHandle().destroy();
                assertThat(log.readLine()).contains("SIGTERM: stopping");
                awaitStatus("http://127.0.0.1:" + ready.group(2) + "/health/ready", 503);

                relay.toHandle().destroy();

                assertThat(relay.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
                assertThat(relay.exitValue()).isEqualTo(143);
            }
        } finally {
            relay.destroyForcibly();
        }
    }

    /** The line in the log comes a moment before the change. */
    private static void awaitStatus(String uri, int expected) throws Exception {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        int status = status(uri);
        while (status != expected && System.nanoTime() < deadline) status = status(uri);
        assertThat(status).as(uri).isEqualTo(expected);
    }

    /** A drain that would outlast the test. */
    private Path patient() throws IOException {
        Path file = config("");
        return Files.writeString(file, Files.readString(file).replace("\"1s\"", "\"1h\""));
    }

    /** Up to the middle of a message, which a stopping relay waits for. */
    private static void openTransaction(Socket client) throws IOException {
        var replies = new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8));
        for (String command :
                List.of("", "HELO a.example", "MAIL FROM:<a@a.example>", "RCPT TO:<b@b.example>", "DATA")) {
            if (!command.isEmpty()) client.getOutputStream().write((command + "\r\n").getBytes(UTF_8));
            assertThat(replies.readLine()).matches("[23].*");
        }
        client.getOutputStream().write("Subject: half a message\r\n".getBytes(UTF_8));
    }

    /** Where epoll does not work, both directions have to. */
    @Test
    void oneLoopOnNioTakesMailAndConnectsToTheNextHop() throws Exception {
        try (ServerSocket hop = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            hop.setSoTimeout((int) LIMIT.toMillis());
            String more = """
                    event-loops = {count = 1, transport = "nio"}
                    route = [{match = ["*"], next-hop = ["127.0.0.1:%d"]}]
                    """.formatted(hop.getLocalPort());
            Process relay = start("serve", "--config", config(more).toString());
            try (BufferedReader log = log(relay)) {
                int port = Integer.parseInt(awaitReady(log).group(1));
                try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    openTransaction(client);
                    client.getOutputStream().write("\r\nwhole\r\n.\r\n".getBytes(UTF_8));
                    try (Socket taken = hop.accept()) {
                        taken.getOutputStream().write("220 hop.example\r\n".getBytes(UTF_8));
                        var commands = new BufferedReader(new InputStreamReader(taken.getInputStream(), UTF_8));
                        assertThat(commands.readLine()).isEqualTo("EHLO relay.example.org");
                    }
                }
            } finally {
                relay.destroyForcibly();
            }
        }
    }

    @Test
    void theLogIsJsonWhereThatIsAskedFor() throws Exception {
        Process relay =
                start("serve", "--log-format", "json", "--config", config("").toString());
        try (BufferedReader log = log(relay)) {
            assertThat(log.readLine()).startsWith("{").endsWith("}").contains("\"level\":\"INFO\"");
        } finally {
            relay.destroyForcibly();
        }
    }
}
