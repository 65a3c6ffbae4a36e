package posthaste.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PriorityClassTest {

    @Test
    void levelsFromFourUpAreUrgentAndFromMinusFourDownBulk() {
        assertThat(IntStream.rangeClosed(4, 9).mapToObj(PriorityClass::ofLevel)).containsOnly(PriorityClass.URGENT);
        assertThat(IntStream.rangeClosed(-3, 3).mapToObj(PriorityClass::ofLevel))
                .containsOnly(PriorityClass.NORMAL);
        assertThat(IntStream.rangeClosed(-9, -4).mapToObj(PriorityClass::ofLevel))
                .containsOnly(PriorityClass.BULK);
    }
}
