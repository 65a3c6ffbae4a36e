package posthaste.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What a process and its descendants have used up to now, as Linux counts it under {@code /proc}.
 *
 * @param cpuMillis user and system time, that of children that ended included; steps of 10 ms
 * @param switches context switches, voluntary and not, of all threads that still run; empty where unreadable
 * @param writtenBytes what was sent to the disk, page cache write-back included ({@code write_bytes}); empty where
 *     unreadable
 * @param peakResidentBytes sum of the highest resident set of each process; shared pages count once per process
 */
record ProcessUsage(long cpuMillis, OptionalLong switches, OptionalLong writtenBytes, long peakResidentBytes) {
    static final ProcessUsage NONE = new ProcessUsage(0, OptionalLong.empty(), OptionalLong.empty(), 0);

    private static final Path PROC = Path.of("/proc");

    /** {@code USER_HZ}: fixed at 100 on every Linux that runs Java. */
    private static final int MILLIS_PER_TICK = 10;

    /** Fields of stat behind the name of the program: utime, stime, cutime, cstime (proc(5), 14 to 17). */
    private static final int FIRST_TIME_FIELD = 11;

    private static final int TIME_FIELDS = 4;

    /** Sums over {@code root} and all its descendants that run at this moment. */
    static ProcessUsage ofTree(long root) {
        List<Long> pids = new ArrayList<>(List.of(root));
        ProcessHandle.of(root).ifPresent(handle -> handle.descendants().forEach(child -> pids.add(child.pid())));
        long cpu = 0;
        long peak = 0;
        OptionalLong switches = OptionalLong.of(0);
        OptionalLong written = OptionalLong.of(0);
        for (long pid : pids) {
            Path process = PROC.resolve(Long.toString(pid));
            if (!Files.exists(process)) continue; // ended since it was listed; its parent has its times
            cpu += cpuMillis(process);
            peak += field(process.resolve("status"), "VmHWM:").orElse(0) * 1024;
            switches = sum(switches, switches(process));
            written = sum(written, field(process.resolve("io"), "write_bytes:"));
        }
        return new ProcessUsage(cpu, switches, written, peak);
    }

    /** What was used between {@code before} and this; the peak is that of this. */
    ProcessUsage since(ProcessUsage before) {
        return new ProcessUsage(
                cpuMillis - before.cpuMillis,
                difference(switches, before.switches),
                difference(writtenBytes, before.writtenBytes),
                peakResidentBytes);
    }

    private static OptionalLong sum(OptionalLong a, OptionalLong b) {
        return a.isEmpty() || b.isEmpty() ? OptionalLong.empty() : OptionalLong.of(a.getAsLong() + b.getAsLong());
    }

    private static OptionalLong difference(OptionalLong a, OptionalLong b) {
        return a.isEmpty() || b.isEmpty() ? OptionalLong.empty() : OptionalLong.of(a.getAsLong() - b.getAsLong());
    }

    private static long cpuMillis(Path process) {
        String stat = read(process.resolve("stat")).orElse("");
        int behindName = stat.lastIndexOf(')') + 2;
        if (behindName >= stat.length()) return 0;
        String[] fields = stat.substring(behindName).split(" ", -1);
        long ticks = 0;
        for (int i = 0; i < TIME_FIELDS; i++) ticks += Long.parseLong(fields[FIRST_TIME_FIELD + i]);
        return ticks * MILLIS_PER_TICK;
    }

    private static OptionalLong switches(Path process) {
        long sum = 0;
        try (Stream<Path> threads = Files.list(process.resolve("task"))) {
            for (Path thread : threads.toList()) {
                sum += field(thread.resolve("status"), "voluntary_ctxt_switches:")
                        .orElse(0);
                sum += field(thread.resolve("status"), "nonvoluntary_ctxt_switches:")
                        .orElse(0);
            }
            return OptionalLong.of(sum);
        } catch (IOException unreadable) {
            return OptionalLong.empty();
        }
    }

    /** The number behind a label that begins a line. */
    static OptionalLong field(Path file, String label) {
        for (String line : read(file).orElse("").lines().toList()) {
            if (!line.startsWith(label)) continue;
            String value = line.substring(label.length()).trim();
            int blank = value.indexOf(' ');
            return OptionalLong.of(Long.parseLong(blank < 0 ? value : value.substring(0, blank)));
        }
        return OptionalLong.empty();
    }

    /** Empty where the process has ended or belongs to someone else. */
    private static Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(file));
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }
}
