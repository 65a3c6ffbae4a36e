package posthaste.server.filter;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PatienceTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Patience patience = new Patience();

    private static long at(long seconds) {
        // Monotonic time may be negative, and wrap.
        return Long.MAX_VALUE
                - Duration.ofSeconds(5).toNanos()
                + Duration.ofSeconds(seconds).toNanos();
    }

    @Test
    void itEndsWithItsLimit() {
        patience.begin(LIMIT, at(0));

        assertThat(patience.isOver(at(9))).isFalse();
        assertThat(patience.isOver(at(10))).isTrue();
    }

    @Test
    void nothingEndsWhereNothingIsExpected() {
        assertThat(patience.isOver(at(0))).isFalse();
        patience.begin(LIMIT, at(0));

        patience.end();

        assertThat(patience.isOver(at(100))).isFalse();
    }

    @Test
    void whoIsAtWorkHasAsLongAgain() {
        patience.begin(LIMIT, at(0));

        patience.renew(at(9));

        assertThat(patience.isOver(at(18))).isFalse();
        assertThat(patience.isOver(at(19))).isTrue();
    }

    @Test
    void whoIsAlwaysAtWorkComesToAnEnd() {
        patience.begin(LIMIT, at(0));
        long most = Patience.WORK_MAX.toSeconds();

        for (long second = 5; second < most; second += 5) {
            assertThat(patience.isOver(at(second))).isFalse();
            patience.renew(at(second));
        }

        assertThat(patience.isOver(at(most))).isTrue();
    }

    @Test
    void workNeverShortensWhatTheOperatorAllows() {
        Duration longer = Patience.WORK_MAX.plusSeconds(60);
        patience.begin(longer, at(0));

        patience.renew(at(1));

        assertThat(patience.isOver(at(longer.toSeconds() - 1))).isFalse();
    }
}
