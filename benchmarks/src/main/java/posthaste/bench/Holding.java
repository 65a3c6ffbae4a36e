package posthaste.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What the relay holds at one moment, behind a full collection; each empty where it could not be read.
 *
 * @param heap octets
 * @param resident octets
 * @param descriptors open files and sockets
 * @param direct octets of memory off the heap, as the relay itself counts them
 */
record Holding(OptionalLong heap, OptionalLong resident, OptionalLong descriptors, OptionalDouble direct) {
    /** What the relay may hold behind an attack beyond what it held before: sockets to hosts, readers, log. */
    private static final long DESCRIPTORS_MORE = 40;

    private static final long HEAP_MORE_MAX = 40L << 20;
    /** Pools keep what they had at their fullest; they must not keep more with each attack. */
    private static final double DIRECT_MAX = 64L << 20;

    private static final long RESIDENT_MAX = 900L << 20;
    private static final double MIB = 1024 * 1024;
    private static final String UNKNOWN = "?";

    /** How many descriptors there may be behind an attack that was begun with this. */
    long descriptorsMax() {
        return descriptors().orElse(0) + DESCRIPTORS_MORE;
    }

    /**
     * The promises that this breaks behind an attack, empty where it keeps all. What is not known is no promise kept: two
     * values that nobody could read would be as good as equal.
     *
     * @param before what was held before the attack
     */
    List<String> broken(Holding before) {
        List<String> broken = new ArrayList<>();
        if (descriptors.isEmpty() || before.descriptors.isEmpty()) broken.add("DESCRIPTORS UNKNOWN");
        else if (descriptors.getAsLong() > before.descriptorsMax()) broken.add("DESCRIPTORS LEAK");
        if (heap.isEmpty() || before.heap.isEmpty()) broken.add("HEAP UNKNOWN");
        else if (heap.getAsLong() > before.heap.getAsLong() + HEAP_MORE_MAX) broken.add("HEAP LEAKS");
        if (direct.isEmpty()) broken.add("DIRECT MEMORY UNKNOWN");
        else if (direct.getAsDouble() > DIRECT_MAX) broken.add("DIRECT MEMORY LEAKS");
        if (resident.isEmpty()) broken.add("RSS UNKNOWN");
        else if (resident.getAsLong() > RESIDENT_MAX) broken.add("RSS OVER " + RESIDENT_MAX / (1 << 20) + " MiB");
        return broken;
    }

    /** For a table: heap, resident and direct in MiB, then descriptors. */
    List<String> cells() {
        return List.of(
                mib(heap),
                mib(resident),
                direct.isPresent() ? String.format(Locale.ROOT, "%.1f", direct.getAsDouble() / MIB) : UNKNOWN,
                descriptors.isPresent() ? String.valueOf(descriptors.getAsLong()) : UNKNOWN);
    }

    private static String mib(OptionalLong octets) {
        return octets.isPresent() ? String.format(Locale.ROOT, "%.0f", octets.getAsLong() / MIB) : UNKNOWN;
    }
}
