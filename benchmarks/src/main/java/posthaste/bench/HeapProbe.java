package posthaste.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks another JVM for its heap by {@code jcmd}, that of its own JDK where it has one. */
final class HeapProbe {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** "garbage-first heap total 262144K, used 12345K", "def new generation total 9792K, used 551K", and so on. */
    private static final Pattern USED = Pattern.compile(
            "(?m)^ ?(?:garbage-first heap|def new|tenured|PSYoungGen|ParOldGen|ZHeap).*?used (\\d+)([KM])");

    private HeapProbe() {}

    /** Runs a full collection and reads what is left; empty where the JVM cannot be asked. */
    static OptionalLong afterFullCollection(long pid) {
        try {
            String jcmd = jcmd(pid);
            if (Tool.run(LIMIT, List.of(jcmd, Long.toString(pid), "GC.run")).exit() != 0) return OptionalLong.empty();
            Tool info = Tool.run(LIMIT, List.of(jcmd, Long.toString(pid), "GC.heap_info"));
            return info.exit() == 0 ? used(info.output()) : OptionalLong.empty();
        } catch (IOException notThere) {
            return OptionalLong.empty();
        }
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
