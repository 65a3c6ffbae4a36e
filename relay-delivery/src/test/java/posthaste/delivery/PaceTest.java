package posthaste.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Retry delays, back-offs and windows: pure arithmetic. */
class PaceTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private static RetryConfig retry(Duration initial, double multiplier, Duration max) {
        return new RetryConfig(
                initial, multiplier, max, Duration.ofDays(5), Duration.ofDays(1), Duration.ofHours(4), MINUTE);
    }

    @Test
    void theRetryDelayGrowsByItsMultiplierUpToItsBound() {
        var schedule = new RetrySchedule(retry(MINUTE, 2.0, Duration.ofMinutes(10)), new Random(1));

        for (int attempts = 1; attempts <= 60; attempts++) {
            double exact = Math.min(60_000 * Math.pow(2, attempts - 1), 600_000);
            assertThat((double) schedule.delayMillis(attempts)).isBetween(exact * 0.9 - 1, exact * 1.1 + 1);
            assertThat(schedule.delayMillis(attempts)).isLessThanOrEqualTo(600_000);
        }
    }

    @Test
    void whatFailedTogetherDoesNotComeBackTogether() {
        var schedule = new RetrySchedule(retry(MINUTE, 2.0, Duration.ofMinutes(10)), new Random(1));

        assertThat(java.util.stream.LongStream.generate(() -> schedule.delayMillis(1))
                        .limit(100)
                        .distinct()
                        .count())
                .isGreaterThan(50);
    }

    @Test
    void theWaitBehindALostReplyIsNeverLongerThanTheLongestDelay() {
        var schedule = new RetrySchedule(retry(Duration.ofMillis(100), 2.0, Duration.ofMillis(500)), new Random(1));

        assertThat(schedule.ambiguousDelayMillis()).isLessThanOrEqualTo(500);
    }

    @Test
    void aBackOffDoublesUpToItsBoundAndStartsAnewAfterASuccess() {
        var backOff = new BackOff(MINUTE, Duration.ofMinutes(4), RetryConfig.DEFAULT, new Random(1));

        assertThat(backOff.next()).isBetween(54_000L, 66_000L);
        assertThat(backOff.next()).isBetween(108_000L, 132_000L);
        assertThat(backOff.next()).isBetween(216_000L, 240_000L);
        assertThat(backOff.next()).isLessThanOrEqualTo(240_000L);
        backOff.reset();
        assertThat(backOff.next()).isBetween(54_000L, 66_000L);
    }

    @Test
    void noBackOffIsLongerThanTheOperatorsDelays() {
        RetryConfig fast = retry(Duration.ofMillis(200), 2.0, Duration.ofMillis(600));
        var backOff = new BackOff(MINUTE, Duration.ofHours(1), fast, new Random(1));

        assertThat(backOff.next()).isLessThanOrEqualTo(220);
        for (int i = 0; i < 10; i++) assertThat(backOff.next()).isLessThanOrEqualTo(600);
    }

    @Test
    void aWindowGrowsOnlyWhileItIsUsedUp() {
        var window = new ConcurrencyWindow(20);
        int start = window.size();

        for (int i = 0; i < 100; i++) window.succeeded(start - 1);
        assertThat(window.size()).isEqualTo(start);

        for (int i = 0; i < start; i++) window.succeeded(start);
        assertThat(window.size()).isEqualTo(start + 1);
    }

    @Test
    void aWindowStaysBetweenOneAndItsCeiling() {
        var window = new ConcurrencyWindow(7);

        for (int i = 0; i < 1_000; i++) window.succeeded(window.size());
        assertThat(window.size()).isEqualTo(7);
        for (int i = 0; i < 20; i++) window.shrink("refused");
        assertThat(window.size()).isEqualTo(1);
        assertThat(window.reason()).isEqualTo("refused");
        assertThat(new ConcurrencyWindow(1).size()).isEqualTo(1);
    }
}
