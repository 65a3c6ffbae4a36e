package posthaste.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What one process holds at this moment, as Linux counts it under {@code /proc}; each empty where it cannot be read.
 *
 * @param residentBytes of memory, shared pages and files included ({@code VmRSS})
 * @param anonymousBytes the part that no file stands behind: heaps, stacks, buffers ({@code RssAnon})
 * @param threads that run
 * @param descriptors open files and sockets
 */
record ProcessHoldings(
        OptionalLong residentBytes, OptionalLong anonymousBytes, OptionalLong threads, OptionalLong descriptors) {
    private static final int KIB = 1024;

    static ProcessHoldings of(long pid) {
        Path process = Path.of("/proc", Long.toString(pid));
        Path status = process.resolve("status");
        return new ProcessHoldings(
                octets(ProcessUsage.field(status, "VmRSS:")),
                octets(ProcessUsage.field(status, "RssAnon:")),
                ProcessUsage.field(status, "Threads:"),
                entries(process.resolve("fd")));
    }

    private static OptionalLong octets(OptionalLong kibibytes) {
        return kibibytes.isPresent() ? OptionalLong.of(kibibytes.getAsLong() * KIB) : OptionalLong.empty();
    }

    private static OptionalLong entries(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return OptionalLong.of(entries.count());
        } catch (IOException unreadable) {
            return OptionalLong.empty();
        }
    }
}
