package posthaste.bench;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * What is looked at while a load runs: what a relay holds, and how far it is. None of them may grow with the number of
 * messages that went through; the {@link Panel#PROGRESS} ones are what that is compared with.
 */
enum Vital {
    RESIDENT("residentMiB", "RSS", Panel.MEMORY, reading -> whole(reading.process.residentBytes())),
    ANONYMOUS("anonymousMiB", "RSS, anonymous", Panel.MEMORY, reading -> whole(reading.process.anonymousBytes())),
    NATIVE("nativeMiB", "committed by the JVM (NMT)", Panel.MEMORY, reading -> whole(reading.nativeBytes)),
    HEAP_COMMITTED("heapCommittedMiB", "heap committed", Panel.MEMORY, reading -> heap(reading, "committed", true)),
    HEAP_USED("heapUsedMiB", "heap used", Panel.MEMORY, reading -> heap(reading, "used", true)),
    HEAP_LIVE("heapBehindGcMiB", "heap behind the last GC", Panel.MEMORY, reading -> heap(reading, "used", false)),
    NON_HEAP(
            "nonHeapMiB",
            "metaspace and code",
            Panel.MEMORY,
            reading ->
                    reading.metrics.sum("jvm_memory_committed_bytes", labels -> labels.contains("area=\"nonheap\""))),
    DIRECT(
            "directBuffersMiB",
            "direct buffers",
            Panel.MEMORY,
            reading -> reading.metrics.sum("jvm_buffer_memory_used_bytes", labels -> labels.contains("id=\"direct\""))),
    MEMTABLES(
            "memtablesMiB",
            "memtables",
            Panel.MEMORY,
            reading -> reading.metrics.sum("posthaste_queue_memtable_bytes")),
    BLOCKS(
            "blockCacheMiB",
            "block cache",
            Panel.MEMORY,
            reading -> reading.metrics.sum("posthaste_queue_block_cache_bytes")),
    BODIES("bodiesMiB", "bodies", Panel.MEMORY, reading -> reading.metrics.sum("posthaste_queue_body_bytes")),
    DESCRIPTORS(
            "descriptors", "open files and sockets", Panel.HANDLES, reading -> whole(reading.process.descriptors())),
    THREADS("threads", "threads", Panel.HANDLES, reading -> whole(reading.process.threads())),
    SESSIONS("sessions", "sessions", Panel.HANDLES, reading -> reading.metrics.sum("posthaste_smtp_sessions")),
    CONNECTIONS(
            "connections",
            "connections to hosts",
            Panel.HANDLES,
            reading -> reading.metrics.sum("posthaste_delivery_connections")),
    QUEUED("queued", "messages in the queue", Panel.QUEUE, reading -> reading.metrics.sum("posthaste_queue_messages")),
    READY("ready", "deliveries in memory", Panel.QUEUE, reading -> reading.metrics.sum("posthaste_delivery_ready")),
    UNDER_WAY(
            "underWay",
            "attempts under way",
            Panel.QUEUE,
            reading -> reading.metrics.sum("posthaste_delivery_under_way")),
    WAITING(
            "waiting",
            "changes before the committer",
            Panel.QUEUE,
            reading -> reading.metrics.sum("posthaste_queue_waiting")),
    DESTINATIONS(
            "destinations",
            "destinations at work",
            Panel.QUEUE,
            reading -> reading.metrics.sum("posthaste_delivery_destinations")),
    ALARMS(
            "alarms",
            "destinations with alarms",
            Panel.QUEUE,
            reading -> reading.metrics.sum("posthaste_delivery_alarms")),
    SITES("sites", "sites", Panel.QUEUE, reading -> reading.metrics.sum("posthaste_delivery_sites")),
    ACCEPTED("accepted", "accepted so far", Panel.PROGRESS, reading -> OptionalDouble.empty()),
    DELIVERED("delivered", "at the sink so far", Panel.PROGRESS, reading -> OptionalDouble.empty());

    /** What is drawn together, because it has one unit and one size. */
    enum Panel {
        MEMORY("MiB", 1024 * 1024, 1),
        HANDLES("open", 1, 0),
        QUEUE("in memory or queue", 1, 0),
        PROGRESS("messages", 1, 0);

        private final String unit;
        private final double divisor;
        private final int decimals;

        Panel(String unit, double divisor, int decimals) {
            this.unit = unit;
            this.divisor = divisor;
            this.decimals = decimals;
        }

        String unit() {
            return unit;
        }

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What the vitals of a relay in a JVM are taken from.
     *
     * @param nativeBytes what the JVM says to have committed, where it tracks it
     */
    record Reading(ProcessHoldings process, MetricsPage metrics, OptionalLong nativeBytes) {}

    private final String key;
    private final String title;
    private final Panel panel;

    @SuppressWarnings("ImmutableEnumChecker") // a lambda without state
    private final Function<Reading, OptionalDouble> source;

    Vital(String key, String title, Panel panel, Function<Reading, OptionalDouble> source) {
        this.key = key;
        this.title = title;
        this.panel = panel;
        this.source = source;
    }

    /** All that the relay itself can tell; how far it is, only client and sink know. */
    static Map<Vital, Double> of(Reading reading) {
        Map<Vital, Double> values = new EnumMap<>(Vital.class);
        for (Vital vital : values()) {
            vital.source.apply(reading).ifPresent(value -> values.put(vital, value / vital.panel.divisor));
        }
        return values;
    }

    /** Its name in JSON. */
    String key() {
        return key;
    }

    /** Its name in tables and drawings. */
    String title() {
        return title;
    }

    Panel panel() {
        return panel;
    }

    String shown(double value) {
        return String.format(Locale.ROOT, "%,." + panel.decimals + "f", value);
    }

    /**
     * Of the heap. Collectors tell the pools other than the young generation's Eden as they were behind the last
     * collection, so without Eden it is what that one left, old garbage included.
     */
    private static OptionalDouble heap(Reading reading, String what, boolean eden) {
        return reading.metrics.sum(
                "jvm_memory_" + what + "_bytes",
                labels -> labels.contains("area=\"heap\"") && (eden || !labels.contains("Eden")));
    }

    private static OptionalDouble whole(OptionalLong value) {
        return value.isPresent() ? OptionalDouble.of((double) value.getAsLong()) : OptionalDouble.empty();
    }
}
