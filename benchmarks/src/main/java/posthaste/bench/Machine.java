package posthaste.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * Where figures were taken: without it they mean nothing.
 *
 * @param cores that the JVM may use
 * @param processor its model
 * @param memoryMiB of the machine
 * @param kernel name and release
 * @param jvm that runs generator and sink
 * @param syncP50Millis one write of 4 KiB and its fdatasync at the end of a file, median
 * @param syncP99Millis the same, 99th percentile
 * @param load how many tasks wanted to run in the minute before: above zero others took part
 * @param commit of the sources, with "+" where they were changed; "unknown" outside a checkout
 */
record Machine(
        int cores,
        String processor,
        long memoryMiB,
        String kernel,
        String jvm,
        double syncP50Millis,
        double syncP99Millis,
        double load,
        String commit) {
    private static final Duration TOOL_LIMIT = Duration.ofSeconds(10);
    private static final int PROBES = 300;
    private static final int PROBE_BYTES = 4096;
    private static final double NANOS_PER_MILLI = 1e6;

    /** @param directory on the disk that the relays will write to */
    static Machine look(Path directory) throws IOException {
        Histogram syncs = probe(directory);
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                valueIn(Path.of("/proc/cpuinfo"), "model name"),
                Long.parseLong(valueIn(Path.of("/proc/meminfo"), "MemTotal").replace(" kB", "")) / 1024,
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"),
                syncs.getValueAtPercentile(50) / NANOS_PER_MILLI,
                syncs.getValueAtPercentile(99) / NANOS_PER_MILLI,
                Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0]),
                checkout());
    }

    /** Appends and syncs as a log does. */
    private static Histogram probe(Path directory) throws IOException {
        Path file = Files.createTempFile(directory, "sync", ".probe");
        Histogram nanos = new Histogram(3);
        ByteBuffer block = ByteBuffer.allocateDirect(PROBE_BYTES);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (int i = 0; i < PROBES; i++) {
                long start = System.nanoTime();
                channel.write(block.clear());
                channel.force(false);
                nanos.recordValue(System.nanoTime() - start);
            }
        } finally {
            Files.delete(file);
        }
        return nanos;
    }

    private static String valueIn(Path file, String label) throws IOException {
        for (String line : Files.readAllLines(file, UTF_8)) {
            if (line.startsWith(label))
                return line.substring(line.indexOf(':') + 1).trim();
        }
        return "0";
    }

    private static String checkout() {
        try {
            Tool head = Tool.run(TOOL_LIMIT, List.of("git", "rev-parse", "HEAD"));
            if (head.exit() != 0) return "unknown";
            Tool changes = Tool.run(TOOL_LIMIT, List.of("git", "status", "--porcelain", "--untracked-files=no"));
            return head.output().trim() + (changes.output().isBlank() ? "" : "+");
        } catch (IOException noGit) {
            return "unknown";
        }
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d cores (%s), %,d MiB, %s, %s, sync of 4 KiB p50 %.3f ms p99 %.3f ms, load before %.2f, commit %s",
                cores,
                processor,
                memoryMiB,
                kernel,
                jvm,
                syncP50Millis,
                syncP99Millis,
                load,
                commit);
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("cores", cores);
        map.put("processor", processor);
        map.put("memoryMiB", memoryMiB);
        map.put("kernel", kernel);
        map.put("harnessJvm", jvm);
        map.put("syncP50Millis", syncP50Millis);
        map.put("syncP99Millis", syncP99Millis);
        map.put("loadBefore", load);
        map.put("commit", commit);
        return map;
    }
}
