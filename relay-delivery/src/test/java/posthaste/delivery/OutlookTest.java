package posthaste.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import posthaste.smtp.Reply;

class OutlookTest {
    private static final Reply REFUSED = Reply.of(451, "4.4.1", "Connection refused");

    private final Outlook outlook = new Outlook(RetryConfig.DEFAULT, new Random(1));

    private void pause(SitePauses.Pause pause) {
        outlook.pause(pause.untilMillis(), pause.reason(), pause.failures());
    }

    /** A destination that rests without failures is read from the time of its rest on. */
    @Test
    void aPauseIsAFailureAlsoWhereANewHostHasNone() {
        pause(new SitePauses.Pause(0, 50, REFUSED, 0));

        assertThat(outlook.failures()).isEqualTo(1);
        assertThat(outlook.pausedUntilMillis()).isEqualTo(50);
        assertThat(outlook.reason()).contains(REFUSED);
    }

    @Test
    void aHostThatTakesMailEndsThePauseAndTheDoubts() {
        pause(new SitePauses.Pause(0, 50, REFUSED, 3));
        assertThat(outlook.isDoubtful()).isTrue();

        outlook.reached();

        assertThat(outlook.failures()).isZero();
        assertThat(outlook.pausedUntilMillis()).isZero();
        assertThat(outlook.reason()).isEmpty();
        assertThat(outlook.isDoubtful()).isFalse();
    }

    @Test
    void aRestAfterFailuresGoesOnWithThem() {
        outlook.rested(50, 3);

        assertThat(outlook.pausedUntilMillis()).isEqualTo(50);
        // One minute, two, four, and now eight, a tenth more or less.
        assertThat(outlook.notAnswered()).isBetween(7 * 60_000L, 9 * 60_000L);
        assertThat(outlook.failures()).isEqualTo(4);
    }

    @Test
    void aRestWithoutFailuresHoldsNothingUp() {
        outlook.rested(50, 0);

        assertThat(outlook.pausedUntilMillis()).isZero();
        assertThat(outlook.isDoubtful()).isTrue();
    }
}
