package posthaste.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Runs the programs that the tests compare the relay with. */
final class Programs {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** Where Debian puts programs of the administrator, also when the user's PATH does not name it. */
    private static final String ADMIN_PATH = ":/usr/sbin:/sbin";

    private Programs() {}

    /** @param output standard output and standard error together */
    record Result(int exitCode, String output) {
        Result orFail() {
            if (exitCode != 0) throw new AssertionError("exit code " + exitCode + ":\n" + output);
            return this;
        }
    }

    /** Skips the calling test where one of them is missing. */
    static void assumePresent(String... names) {
        for (String name : names) Assumptions.assumeTrue(find(name).isPresent(), "not installed: " + name);
    }

    static void assumeRoot() {
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "not root: Postfix cannot be started");
    }

    static Optional<Path> find(String name) {
        return Stream.of((System.getenv().getOrDefault("PATH", "") + ADMIN_PATH).split(File.pathSeparator, -1))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static Result run(String... command) throws IOException {
        return run(Map.of(), List.of(command), "");
    }

    /** Waits for the end of the program, at most two minutes. */
    static Result run(Map<String, String> environment, List<String> command, String input) throws IOException {
        Path in = Files.createTempFile("peer", ".in");
        try {
            return run(environment, command, Files.writeString(in, input));
        } finally {
            Files.deleteIfExists(in);
        }
    }

    /** The same with a file for standard input. */
    static Result run(Map<String, String> environment, List<String> command, Path input) throws IOException {
        Path out = Files.createTempFile("peer", ".out");
        try {
            var builder = new ProcessBuilder(command)
                    .redirectInput(input.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile());
            builder.environment().merge("PATH", ADMIN_PATH, String::concat);
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!ends(process)) {
                process.destroyForcibly();
                throw new IOException(command.get(0) + " did not end; it said:\n" + read(out));
            }
            return new Result(process.exitValue(), read(out));
        } finally {
            Files.deleteIfExists(out);
        }
    }

    private static boolean ends(Process process) throws IOException {
        try {
            return process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), UTF_8);
    }
}
