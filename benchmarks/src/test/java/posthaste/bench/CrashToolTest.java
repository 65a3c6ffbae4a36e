package posthaste.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import posthaste.bench.CrashLoad.Sent;
import posthaste.bench.ExactSink.Taken;

/** The judge must see each kind of fault: a judge that finds nothing proves nothing. */
class CrashToolTest {
    private static final Sent ACKNOWLEDGED = new Sent(List.of("a@d.test"), "d1", true, false);
    private static final Sent UNANSWERED = new Sent(List.of("a@d.test"), "d1", false, false);
    private static final Sent REFUSED = new Sent(List.of("a@d.test"), "d1", false, true);
    private static final Taken ARRIVAL = new Taken("m1", "0abc", "a@d.test", "d1", true);

    @Test
    void anAcknowledgedMessageThatArrivedOnceIsGood() {
        assertThat(judge(ACKNOWLEDGED, Set.of(), ARRIVAL).isGood()).isTrue();
    }

    @Test
    void anAcknowledgedMessageThatNeverArrivedIsLost() {
        assertThat(judge(ACKNOWLEDGED, Set.of()).lost()).containsExactly("m1 a@d.test");
    }

    @Test
    void changedContentIsCorrupt() {
        CrashTool.Result result = judge(ACKNOWLEDGED, Set.of(), new Taken("m1", "0abc", "a@d.test", "d2", true));

        assertThat(result.corrupt()).containsExactly("m1");
        assertThat(result.isGood()).isFalse();
    }

    @Test
    void aRefusedMessageThatArrivesIsUnexpected() {
        assertThat(judge(REFUSED, Set.of(), ARRIVAL).unexpected()).containsExactly("m1");
    }

    @Test
    void anUnansweredMessageThatArrivesIsRecoveredAndGood() {
        CrashTool.Result result = judge(UNANSWERED, Set.of(), ARRIVAL);

        assertThat(result.recovered()).isEqualTo(1);
        assertThat(result.isGood()).isTrue();
    }

    @Test
    void aDuplicateIsGoodOnlyWhenTheRelayListedIt() {
        assertThat(judge(ACKNOWLEDGED, Set.of("0abc"), ARRIVAL, ARRIVAL).isGood())
                .isTrue();
        assertThat(judge(ACKNOWLEDGED, Set.of(), ARRIVAL, ARRIVAL).isGood()).isFalse();
    }

    private static CrashTool.Result judge(Sent sent, Set<String> ambiguous, Taken... taken) {
        return CrashTool.judge(Map.of("m1", sent), List.of(taken), ambiguous);
    }
}
