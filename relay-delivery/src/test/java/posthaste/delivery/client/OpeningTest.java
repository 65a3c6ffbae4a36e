package posthaste.delivery.client;

import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.delivery.testkit.Move.close;
import static posthaste.delivery.testkit.Move.hold;
import static posthaste.delivery.testkit.Move.raw;
import static posthaste.delivery.testkit.Move.reply;
import static posthaste.delivery.testkit.Move.reset;
import static posthaste.delivery.testkit.Move.silence;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import posthaste.delivery.client.RecipientResult.Kind;
import posthaste.delivery.route.NextHop;
import posthaste.delivery.testkit.ScriptedHop;
import posthaste.delivery.testkit.Step;
import posthaste.smtp.Extension;

class OpeningTest {
    private final ScriptedHop hop = ScriptedHop.start();
    private final ClientFixture client = new ClientFixture();

    @AfterEach
    void end() {
        client.close();
        hop.close();
    }

    @Test
    void o021AHostThatRefusesConnectionsIsAHostFailure() {
        NextHop gone = hop.nextHop();
        hop.close();

        HostFailure failure = client.open(gone).failure();

        assertThat(failure.stage()).isEqualTo(Stage.CONNECT);
        assertThat(failure.reply().oneLine()).startsWith("451 4.4.1 Cannot connect to hop.test[127.0.0.1]:");
        assertThat(failure.hostBackOff()).isTrue();
    }

    @Test
    void o021AHostThatResetsBeforeItsGreetingIsAHostFailure() {
        hop.when(Step.GREETING).then(reset());

        HostFailure failure = client.open(hop).failure();

        // The reset may arrive before the client has noticed that it is connected.
        boolean connected = failure.stage() == Stage.GREETING;
        if (!connected) assertThat(failure.stage()).isEqualTo(Stage.CONNECT);
        assertThat(failure.reply().oneLine())
                .startsWith(connected ? "451 4.4.2 Lost the connection" : "451 4.4.1 Cannot connect");
        assertThat(failure.hostBackOff()).isTrue();
    }

    @Test
    void o023AGreetingAfterFourMinutesAndFiftySecondsIsAccepted() {
        var gate = new CountDownLatch(1);
        hop.when(Step.GREETING).then(hold(gate), reply("220 sorry for the delay"));

        var link = client.open(hop);
        hop.awaitConnections(1);
        client.advance(Duration.ofSeconds(290));
        gate.countDown();

        assertThat(link.connection().pending()).isZero();
    }

    @Test
    void o024AGreetingThatNeverComesIsGivenUpAfterFiveMinutes() {
        hop.when(Step.GREETING).then(silence());

        var link = client.open(hop);
        client.advanceUntil(link.failed, Duration.ofSeconds(301));

        assertThat(link.failure().reply().oneLine())
                .startsWith("451 4.4.2 No answer from")
                .contains("greeting");
    }

    @ParameterizedTest
    @ValueSource(strings = {"554 no mail here", "421 busy"})
    void o025AGreetingThatRefusesIsAHostFailureAndQuitIsSaid(String greeting) {
        hop.when(Step.GREETING).then(reply(greeting));

        HostFailure failure = client.open(hop).failure();

        assertThat(failure.reply().oneLine()).isEqualTo(greeting);
        assertThat(failure.hostBackOff()).isTrue();
        hop.awaitCommand("QUIT"::equals);
    }

    @Test
    void o026AGreetingOfManyLongLinesWithBareLineFeedsIsTolerated() {
        hop.when(Step.GREETING).then(raw("220-" + "x".repeat(2000) + "\n220-second\n220 third\n"));

        assertThat(client.open(hop).connection().capabilities().offers(Extension.PIPELINING))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"250 hello\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n", "\u0000\u0001\u00ff\r\n", "354 go\r\n"})
    void o027AGreetingThatIsNoneIsAProtocolErrorAndNoMailCommandIsSent(String greeting) {
        hop.when(Step.GREETING).then(raw(greeting));

        HostFailure failure = client.open(hop).failure();

        assertThat(failure.reply().status().orElseThrow()).hasToString("4.5.0");
        assertThat(failure.stage()).isEqualTo(Stage.GREETING);
        hop.awaitEnds(1);
        assertThat(hop.commands()).allMatch("QUIT"::equals);
    }

    @Test
    void o028ATlsRecordInsteadOfAGreetingIsAProtocolError() {
        hop.when(Step.GREETING).then(raw(new byte[] {0x15, 3, 1, 0, 2, 2, 40, 0x0a}), silence());

        assertThat(client.open(hop).failure().reply().status().orElseThrow()).hasToString("4.5.0");
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 501, 502, 504, 550})
    void o029EhloRefusedFallsBackToHeloAndMailGoesWithoutExtensions(int code) {
        hop.when(Step.EHLO).then(reply(code + " what?"));

        var link = client.open(hop).send(client.mail("Hi\r\n", "bob@hop.example"));

        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
        assertThat(link.connection().capabilities().offered()).isEmpty();
        assertThat(hop.commands())
                .startsWith(
                        "EHLO relay.example",
                        "HELO relay.example",
                        "MAIL FROM:<sender@app.example>",
                        "RCPT TO:<bob@hop.example>",
                        "DATA");
    }

    @Test
    void o030EhloAnsweredBy421IsAHostFailure() {
        hop.when(Step.EHLO).then(reply("421 4.3.2 going down"));

        HostFailure failure = client.open(hop).failure();

        assertThat(failure.stage()).isEqualTo(Stage.EHLO);
        assertThat(failure.reply().code()).isEqualTo(421);
    }

    @Test
    void o030AConnectionDroppedAtEhloIsAHostFailure() {
        hop.when(Step.EHLO).then(close());

        assertThat(client.open(hop).failure().reply().oneLine())
                .startsWith("451 4.4.2")
                .contains("at EHLO");
    }

    @Test
    void o031KeywordsInLowerCaseAndUnknownOnesAreRead() {
        hop.when(Step.EHLO).then(reply("250-hop\n250-pipelining\n250-X-NEW a b\n250-AUTH=LOGIN\n250 size 1000"));

        var offered = client.open(hop).connection().capabilities();

        assertThat(offered.offered()).containsExactlyInAnyOrder(Extension.PIPELINING, Extension.SIZE);
        assertThat(offered.sizeMax()).hasValue(1000);
    }

    @Test
    void o032AnEndlessEhloReplyIsAProtocolError() {
        hop.when(Step.EHLO).then(raw("250-X\r\n".repeat(10_000)));

        assertThat(client.open(hop).failure().reply().status().orElseThrow()).hasToString("4.5.0");
    }

    @Test
    void o032AnEhloReplyOfMixedCodesIsAProtocolError() {
        hop.when(Step.EHLO).then(raw("250-hop\r\n550 no\r\n"));

        assertThat(client.open(hop).failure().reply().status().orElseThrow()).hasToString("4.5.0");
    }

    @Test
    void o033AHostOnTheMailPortThatCallsItselfLikeUsWouldLoop() {
        hop.when(Step.EHLO).then(reply("250 RELAY.example"));
        try (var onMailPort = new ClientFixture(ClientFixture.config(hop.port(), 100))) {
            HostFailure failure = onMailPort.open(hop).failure();

            assertThat(failure.reply().status().orElseThrow()).hasToString("4.4.6");
        }
    }

    @Test
    void o034HeloRefusedTooIsAHostFailure() {
        hop.when(Step.EHLO).then(reply("502 no"));
        hop.when(Step.HELO).then(reply("550 not you"));

        HostFailure failure = client.open(hop).failure();

        assertThat(failure.reply().oneLine()).isEqualTo("550 not you");
        assertThat(failure.stage()).isEqualTo(Stage.EHLO);
    }

    @Test
    void o035EhloCarriesOurHostname() {
        client.open(hop).connection();

        assertThat(hop.commands()).first().isEqualTo("EHLO relay.example");
    }

    @Test
    void mailLeavesFromTheConfiguredSourceAddress() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var fromThere = new ClientFixture(ClientFixture.config(25, 100, "::1", "127.0.0.9"))) {
            fromThere.open(new NextHop("hop", (InetSocketAddress) server.getLocalSocketAddress()));

            try (var accepted = server.accept()) {
                assertThat(accepted.getInetAddress().getHostAddress()).isEqualTo("127.0.0.9");
            }
        }
    }
}
