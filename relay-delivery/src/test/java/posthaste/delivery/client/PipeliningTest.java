package posthaste.delivery.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static posthaste.delivery.client.ClientFixture.kinds;
import static posthaste.delivery.testkit.Move.awaitInput;
import static posthaste.delivery.testkit.Move.expectQuiet;
import static posthaste.delivery.testkit.Move.hold;
import static posthaste.delivery.testkit.Move.normally;
import static posthaste.delivery.testkit.Move.raw;
import static posthaste.delivery.testkit.Move.reply;
import static posthaste.delivery.testkit.Move.silence;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import posthaste.delivery.client.RecipientResult.Kind;
import posthaste.delivery.testkit.ScriptedHop;
import posthaste.delivery.testkit.Step;
import posthaste.queue.Delivery;

/** Commands in groups (RFC 2920), the next envelope behind the dot, and hosts that take one command at a time. */
class PipeliningTest {
    private static final Duration QUIET = Duration.ofMillis(50);

    private final ScriptedHop hop = ScriptedHop.startNarrow();
    private final ClientFixture client = new ClientFixture();

    @AfterEach
    void end() {
        client.close();
        hop.close();
    }

    private Delivery mail(String... recipients) {
        return client.mail("Hi\r\n", recipients);
    }

    private static String[] recipients(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> "r" + i + "@hop.example")
                .toArray(String[]::new);
    }

    @Test
    @DisplayName("The whole envelope is sent before any of it is answered")
    void theEnvelopeIsOneGroup() {
        hop.when(Step.MAIL).then(awaitInput("DATA\r\n"), normally());

        assertThat(kinds(client.open(hop).send(mail(recipients(3))).result())).containsOnly(Kind.DELIVERED);
        assertThat(hop.commands())
                .containsExactly(
                        "EHLO relay.example",
                        "MAIL FROM:<sender@app.example>",
                        "RCPT TO:<r1@hop.example>",
                        "RCPT TO:<r2@hop.example>",
                        "RCPT TO:<r3@hop.example>",
                        "DATA");
    }

    @ParameterizedTest
    @DisplayName("O069 replies coalesced, or one octet at a time: the same result")
    @ValueSource(booleans = {true, false})
    void repliesMayBeSplitAnywhere(boolean dribbling) {
        if (dribbling) hop.dribbling();
        hop.when(Step.MAIL).nth(1).then(reply("250-2.1.0 first line\n250-2.1.0\n250 2.1.0 last"));
        hop.when(Step.RCPT).with("r2@").then(reply("550-5.1.1 no\n550-5.1.1 such\n550 5.1.1 user"));
        hop.when(Step.RCPT).with("r3@").then(reply("450 4.2.1 later"));

        var link = client.open(hop).send(mail(recipients(3)), mail("d@hop.example"));
        TransactionResult result = link.result();

        assertThat(kinds(result)).containsExactly(Kind.DELIVERED, Kind.BOUNCED, Kind.DEFERRED);
        assertThat(result.recipients().get(1).reply().oneLine()).isEqualTo("550 5.1.1 no such user");
        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
    }

    @Test
    @DisplayName("O070 a host without PIPELINING gets one command at a time, and no envelope behind the dot")
    void aHostWithoutPipeliningGetsOneCommandAtATime() {
        hop.offering("8BITMIME");
        hop.when(Step.MAIL).then(expectQuiet(QUIET), normally());
        hop.when(Step.RCPT).then(expectQuiet(QUIET), normally());
        hop.when(Step.DATA).then(expectQuiet(QUIET), normally());
        hop.when(Step.DOT).nth(1).then(expectQuiet(QUIET), normally());

        var link = client.open(hop).send(mail(recipients(2)), mail("c@hop.example"));

        assertThat(kinds(link.result())).containsExactly(Kind.DELIVERED, Kind.DELIVERED);
        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
        assertThat(hop.intrusions()).isZero();
    }

    @Test
    @DisplayName("O070 without PIPELINING a message without accepted recipients never comes to DATA")
    void withoutPipeliningDataIsNotSaidForNobody() {
        hop.offering().when(Step.RCPT).times(2).then(reply("550 5.1.1 nobody"));

        var link = client.open(hop).send(mail(recipients(2)), mail("c@hop.example"));

        assertThat(kinds(link.result())).containsExactly(Kind.BOUNCED, Kind.BOUNCED);
        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
        assertThat(hop.commands())
                .containsExactly(
                        "EHLO relay.example",
                        "MAIL FROM:<sender@app.example>",
                        "RCPT TO:<r1@hop.example>",
                        "RCPT TO:<r2@hop.example>",
                        "RSET",
                        "MAIL FROM:<sender@app.example>",
                        "RCPT TO:<c@hop.example>",
                        "DATA");
    }

    @Test
    @DisplayName("O071 more replies than the sockets hold while the envelope is written: no deadlock")
    void manyLongRepliesCauseNoDeadlock() {
        String line = "250 " + "x".repeat(400);
        hop.when(Step.RCPT).then(reply((line.replace("250 ", "250-") + "\n").repeat(50) + line));

        TransactionResult result = client.open(hop).send(mail(recipients(100))).result();

        assertThat(kinds(result)).hasSize(100).containsOnly(Kind.DELIVERED);
    }

    @Test
    @DisplayName("O072 one reply too few: the time-out ends it")
    void aMissingReplyIsATimeOut() {
        hop.when(Step.RCPT).with("r2@").then(silence());

        var link = client.open(hop).send(mail(recipients(3)));
        hop.awaitCommand("DATA"::equals);
        client.advanceUntil(link.closed, Duration.ofSeconds(301));

        assertThat(kinds(link.result())).doesNotContain(Kind.DELIVERED, Kind.BOUNCED);
        assertThat(link.closing()).isPresent();
        assertThat(hop.received()).isEmpty();
    }

    @Test
    @DisplayName("O072 one reply too many: 4.5.0 before any content is sent")
    void aReplyTooManyIsAProtocolError() {
        hop.when(Step.MAIL).then(reply("250 ok"), reply("250 ok"));

        var link = client.open(hop).send(mail("a@hop.example"));

        RecipientResult result = link.single();
        assertThat(result.kind()).isEqualTo(Kind.DEFERRED);
        assertThat(result.reply().status().orElseThrow()).hasToString("4.5.0");
        assertThat(link.closing()).isPresent();
        assertThat(hop.received()).isEmpty();
    }

    @Test
    @DisplayName("O074 what is said of recipients behind a refused MAIL has its cause there")
    void theFirstFailureIsTheReason() {
        hop.when(Step.MAIL).then(reply("451 4.7.1 not now"));
        hop.when(Step.RCPT).then(reply("550 5.5.1 who sends?"));

        assertThat(client.open(hop).send(mail(recipients(2))).result().recipients())
                .allSatisfy(each -> {
                    assertThat(each.kind()).isEqualTo(Kind.DEFERRED);
                    assertThat(each.reply().oneLine()).isEqualTo("451 4.7.1 not now");
                });
    }

    @Test
    @DisplayName("O073 a host that closes behind a refused MAIL leaves the refusal as it is")
    void aRefusalOutlivesItsConnection() {
        hop.when(Step.MAIL).then(reply("550 5.7.1 never"));
        hop.when(Step.RCPT).then(reply("421 4.7.0 closing"));

        var link = client.open(hop).send(mail(recipients(2)));

        assertThat(kinds(link.result())).containsOnly(Kind.BOUNCED);
        assertThat(link.closing().orElseThrow().reply().code()).isEqualTo(421);
    }

    // The next envelope.

    @Test
    @DisplayName("The next envelope is sent behind the dot, before its reply")
    void theNextEnvelopeIsChainedToTheDot() {
        hop.when(Step.DOT).nth(1).then(awaitInput("DATA\r\n"), normally());

        var link = client.open(hop).send(mail("a@hop.example"), mail("b@hop.example"));

        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
        assertThat(hop.received()).hasSize(2);
    }

    @Test
    @DisplayName("A message that comes while the dot is unanswered is sent at once")
    void anEnvelopeNeedNotWaitForTheReplyToTheDot() throws InterruptedException {
        var arrived = new CountDownLatch(1);
        hop.when(Step.DOT).nth(1).then(session -> arrived.countDown(), awaitInput("DATA\r\n"), normally());

        var link = client.open(hop).send(mail("a@hop.example"));
        arrived.await();
        link.send(mail("b@hop.example"));

        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
    }

    @Test
    @DisplayName("A lone dot has the next envelope behind it too")
    void theNextEnvelopeIsChainedToALoneDot() {
        hop.when(Step.RCPT).times(1).then(reply("550 5.1.1 nobody"));
        hop.when(Step.DATA).nth(1).then(reply("354 go"));
        hop.when(Step.DOT).nth(1).then(awaitInput("DATA\r\n"), normally());

        var link = client.open(hop).send(mail("a@hop.example"), mail("b@hop.example"));

        assertThat(link.single().kind()).isEqualTo(Kind.BOUNCED);
        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
    }

    @Test
    @DisplayName("No more transactions at once than the depth")
    void aConnectionTakesNoMoreThanItsDepth() {
        var seen = new CountDownLatch(1);
        hop.when(Step.MAIL).nth(1).then(hold(seen), normally()); // silence alone would let the other replies pass
        var link = client.open(hop).send(mail("a@hop.example"), mail("b@hop.example"));
        ClientConnection connection = link.connection();

        CompletableFuture<Void> third = CompletableFuture.runAsync(
                () -> {
                    assertThat(connection.isAvailable()).isFalse();
                    assertThat(connection.pending()).isEqualTo(ClientConnection.DEPTH);
                    Delivery delivery = mail("c@hop.example");
                    assertThatIllegalStateException()
                            .isThrownBy(() ->
                                    connection.send(new Transaction(delivery, delivery.recipients(), done -> {})));
                },
                task -> connection.loop().runOnContext(posted -> task.run()));

        assertThat(third).succeedsWithin(Duration.ofSeconds(20));
        seen.countDown();
        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
    }

    @Test
    @DisplayName("O049 a bare code and lines that end in LF alone are replies")
    void aBareCodeIsAReply() {
        hop.when(Step.MAIL).then(raw("250\r\n"));
        hop.when(Step.RCPT).then(raw("250-\n250\n"));

        var link = client.open(hop.offering()).send(mail("a@hop.example"));

        assertThat(link.single().kind()).isEqualTo(Kind.DEFERRED); // the hop refuses DATA: for it there was no reply
        assertThat(hop.commands()).contains("DATA");
    }
}
