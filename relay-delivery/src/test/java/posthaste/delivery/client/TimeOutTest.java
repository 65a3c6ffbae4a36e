package posthaste.delivery.client;

import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.delivery.testkit.Move.reply;
import static posthaste.delivery.testkit.Move.silence;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import posthaste.delivery.client.RecipientResult.Kind;
import posthaste.delivery.testkit.ScriptedHop;
import posthaste.delivery.testkit.Step;

/** How long each reply is waited for (RFC 5321 §4.5.3.2). The host takes no groups, so each step has its own wait. */
class TimeOutTest {
    private final ScriptedHop hop = ScriptedHop.start().offering();
    private final ClientFixture client = new ClientFixture();

    @AfterEach
    void end() {
        client.close();
        hop.close();
    }

    @ParameterizedTest
    @DisplayName("A reply is waited for as long as it may take, and no longer")
    @CsvSource({
        "MAIL, 300, DEFERRED, 1",
        "RCPT, 300, DEFERRED, 1",
        "DATA, 120, DEFERRED, 1",
        "DOT, 600, AMBIGUOUS, 1",
        "RSET, 300, NOT_STARTED, 2"
    })
    void aReplyMayTakeItsTime(Step step, int seconds, Kind kind, int message) throws InterruptedException {
        var reached = new CountDownLatch(1);
        if (step == Step.RSET) hop.when(Step.RCPT).times(1).then(reply("550 5.1.1 nobody"));
        hop.when(step).then(session -> reached.countDown(), silence());
        var link = client.open(hop).send(client.mail("1\r\n", "a@hop.example"), client.mail("2\r\n", "b@hop.example"));
        for (int before = 1; before < message; before++) link.single();
        reached.await();

        client.pass(Duration.ofSeconds(seconds - 1));
        assertThat(link.closed).isNotDone();
        client.pass(Duration.ofSeconds(3));

        RecipientResult result = link.single();
        assertThat(result.kind()).isEqualTo(kind);
        assertThat(result.reply().oneLine())
                .startsWith("451 4.4.2 No answer from")
                .contains("within " + seconds + " s");
        HostFailure failure = link.closing().orElseThrow();
        assertThat(failure.stage()).hasToString(step.name());
        assertThat(failure.hostBackOff()).isTrue();
    }
}
