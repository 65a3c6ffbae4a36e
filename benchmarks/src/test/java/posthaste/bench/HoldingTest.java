package posthaste.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class HoldingTest {
    private static final Holding BEFORE = holding(12L << 20, 180L << 20, 90, 8L << 20);
    private static final Holding UNREAD =
            new Holding(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), OptionalDouble.empty());

    @Test
    void whatCameBackBreaksNothing() {
        assertThat(holding(13L << 20, 377L << 20, 95, 40L << 20).broken(BEFORE)).isEmpty();
    }

    @Test
    void eachThingThatStaysBehindIsNamed() {
        assertThat(holding(90L << 20, 1_000L << 20, 200, 100L << 20).broken(BEFORE))
                .containsExactly("DESCRIPTORS LEAK", "HEAP LEAKS", "DIRECT MEMORY LEAKS", "RSS OVER 900 MiB");
    }

    @Test
    void whatCannotBeReadIsNoPromiseKept() {
        assertThat(UNREAD.broken(UNREAD))
                .containsExactly("DESCRIPTORS UNKNOWN", "HEAP UNKNOWN", "DIRECT MEMORY UNKNOWN", "RSS UNKNOWN");
        assertThat(UNREAD.cells()).containsOnly("?");
    }

    @Test
    void whatWasNotReadBeforeTellsNothingOfLeaks() {
        assertThat(BEFORE.broken(UNREAD)).containsExactly("DESCRIPTORS UNKNOWN", "HEAP UNKNOWN");
    }

    private static Holding holding(long heap, long resident, long descriptors, double direct) {
        return new Holding(
                OptionalLong.of(heap),
                OptionalLong.of(resident),
                OptionalLong.of(descriptors),
                OptionalDouble.of(direct));
    }
}
