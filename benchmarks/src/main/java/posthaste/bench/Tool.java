package posthaste.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program that was run to its end.
 *
 * @param exit its exit code
 * @param output standard output and error
 */
record Tool(int exit, String output) {

    /**
     * Runs a program whose output is short.
     *
     * @throws IOException where it is not there or does not end in time, in which case it is killed
     */
    static Tool run(Duration limit, List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        try {
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException(command + " did not end within " + limit);
            }
            return new Tool(process.exitValue(), output);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + command.get(0) + " ran", stopped);
        } finally {
            process.destroyForcibly();
        }
    }
}
