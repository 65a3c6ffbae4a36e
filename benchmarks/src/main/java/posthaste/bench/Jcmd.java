package posthaste.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code jcmd} can ask of another JVM: that of its own JDK where it has one, else that of ours. */
final class Jcmd {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** "garbage-first heap total 262144K, used 12345K", "def new generation total 9792K, used 551K", and so on. */
    private static final Pattern USED = Pattern.compile(
            "(?m)^ ?(?:garbage-first heap|def new|tenured|PSYoungGen|ParOldGen|ZHeap).*?used (\\d+)([KM])");

    /** "Total: reserved=1759283KB, committed=415195KB"; the unit is the one we ask for. */
    private static final Pattern COMMITTED = Pattern.compile("(?m)^ *Total: reserved=\\d+KB, committed=(\\d+)KB");

    private Jcmd() {}

    /** Runs a full collection and reads what is left; empty where the JVM cannot be asked. */
    static OptionalLong heapAfterFullCollection(long pid) {
        try {
            if (run(pid, "GC.run").exit() != 0) return OptionalLong.empty();
            Tool info = run(pid, "GC.heap_info");
            return info.exit() == 0 ? used(info.output()) : OptionalLong.empty();
        } catch (IOException notThere) {
            return OptionalLong.empty();
        }
    }

    /** Octets the JVM has taken from the system, empty unless it runs with native memory tracking. */
    static OptionalLong nativeCommitted(long pid) {
        try {
            Tool summary = run(pid, "VM.native_memory", "summary", "scale=KB");
            return summary.exit() == 0 ? committed(summary.output()) : OptionalLong.empty();
        } catch (IOException notThere) {
            return OptionalLong.empty();
        }
    }

    /** The total of the output of {@code VM.native_memory}, in octets. */
    static OptionalLong committed(String nativeMemory) {
        Matcher total = COMMITTED.matcher(nativeMemory);
        return total.find() ? OptionalLong.of(Long.parseLong(total.group(1)) * 1024) : OptionalLong.empty();
    }

    /** Writes what the flight recording {@code name} holds so far; it does not count on the way the JVM ends. */
    static void dumpRecording(long pid, String name, Path file) throws IOException {
        Tool dump = run(pid, "JFR.dump", "name=" + name, "filename=" + file);
        if (dump.exit() != 0)
            throw new IOException("no flight recording: " + dump.output().trim());
    }

    private static Tool run(long pid, String... command) throws IOException {
        List<String> all = new ArrayList<>(List.of(jcmd(pid), Long.toString(pid)));
        all.addAll(List.of(command));
        return Tool.run(LIMIT, all);
    }

    private static String jcmd(long pid) {
        Path own = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        return ProcessHandle.of(pid)
                .flatMap(handle -> handle.info().command())
                .map(java -> Path.of(java).resolveSibling("jcmd"))
                .filter(Files::isExecutable)
                .orElse(own)
                .toString();
    }

    /** Octets in use, generations added up, from the output of {@code GC.heap_info}. */
    static OptionalLong used(String heapInfo) {
        Matcher matcher = USED.matcher(heapInfo);
        long octets = 0;
        boolean found = false;
        while (matcher.find()) {
            octets += Long.parseLong(matcher.group(1)) * (matcher.group(2).equals("K") ? 1024L : 1024L * 1024);
            found = true;
        }
        return found ? OptionalLong.of(octets) : OptionalLong.empty();
    }
}
