package posthaste.server.smtp;

import io.netty.util.internal.PlatformDependent;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Whether there is memory for more clients. What the sockets need is direct memory, and a process that runs out of it
 * fails its clients one by one; what lives on the heap behind a collection can only be less by doing less. Looked at by a
 * timer, asked by any thread.
 */
public final class Memory {
    private static final double SHORT_AT = 0.90;
    /** It is short until it falls below, so that the answer does not change with each client. */
    private static final double ENOUGH_AT = 0.80;

    /** A relay that refuses work makes little garbage, and would wait long for the collection that shows there is room. */
    private static final Duration COLLECTION_PACE = Duration.ofSeconds(30);

    private final Part direct;
    private final Part heap;
    private final LongSupplier nanos;
    private long askedAtNanos;
    private volatile Optional<String> shortage = Optional.empty();

    /** A kind of memory: octets used, and how many there are at most. */
    private record Part(String name, LongSupplier used, long max) {
        double share() {
            return max <= 0 ? 0 : (double) used.getAsLong() / max;
        }
    }

    private Memory(Part direct, Part heap, LongSupplier nanos) {
        this.direct = direct;
        this.heap = heap;
        this.nanos = nanos;
        askedAtNanos = nanos.getAsLong();
    }

    /** That of this JVM. */
    public static Memory ofProcess() {
        return of(
                PlatformDependent::usedDirectMemory,
                PlatformDependent.maxDirectMemory(),
                Memory::liveHeap,
                Runtime.getRuntime().maxMemory(),
                System::nanoTime);
    }

    /**
     * @param direct octets of direct memory in use
     * @param heap octets that lived behind the last collection of the pools that are collected rarely
     * @param nanos monotonic time
     */
    static Memory of(LongSupplier direct, long directMax, LongSupplier heap, long heapMax, LongSupplier nanos) {
        return new Memory(new Part("direct memory", direct, directMax), new Part("heap", heap, heapMax), nanos);
    }

    private static long liveHeap() {
        long live = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            MemoryUsage behindCollection = pool.getType() == MemoryType.HEAP ? pool.getCollectionUsage() : null;
            if (behindCollection != null) live += behindCollection.getUsed();
        }
        return live;
    }

    /** Looks. */
    public void look() {
        double limit = shortage.isPresent() ? ENOUGH_AT : SHORT_AT;
        Part fuller = direct.share() >= heap.share() ? direct : heap;
        if (fuller.share() < limit) {
            if (shortage.isPresent()) shortage = Optional.empty();
        } else {
            shortage = Optional.of("%.0f %% of the %s is in use".formatted(100 * fuller.share(), fuller.name()));
        }
    }

    /** Octets of direct memory in use by sockets: pooled buffers, TLS included. */
    public double direct() {
        return direct.used().getAsLong();
    }

    /** Whether it is time for a collection, which shows whether the heap is still as full; asked by one thread. */
    public boolean isCollectionDue() {
        long now = nanos.getAsLong();
        boolean due =
                shortage.isPresent() && heap.share() >= ENOUGH_AT && now - askedAtNanos >= COLLECTION_PACE.toNanos();
        if (due) askedAtNanos = now;
        return due;
    }

    /** What is short, for an operator; empty where there is enough. */
    public Optional<String> shortage() {
        return shortage;
    }

    boolean isShort() {
        return shortage.isPresent();
    }
}
