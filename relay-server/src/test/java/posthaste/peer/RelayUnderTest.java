package posthaste.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * The relay as a process of its own. Runs what was just compiled, from the class path of the tests, with the memory
 * settings of the launcher; the system property {@code posthaste.launcher} names a launcher to use instead.
 */
final class RelayUnderTest implements AutoCloseable {
    static final String HOSTNAME = "relay.peer.example";

    private static final String MAIN_CLASS = "posthaste.server.Main";
    private static final String LAUNCHER = System.getProperty("posthaste.launcher", "");
    private static final Pattern READY =
            Pattern.compile("\\bready\\b.*smtp=(127\\.0\\.0\\.1:\\S+) admin=127\\.0\\.0\\.1:(\\d+)");
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final int LOG_LINES_KEPT = 400;
    private static final List<String> MEMORY =
            List.of("-Xmx256m", "-XX:MaxDirectMemorySize=128m", "-XX:+ExitOnOutOfMemoryError");

    private final Process process;
    private final ConcurrentLinkedDeque<String> log = new ConcurrentLinkedDeque<>();
    private final CompletableFuture<List<InetSocketAddress>> ready = new CompletableFuture<>();
    private volatile int adminPort;

    private RelayUnderTest(Process process) {
        this.process = process;
    }

    /**
     * What the tests have in common: any free ports, local clients, the name server and the port of the next hops,
     * retries within seconds.
     */
    static String configuration(Path dataDirectory, InetSocketAddress nameServer, int nextHopPort) {
        return """
                hostname = "%s"
                data-dir = "%s"
                [[listener]]
                bind = "127.0.0.1:0"
                [relay]
                networks = ["127.0.0.0/8"]
                [queue]
                free-space-reserve = "16 MiB"
                [dns]
                servers = ["127.0.0.1:%d"]
                [delivery]
                port = %d
                refuse-networks = []
                [retry]
                initial-delay = "500ms"
                max-delay = "2s"
                [bounce]
                postmaster = "postmaster@sender.example"
                [admin]
                bind = "127.0.0.1:0"
                """.formatted(HOSTNAME, dataDirectory, nameServer.getPort(), nextHopPort);
    }

    /** Skips the calling test as long as there is no process to test. */
    static void assumeBuilt() {
        boolean built = RelayUnderTest.class.getResource("/" + MAIN_CLASS.replace('.', '/') + ".class") != null;
        Assumptions.assumeTrue(built || !LAUNCHER.isEmpty(), "not built: " + MAIN_CLASS);
    }

    /** Starts {@code serve} and waits until it listens. */
    static RelayUnderTest start(Path directory, String configuration, String... jvmOptions) throws IOException {
        Path file = Files.writeString(directory.resolve("posthaste.toml"), configuration);
        var builder =
                new ProcessBuilder(command(file, List.of(jvmOptions))).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("JAVA_OPTS", String.join(" ", jvmOptions));
        var relay = new RelayUnderTest(builder.start());
        Thread reader = new Thread(relay::readLog, "relay-log");
        reader.setDaemon(true);
        reader.start();
        relay.address();
        return relay;
    }

    private static List<String> command(Path configuration, List<String> jvmOptions) {
        var command = new ArrayList<String>();
        if (LAUNCHER.isEmpty()) {
            command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
            command.addAll(MEMORY);
            command.addAll(jvmOptions);
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN_CLASS));
        } else {
            command.add(LAUNCHER);
        }
        command.addAll(List.of("serve", "--config", configuration.toString()));
        return command;
    }

    private void readLog() {
        try (var lines = new BufferedReader(new InputStreamReader(process.getErrorStream(), UTF_8))) {
            String line;
            while ((line = lines.readLine()) != null) {
                log.add(line);
                if (log.size() > LOG_LINES_KEPT) log.poll();
                Matcher bound = READY.matcher(line);
                if (bound.find()) {
                    adminPort = Integer.parseInt(bound.group(2));
                    ready.complete(Stream.of(bound.group(1).split(",", -1))
                            .map(each -> Integer.parseInt(each.substring(each.indexOf(':') + 1)))
                            .map(port -> new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                            .toList());
                }
            }
        } catch (IOException closed) {
            log.add("standard error of the relay: " + closed.getMessage());
        }
        ready.completeExceptionally(new IOException("the relay ended before it was ready"));
    }

    /** Where its first listener takes mail; waits for the line {@code ready}. */
    InetSocketAddress address() throws IOException {
        return addresses().get(0);
    }

    /** Where it takes mail, in the order of its configuration; waits for the line {@code ready}. */
    List<InetSocketAddress> addresses() throws IOException {
        try {
            return ready.get(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException(stopped);
        } catch (ExecutionException | TimeoutException failure) {
            throw new IOException("the relay did not get ready:\n" + log(), failure);
        }
    }

    /** What one of its meters without labels says now. */
    long meter(String name) throws IOException {
        URI metrics = URI.create("http://127.0.0.1:" + adminPort + "/metrics");
        try (InputStream in = metrics.toURL().openStream()) {
            String prefix = name + " ";
            return new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> line.startsWith(prefix))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(prefix.length())))
                    .findFirst()
                    .orElseThrow();
        }
    }

    boolean isRunning() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** The last lines of its log. */
    String log() {
        return String.join("\n", log);
    }

    /** SIGTERM, and SIGKILL for one that does not end. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) process.destroyForcibly();
        } catch (InterruptedException stopped) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
