package posthaste.server.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MemoryTest {
    private final AtomicLong direct = new AtomicLong();
    private final AtomicLong heap = new AtomicLong();
    private final AtomicLong nanos = new AtomicLong();
    private final Memory memory = Memory.of(direct::get, 100, heap::get, 1_000, nanos::get);

    @Test
    void itIsShortFromNinetyPercentOnUntilItIsBelowEighty() {
        direct.set(89);
        memory.look();
        assertThat(memory.isShort()).isFalse();

        direct.set(91);
        memory.look();
        assertThat(memory.shortage()).contains("91 % of the direct memory is in use");

        direct.set(85);
        memory.look();
        assertThat(memory.isShort()).isTrue();

        direct.set(79);
        memory.look();
        assertThat(memory.isShort()).isFalse();
    }

    @Test
    void whatLivesOnTheHeapCountsToo() {
        heap.set(950);
        memory.look();
        assertThat(memory.shortage()).contains("95 % of the heap is in use");
    }

    /** Else a relay that refuses all work, and so makes no garbage, would never learn that it has room again. */
    @Test
    void whileTheHeapIsShortACollectionIsDueEveryThirtySeconds() {
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        memory.look();
        assertThat(memory.isCollectionDue()).isFalse();

        heap.set(950);
        memory.look();
        assertThat(memory.isCollectionDue()).isTrue();
        assertThat(memory.isCollectionDue()).isFalse();
        nanos.addAndGet(Duration.ofSeconds(30).toNanos());
        assertThat(memory.isCollectionDue()).isTrue();

        heap.set(100);
        direct.set(95);
        memory.look();
        nanos.addAndGet(Duration.ofSeconds(30).toNanos());
        assertThat(memory.isCollectionDue())
                .as("no collection frees direct memory")
                .isFalse();
    }

    @Test
    void thisProcessHasEnough() {
        Memory own = Memory.ofProcess();
        own.look();

        assertThat(own.shortage()).isEmpty();
    }
}
