package posthaste.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The relay as its users run it: a child process started by {@code deploy/bin/posthaste}, whose pid is the relay's. One
 * thread per process reads its standard error; everything else is called by the owner.
 */
final class RelayProcess implements AutoCloseable {
    private static final Pattern BOUND =
            Pattern.compile("\\bready\\b.*?127\\.0\\.0\\.1:(\\d+).*?127\\.0\\.0\\.1:(\\d+)");

    private final Process process;
    private final boolean wrapped;
    private final RelayLog log;
    private final CompletableFuture<Bound> ready = new CompletableFuture<>();

    /** Where the relay listens. */
    record Bound(InetSocketAddress smtp, InetSocketAddress admin) {}

    private RelayProcess(Process process, boolean wrapped, RelayLog log) {
        this.process = process;
        this.wrapped = wrapped;
        this.log = log;
    }

    /**
     * Starts {@code serve} and returns at once.
     *
     * @param wrapper a command to run the launcher under, such as strace with its options; empty for none
     * @param log where the lines of standard error go
     */
    static RelayProcess start(Path launcher, Path config, List<String> wrapper, RelayLog log) throws IOException {
        return start(launcher, config, wrapper, Map.of(), log);
    }

    /**
     * The same with further variables in its environment.
     *
     * @param environment such as {@code JAVA_OPTS}, which replaces the launcher's defaults
     */
    static RelayProcess start(
            Path launcher, Path config, List<String> wrapper, Map<String, String> environment, RelayLog log)
            throws IOException {
        var command = new ArrayList<>(wrapper);
        command.addAll(List.of(launcher.toString(), "serve", "--config", config.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(environment);
        Process process = builder.start();
        RelayProcess relay = new RelayProcess(process, !wrapper.isEmpty(), log);
        Thread reader = new Thread(relay::readLog, "relay-log-" + process.pid());
        reader.setDaemon(true);
        reader.start();
        return relay;
    }

    /** The launcher of the checkout that holds the current directory. */
    static Path launcher() {
        Path at = Path.of("").toAbsolutePath();
        while (at != null) {
            Path launcher = at.resolve("deploy/bin/posthaste");
            if (Files.isExecutable(launcher)) return launcher;
            at = at.getParent();
        }
        throw new IllegalStateException(
                "no deploy/bin/posthaste above " + Path.of("").toAbsolutePath());
    }

    private void readLog() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getErrorStream(), UTF_8))) {
            String line;
            while ((line = lines.readLine()) != null) {
                log.add(line);
                Matcher bound = BOUND.matcher(line);
                if (!ready.isDone() && bound.find()) {
                    ready.complete(new Bound(loopback(bound.group(1)), loopback(bound.group(2))));
                }
            }
        } catch (IOException closed) {
            log.add("standard error of the relay: " + closed.getMessage());
        }
        ready.completeExceptionally(new IOException("the relay ended before it was ready"));
    }

    private static InetSocketAddress loopback(String port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port));
    }

    /** Waits for the line {@code ready}. */
    Bound awaitReady(Duration limit) throws InterruptedException, IOException {
        try {
            return ready.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            throw new IOException("the relay did not get ready; its log:\n" + tail(), failure);
        }
    }

    /** The last lines of the log. */
    String tail() {
        List<String> lines = log.lines();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    }

    boolean isReady() {
        return ready.isDone() && !ready.isCompletedExceptionally();
    }

    long pid() {
        return process.pid();
    }

    /** SIGKILL, and waits for the end. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** SIGTERM to the relay itself, also where a wrapper started it, and its exit code. */
    int terminate(Duration limit) throws InterruptedException {
        ProcessHandle relay = wrapped ? process.children().findFirst().orElseThrow() : process.toHandle();
        relay.destroy();
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly().waitFor();
            throw new IllegalStateException("the relay did not end within " + limit);
        }
        return process.exitValue();
    }

    /** The exit code of a relay that ends by itself; empty when it still runs after {@code limit}. */
    Optional<Integer> awaitEnd(Duration limit) throws InterruptedException {
        boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        return ended ? Optional.of(process.exitValue()) : Optional.empty();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
