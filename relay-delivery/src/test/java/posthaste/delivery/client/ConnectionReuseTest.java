package posthaste.delivery.client;

import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.delivery.testkit.Move.awaitInput;
import static posthaste.delivery.testkit.Move.close;
import static posthaste.delivery.testkit.Move.hold;
import static posthaste.delivery.testkit.Move.normally;
import static posthaste.delivery.testkit.Move.raw;
import static posthaste.delivery.testkit.Move.reply;
import static posthaste.delivery.testkit.Move.reset;
import static posthaste.delivery.testkit.Move.silence;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import posthaste.delivery.client.ClientFixture.Link;
import posthaste.delivery.client.RecipientResult.Kind;
import posthaste.delivery.testkit.Move;
import posthaste.delivery.testkit.ScriptedHop;
import posthaste.delivery.testkit.Step;
import posthaste.queue.Delivery;

/** A connection between its messages: used again, reset, at its limit, idle, stale, and its end. */
class ConnectionReuseTest {
    private final ScriptedHop hop = ScriptedHop.start();
    private final ClientFixture client = new ClientFixture();

    @AfterEach
    void end() {
        client.close();
        hop.close();
    }

    private Delivery mail() {
        return client.mail("Hi\r\n", "a@hop.example");
    }

    private static void assertDelivered(Link link) {
        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
    }

    private void assertNotBegun(Link link) {
        TransactionResult result = link.result();
        assertThat(ClientFixture.kinds(result)).containsExactly(Kind.NOT_STARTED);
        assertThat(result.recipients().get(0).scope()).isEqualTo(Scope.HOST);
    }

    @Test
    @DisplayName("A connection is used again without RSET behind a message that came to its dot")
    void aCleanConnectionNeedsNoReset() {
        var link = client.open(hop).send(mail());
        assertDelivered(link);
        link.send(mail());
        assertDelivered(link);

        assertThat(hop.connections()).isEqualTo(1);
        assertThat(hop.commands()).doesNotContain("RSET");
        assertThat(client.count("transactions")).isEqualTo(2);
    }

    @Test
    @DisplayName("RSET goes in one group with the next envelope")
    void theResetIsPartOfTheNextGroup() {
        hop.when(Step.RCPT).times(1).then(reply("550 5.1.1 nobody"));
        hop.when(Step.RSET).then(awaitInput("DATA\r\n"), normally());

        var link = client.open(hop).send(mail(), mail());

        assertThat(link.single().kind()).isEqualTo(Kind.BOUNCED);
        assertDelivered(link);
    }

    static Stream<Move> refusalsOfReset() {
        return Stream.of(
                reply("421 4.3.2 closing"), reply("500 what?"), reply("451 no"), reply("354 go"), close(), reset());
    }

    @ParameterizedTest
    @DisplayName("O068 RSET refused: closed, the next message is not begun, and the host is not blamed")
    @MethodSource("refusalsOfReset")
    void aConnectionThatCannotBeResetIsClosed(Move atReset) {
        hop.when(Step.RCPT).times(1).then(reply("550 5.1.1 nobody"));
        hop.when(Step.RSET).then(atReset);

        var link = client.open(hop).send(mail(), mail());

        assertThat(link.single().kind()).isEqualTo(Kind.BOUNCED);
        assertNotBegun(link);
        HostFailure failure = link.closing().orElseThrow();
        assertThat(failure.stage()).isEqualTo(Stage.RSET);
        assertThat(failure.hostBackOff()).isFalse();
    }

    static Stream<Move> endsOfAStaleConnection() {
        return Stream.of(close(), reset(), reply("421 4.4.2 idle too long"), reply("503 5.5.1 sequence"));
    }

    @ParameterizedTest
    @DisplayName("O110 EOF, reset, 421 or 503 at the first MAIL of a kept connection: not begun, no penalty")
    @MethodSource("endsOfAStaleConnection")
    void aStaleConnectionCostsNothing(Move atMail) {
        hop.when(Step.MAIL).nth(2).then(atMail);

        var link = client.open(hop).send(mail());
        assertDelivered(link);
        link.send(mail());

        assertNotBegun(link);
        assertThat(link.closing().orElseThrow().hostBackOff()).isFalse();
    }

    @Test
    @DisplayName("A host that ends an idle connection does what it may")
    void aHostMayCloseBetweenMessages() {
        hop.when(Step.DOT).then(normally(), close());

        var link = client.open(hop).send(mail());

        assertDelivered(link);
        assertThat(link.closing()).isEmpty();
    }

    @Test
    @DisplayName("421 that was not asked for on an idle connection ends it without blame")
    void aHostMaySayThatItClosesBetweenMessages() {
        hop.when(Step.DOT).then(normally(), raw("421 4.4.2 idle\r\n"));

        var link = client.open(hop).send(mail());

        assertDelivered(link);
        assertThat(link.closing()).isEmpty();
    }

    @Test
    @DisplayName("421 before the first message is a failure of the host")
    void aHostThatClosesBeforeTheFirstMessageFails() {
        hop.when(Step.EHLO).then(normally(), raw("421 4.3.2 changed my mind\r\n"));

        HostFailure failure = client.open(hop).closing().orElseThrow();

        assertThat(failure.reply().oneLine()).isEqualTo("421 4.3.2 changed my mind");
        assertThat(failure.hostBackOff()).isTrue();
    }

    @Test
    @DisplayName("O072 a reply that no command asked for ends an idle connection, 4.5.0")
    void anUnaskedReplyEndsTheConnection() {
        hop.when(Step.DOT).then(normally(), raw("250 and another\r\n"));

        var link = client.open(hop).send(mail());

        assertDelivered(link);
        HostFailure failure = link.closing().orElseThrow();
        assertThat(failure.stage()).isEqualTo(Stage.IDLE);
        assertThat(failure.reply().status().orElseThrow()).hasToString("4.5.0");
        assertThat(failure.hostBackOff()).isFalse();
    }

    // Its share.

    @Test
    @DisplayName("QUIT follows the last message of a connection's share, and no more is taken")
    void aConnectionHasItsShare() {
        try (var few = new ClientFixture(ClientFixture.config(25, 2))) {
            var link = few.open(hop).send(few.mail("1\r\n", "a@hop.example"), few.mail("2\r\n", "a@hop.example"));

            assertDelivered(link);
            assertDelivered(link);
            assertThat(link.closing()).isEmpty();
            assertThat(link.available).hasValue(0);
            assertThat(hop.commands()).last().isEqualTo("QUIT");
            link.send(few.mail("3\r\n", "a@hop.example"));
            assertNotBegun(link);
        }
    }

    @Test
    @DisplayName("O085 LIMITS MAILMAX=1: one transaction per connection")
    void aHostMaySetTheShare() {
        hop.offering("PIPELINING", "LIMITS MAILMAX=1 RCPTMAX=10");

        var link = client.open(hop).send(mail());

        assertDelivered(link);
        assertThat(link.closing()).isEmpty();
        assertThat(link.available).hasValue(0);
        assertThat(hop.commands()).last().isEqualTo("QUIT");
    }

    // Its end.

    @Test
    @DisplayName("quit() lets what is pending end first")
    void quitWaitsForPendingMessages() {
        var gate = new CountDownLatch(1);
        hop.when(Step.DOT).nth(1).then(hold(gate), normally());

        var link = client.open(hop).send(mail(), mail()).quit();
        gate.countDown();

        assertDelivered(link);
        assertDelivered(link);
        assertThat(link.closing()).isEmpty();
        assertThat(hop.commands()).last().isEqualTo("QUIT");
        assertThat(hop.received()).hasSize(2);
    }

    @Test
    @DisplayName("An idle connection says QUIT after 2 seconds, not before")
    void anIdleConnectionEnds() {
        var link = client.open(hop).send(mail());
        assertDelivered(link);
        assertThat(link.closed).isNotDone();

        client.pass(ClientConnection.IDLE_MAX.plusSeconds(1));

        assertThat(link.closing()).isEmpty();
        assertThat(hop.commands()).last().isEqualTo("QUIT");
        assertThat(client.meters.get("posthaste_delivery_connections").gauge().value())
                .isZero();
    }

    @Test
    @DisplayName("O063 QUIT is not answered: the success stands, and 5 seconds end it")
    void quitIsNotWaitedForLong() {
        hop.when(Step.QUIT).then(silence());
        var link = client.open(hop).send(mail());
        assertDelivered(link);
        link.quit();
        hop.awaitCommand("QUIT"::equals);

        client.pass(ClientConnection.QUIT_MAX.minusSeconds(1));
        assertThat(link.closed).isNotDone();
        client.pass(Duration.ofSeconds(3));

        assertThat(link.closing()).isEmpty();
    }

    @ParameterizedTest
    @DisplayName("O063 QUIT answered by anything, or by a reset: a good end")
    @ValueSource(strings = {"221 bye", "421 x", "500 x", "354 x", "garbage", "reset", "close"})
    void whateverAnswersQuitIsAGoodEnd(String answer) {
        hop.when(Step.QUIT)
                .then(
                        switch (answer) {
                            case "reset" -> reset();
                            case "close" -> close();
                            default -> raw(answer + "\r\n");
                        });

        var link = client.open(hop).send(mail());
        assertDelivered(link);
        link.quit();

        assertThat(link.closing()).isEmpty();
        assertThat(client.count("connections_lost")).isZero();
    }
}
