package posthaste.delivery.client;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.delivery.client.ClientFixture.kinds;
import static posthaste.delivery.testkit.Move.awaitInput;
import static posthaste.delivery.testkit.Move.close;
import static posthaste.delivery.testkit.Move.hold;
import static posthaste.delivery.testkit.Move.normally;
import static posthaste.delivery.testkit.Move.raw;
import static posthaste.delivery.testkit.Move.reply;
import static posthaste.delivery.testkit.Move.reset;
import static posthaste.delivery.testkit.Move.silence;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import posthaste.delivery.client.RecipientResult.Kind;
import posthaste.delivery.testkit.Move;
import posthaste.delivery.testkit.ScriptedHop;
import posthaste.delivery.testkit.Step;
import posthaste.queue.Delivery;
import posthaste.smtp.BodyType;

/** From the 354 to the reply to the final dot: where a message changes hands, and where nobody knows whether it did. */
class FinalDotTest {
    private final ScriptedHop hop = ScriptedHop.start();
    private final ClientFixture client = new ClientFixture();

    @AfterEach
    void end() {
        client.close();
        hop.close();
    }

    private Delivery mail(String... recipients) {
        return client.mail("Hi\r\n", recipients);
    }

    private void assertAmbiguous(TransactionResult result, String status) {
        assertThat(result.recipients()).allSatisfy(each -> {
            assertThat(each.kind()).isEqualTo(Kind.AMBIGUOUS);
            assertThat(each.scope()).isEqualTo(Scope.HOST);
            assertThat(each.reply().code()).isEqualTo(451);
            assertThat(each.reply().status().orElseThrow()).hasToString(status);
            assertThat(each.reply().oneLine()).endsWith("; the message may be delivered twice");
        });
        assertThat(client.count("ambiguous_dots")).isEqualTo(1);
    }

    // The verdict.

    @ParameterizedTest
    @DisplayName("O062 the dot refused: the message defers or bounces, and the connection is reused")
    @CsvSource({
        "450 x, DEFERRED",
        "451 4.3.0 x, DEFERRED",
        "452 4.3.1 x, DEFERRED",
        "459 x, DEFERRED",
        "500 x, DEFERRED",
        "503 x, DEFERRED",
        "550 5.7.1 x, BOUNCED",
        "551 x, BOUNCED",
        "552 5.3.4 x, BOUNCED",
        "554 5.6.9 x, BOUNCED",
        "599 x, BOUNCED"
    })
    void theReplyToTheDotIsThatOfEveryAcceptedRecipient(String line, Kind kind) {
        hop.when(Step.DOT).nth(1).then(reply(line));

        var link = client.open(hop).send(mail("a@hop.example", "b@hop.example"), mail("c@hop.example"));

        assertThat(link.result().recipients()).hasSize(2).allSatisfy(each -> {
            assertThat(each.kind()).isEqualTo(kind);
            assertThat(each.scope()).isEqualTo(Scope.MESSAGE);
            assertThat(each.reply().oneLine()).isEqualTo(line);
        });
        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
        assertThat(hop.connections()).isEqualTo(1);
        assertThat(hop.commands()).doesNotContain("RSET"); // the dot has ended the transaction
        assertThat(client.count("ambiguous_dots")).isZero();
    }

    @Test
    @DisplayName("O062 recipients that were refused keep their own reply whatever the dot brings")
    void theReplyToTheDotIsNotThatOfRefusedRecipients() {
        hop.when(Step.RCPT).with("b@").then(reply("550 5.1.1 nobody"));
        hop.when(Step.RCPT).with("c@").then(reply("450 4.2.1 later"));
        hop.when(Step.DOT).then(reply("554 5.7.1 spam"));

        TransactionResult result = client.open(hop)
                .send(mail("a@hop.example", "b@hop.example", "c@hop.example"))
                .result();

        assertThat(result.recipients().stream().map(each -> each.reply().oneLine()))
                .containsExactly("554 5.7.1 spam", "550 5.1.1 nobody", "450 4.2.1 later");
        assertThat(kinds(result)).containsExactly(Kind.BOUNCED, Kind.BOUNCED, Kind.DEFERRED);
    }

    @Test
    @DisplayName("421 to the dot: the host has said that it did not take the message")
    void aHostThatClosesAtTheDotHasNotTakenTheMessage() {
        hop.when(Step.DOT).then(reply("421 4.3.2 going down"), close());

        var link = client.open(hop).send(mail("a@hop.example"));
        RecipientResult result = link.single();

        assertThat(result.kind()).isEqualTo(Kind.DEFERRED);
        assertThat(result.scope()).isEqualTo(Scope.HOST);
        assertThat(result.reply().oneLine()).isEqualTo("421 4.3.2 going down");
        assertThat(link.closing().orElseThrow().stage()).isEqualTo(Stage.DOT);
        assertThat(client.count("ambiguous_dots")).isZero();
    }

    @ParameterizedTest
    @DisplayName("221 and other odd successes to the dot: delivered, never sent again, connection not used again")
    @ValueSource(ints = {221, 211, 220, 299})
    void anOddSuccessAtTheDotIsSuccess(int code) {
        hop.when(Step.DOT).then(reply(code + " taken"));

        var link = client.open(hop).send(mail("a@hop.example"));

        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
        assertThat(link.closing()).isEmpty();
        assertThat(link.available).hasValue(0);
    }

    // Nobody knows.

    @ParameterizedTest
    @DisplayName("O061 EOF or reset right after the dot: ambiguous, 4.4.2")
    @ValueSource(booleans = {true, false})
    void aConnectionLostAfterTheDotIsAmbiguous(boolean orderly) {
        hop.when(Step.DOT).then(orderly ? close() : reset());

        var link = client.open(hop).send(mail("a@hop.example", "b@hop.example"));
        TransactionResult result = link.result();

        assertAmbiguous(result, "4.4.2");
        assertThat(result.recipients()).hasSize(2);
        HostFailure failure = link.closing().orElseThrow();
        assertThat(failure.stage()).isEqualTo(Stage.DOT);
        assertThat(failure.hostBackOff()).isTrue();
        assertThat(result.hostFailure()).contains(failure);
    }

    @ParameterizedTest
    @DisplayName("O047 354 or garbage in reply to the dot: nobody knows, 4.5.0")
    @ValueSource(strings = {"354 more", "199 x", "abc", "250-x\r\n550 x"})
    void whatIsNoReplyToTheDotIsAmbiguous(String line) {
        hop.when(Step.DOT).then(raw(line + "\r\n"));

        assertAmbiguous(client.open(hop).send(mail("a@hop.example")).result(), "4.5.0");
    }

    @Test
    @DisplayName("O049 a reply to the dot that is cut off before its line end is none")
    void aReplyThatIsCutOffIsAmbiguous() {
        hop.when(Step.DOT).then(raw("250 2.0.0 O"), close());

        assertAmbiguous(client.open(hop).send(mail("a@hop.example")).result(), "4.4.2");
    }

    @Test
    @DisplayName("O060 no reply to the dot for 10 minutes: ambiguous, 4.4.2")
    void aDotThatIsNeverAnsweredIsAmbiguous() {
        hop.when(Step.DOT).then(silence());

        var link = client.open(hop).send(mail("a@hop.example"));
        client.advanceUntil(link.closed, Duration.ofSeconds(601));

        TransactionResult result = link.result();
        assertAmbiguous(result, "4.4.2");
        assertThat(result.recipients().get(0).reply().oneLine()).contains("within 600 s");
    }

    @Test
    @DisplayName("O059 a reply to the dot after 9 minutes and 50 seconds is taken")
    void theDotIsWaitedForPatiently() throws InterruptedException {
        var arrived = new CountDownLatch(1);
        var gate = new CountDownLatch(1);
        hop.when(Step.DOT).then(session -> arrived.countDown(), hold(gate), normally());

        var link = client.open(hop).send(mail("a@hop.example"));
        arrived.await();
        client.pass(Duration.ofSeconds(590));
        gate.countDown();

        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
        assertThat(hop.dots()).hasSize(1);
    }

    @Test
    @DisplayName("Recipients that were refused are not ambiguous, and those of another transaction go elsewhere")
    void onlyAcceptedRecipientsAreAmbiguous() {
        hop.when(Step.RCPT).with("b@").then(reply("550 5.1.1 nobody"));
        hop.when(Step.RCPT).with("c@").then(reply("450 4.2.1 later"));
        hop.when(Step.RCPT).with("d@").then(reply("452 4.5.3 too many"));
        hop.when(Step.DOT).then(reset());

        TransactionResult result = client.open(hop)
                .send(mail("a@hop.example", "b@hop.example", "c@hop.example", "d@hop.example"))
                .result();

        assertThat(kinds(result)).containsExactly(Kind.AMBIGUOUS, Kind.BOUNCED, Kind.DEFERRED, Kind.NOT_STARTED);
    }

    @Test
    @DisplayName("A chained envelope is not begun when the dot before it is lost")
    void theNextMessageIsNotAmbiguous() {
        hop.when(Step.DOT).then(awaitInput("DATA\r\n"), reset());

        var link = client.open(hop).send(mail("a@hop.example"), mail("b@hop.example"));

        assertThat(link.single().kind()).isEqualTo(Kind.AMBIGUOUS);
        RecipientResult second = link.single();
        assertThat(second.kind()).isEqualTo(Kind.NOT_STARTED);
        assertThat(second.scope()).isEqualTo(Scope.HOST);
        assertThat(client.count("ambiguous_dots")).isEqualTo(1);
        assertThat(client.count("connections_lost")).isEqualTo(1);
    }

    // Replies in mid-body.

    private HeldBody inTwo() {
        return new HeldBody(List.of("first line\r\n".getBytes(US_ASCII), "second line\r\n".getBytes(US_ASCII)));
    }

    @ParameterizedTest
    @DisplayName("O057 a refusal in mid-body is the outcome, and the rest is not sent")
    @CsvSource({
        "552 5.3.4 too large, BOUNCED, MESSAGE, 552 5.3.4 too large",
        "451 4.3.0 disk, DEFERRED, MESSAGE, 451 4.3.0 disk",
        "421 4.3.2 going down, DEFERRED, HOST, 421 4.3.2 going down",
        "250 2.0.0 thanks, DEFERRED, HOST, 451 4.5.0 Protocol error",
        "354 more, DEFERRED, HOST, 451 4.5.0 Protocol error",
        "abc, DEFERRED, HOST, 451 4.5.0 Protocol error"
    })
    void aHostMayReplyBeforeTheDot(String line, Kind kind, Scope scope, String reply) throws InterruptedException {
        HeldBody body = inTwo();
        hop.when(Step.BODY).then(raw(line + "\r\n"));

        var link = client.open(hop).send(client.mail(body, BodyType.SEVEN_BIT, "a@hop.example"));
        body.asked.await();
        RecipientResult result = link.single();
        body.answer();

        assertThat(result.kind()).isEqualTo(kind);
        assertThat(result.scope()).isEqualTo(scope);
        assertThat(result.reply().oneLine()).startsWith(reply);
        assertThat(link.closing().orElseThrow().hostBackOff()).isEqualTo(scope == Scope.HOST);
        hop.awaitEnds(1);
        assertThat(hop.dots()).isEmpty();
        assertThat(client.slotsTaken).hasValue(0);
    }

    @ParameterizedTest
    @DisplayName("A connection lost in mid-body is not ambiguous: the dot was never sent")
    @ValueSource(booleans = {true, false})
    void aConnectionLostBeforeTheDotIsNotAmbiguous(boolean orderly) throws InterruptedException {
        HeldBody body = inTwo();
        hop.when(Step.BODY).then(orderly ? close() : reset());

        var link = client.open(hop).send(client.mail(body, BodyType.SEVEN_BIT, "a@hop.example"));
        body.asked.await();
        RecipientResult result = link.single();
        body.answer();

        assertThat(result.kind()).isEqualTo(Kind.DEFERRED);
        assertThat(result.reply().oneLine()).startsWith("451 4.4.2").contains("while sending the message");
        assertThat(link.closing().orElseThrow().stage()).isEqualTo(Stage.BODY);
        assertThat(client.count("ambiguous_dots")).isZero();
    }

    // Slots.

    @Test
    @DisplayName("A slot is claimed before the dot is on the wire and stays until the caller releases it")
    void theDotIsMarkedUntilTheCallerHasRecordedItsOutcome() {
        var takenAtGoAhead = new AtomicInteger(-1);
        var takenAtDot = new AtomicInteger(-1);
        Move atGoAhead = session -> takenAtGoAhead.set(client.slotsTaken.get());
        Move atDot = session -> takenAtDot.set(client.slotsTaken.get());
        hop.when(Step.DATA).then(atGoAhead, normally());
        hop.when(Step.DOT).then(atDot, normally());

        TransactionResult result = client.open(hop).send(mail("a@hop.example")).unreleased();

        assertThat(takenAtGoAhead).hasValue(0);
        assertThat(takenAtDot).hasValue(1);
        assertThat(client.slotsTaken).hasValue(1);
        result.slot().release();
        assertThat(client.slotsTaken).hasValue(0);
    }

    @Test
    @DisplayName("The slot of a lost dot stays claimed too, and a lone dot claims none")
    void aLostDotStaysMarked() {
        hop.when(Step.RCPT).with("nobody@").then(reply("550 5.1.1 nobody"));
        hop.when(Step.DATA).nth(1).then(reply("354 go"));
        hop.when(Step.DOT).nth(2).then(reset());

        var link = client.open(hop).send(mail("nobody@hop.example"), mail("a@hop.example"));

        assertThat(kinds(link.unreleased())).containsExactly(Kind.BOUNCED);
        assertThat(kinds(link.unreleased())).containsExactly(Kind.AMBIGUOUS);
        assertThat(client.slotsTaken).hasValue(1);
    }
}
