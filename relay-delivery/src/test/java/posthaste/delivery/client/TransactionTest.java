package posthaste.delivery.client;

import static java.util.Collections.nCopies;
import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.delivery.client.ClientFixture.kinds;
import static posthaste.delivery.testkit.Move.close;
import static posthaste.delivery.testkit.Move.raw;
import static posthaste.delivery.testkit.Move.reply;
import static posthaste.delivery.testkit.Move.reset;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import posthaste.delivery.client.RecipientResult.Kind;
import posthaste.delivery.testkit.ScriptedHop;
import posthaste.delivery.testkit.Step;
import posthaste.queue.Delivery;

/** What a host says to MAIL, RCPT and DATA, and what becomes of each recipient. */
class TransactionTest {
    private final ScriptedHop hop = ScriptedHop.start();
    private final ClientFixture client = new ClientFixture();

    @AfterEach
    void end() {
        client.close();
        hop.close();
    }

    private Delivery mail(String... recipients) {
        return client.mail("Subject: x\r\n\r\nHi\r\n", recipients);
    }

    private TransactionResult resultOf(Delivery delivery) {
        return client.open(hop).send(delivery).result();
    }

    private static String[] recipients(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> "r" + i + "@hop.example")
                .toArray(String[]::new);
    }

    @Test
    @DisplayName("O053 354 and a 250 to the dot: delivered once, by that reply")
    void aMessageThatIsTakenIsDeliveredOnce() {
        TransactionResult result = resultOf(mail("a@hop.example", "b@hop.example"));

        assertThat(result.recipients()).allSatisfy(each -> {
            assertThat(each.kind()).isEqualTo(Kind.DELIVERED);
            assertThat(each.scope()).isEqualTo(Scope.NONE);
            assertThat(each.reply().oneLine()).isEqualTo("250 2.0.0 Ok 1");
        });
        assertThat(result.asked()).isTrue();
        assertThat(result.hostFailure()).isEmpty();
        assertThat(result.hop()).isEqualTo(hop.nextHop());
        assertThat(hop.dots()).hasSize(1);
        assertThat(hop.received().get(0).recipients())
                .containsExactly("RCPT TO:<a@hop.example>", "RCPT TO:<b@hop.example>");
    }

    // MAIL.

    @ParameterizedTest
    @DisplayName("O036 O037 O074 O112 MAIL refused: this message only, by that reply, and the next one goes")
    @CsvSource({
        "450 4.7.1 wait, DEFERRED",
        "451 x, DEFERRED",
        "452 x, DEFERRED",
        "455 x, DEFERRED",
        "459 x, DEFERRED",
        "550 5.7.1 no, BOUNCED",
        "501 x, BOUNCED",
        "552 5.3.4 too large, BOUNCED",
        "553 5.6.7 x, BOUNCED",
        "555 x, BOUNCED",
        "556 5.1.10 x, BOUNCED",
        "599 x, BOUNCED"
    })
    void aRefusedMailConcernsItsMessageOnly(String line, Kind kind) {
        hop.when(Step.MAIL).nth(1).then(reply(line));

        var link = client.open(hop).send(mail("a@hop.example", "b@hop.example"), mail("c@hop.example"));

        assertThat(link.result().recipients()).hasSize(2).allSatisfy(each -> {
            assertThat(each.kind()).isEqualTo(kind);
            assertThat(each.scope()).isEqualTo(Scope.MESSAGE);
            assertThat(each.reply().oneLine()).isEqualTo(line);
        });
        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
        assertThat(hop.connections()).isEqualTo(1);
        assertThat(hop.commands()).doesNotContain("RSET"); // no transaction was begun
    }

    @ParameterizedTest
    @DisplayName("530 534 535 538 and protocol complaints to MAIL: no fault of the message, never a bounce")
    @ValueSource(ints = {500, 502, 503, 530, 534, 535, 538})
    void aComplaintAboutTheSessionAtMailIsAHostFailure(int code) {
        hop.when(Step.MAIL).then(reply(code + " x"));

        var link = client.open(hop).send(mail("a@hop.example"));
        RecipientResult result = link.single();

        assertThat(result.kind()).isEqualTo(Kind.DEFERRED);
        assertThat(result.scope()).isEqualTo(Scope.HOST);
        assertThat(result.reply().code()).isEqualTo(code);
        HostFailure failure = link.closing().orElseThrow();
        assertThat(failure.stage()).isEqualTo(Stage.MAIL);
        assertThat(failure.hostBackOff()).isTrue();
    }

    @Test
    @DisplayName("O038 MAIL 501, 504, 455 or 555: once more without the optional parameters")
    void mailIsSaidAgainWithoutOptionalParameters() {
        for (int code : List.of(501, 504, 455, 555)) {
            try (ScriptedHop sized = ScriptedHop.start().offering("PIPELINING", "SIZE")) {
                sized.when(Step.MAIL).with("SIZE=").then(reply(code + " what is SIZE?"));

                var link = client.open(sized).send(mail("a@hop.example"));

                assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
                assertThat(sized.commands().stream().filter(line -> line.startsWith("MAIL")))
                        .containsExactly("MAIL FROM:<sender@app.example> SIZE=18", "MAIL FROM:<sender@app.example>");
            }
        }
    }

    @Test
    @DisplayName("O038 the same without PIPELINING")
    void mailIsSaidAgainWithoutOptionalParametersOneByOne() {
        hop.offering("SIZE").when(Step.MAIL).with("SIZE=").then(reply("555 what is SIZE?"));

        assertThat(client.open(hop).send(mail("a@hop.example")).single().kind()).isEqualTo(Kind.DELIVERED);
        assertThat(hop.commands())
                .containsExactly(
                        "EHLO relay.example",
                        "MAIL FROM:<sender@app.example> SIZE=18",
                        "MAIL FROM:<sender@app.example>",
                        "RCPT TO:<a@hop.example>",
                        "DATA");
    }

    @Test
    @DisplayName("O038 only once: the second refusal counts")
    void mailIsSaidAgainOnlyOnce() {
        hop.offering("PIPELINING", "SIZE").when(Step.MAIL).then(reply("555 5.5.4 never"));

        RecipientResult result = client.open(hop).send(mail("a@hop.example")).single();

        assertThat(result.kind()).isEqualTo(Kind.BOUNCED);
        assertThat(result.reply().oneLine()).isEqualTo("555 5.5.4 never");
        assertThat(hop.commands().stream().filter(line -> line.startsWith("MAIL")))
                .hasSize(2);
    }

    @Test
    @DisplayName("O038 a host that goes on to 354 behind the refused MAIL gets an empty message first")
    void aMailSaidAgainWaitsForTheEndOfTheFirst() {
        hop.offering("PIPELINING", "SIZE").when(Step.MAIL).with("SIZE=").then(reply("555 what is SIZE?"));
        hop.when(Step.DATA).nth(1).then(reply("354 anyway"));

        var link = client.open(hop).send(mail("a@hop.example"), mail("b@hop.example"));

        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
        assertThat(hop.dots()).hasSize(3);
        assertThat(hop.dots().get(0).raw()).asString().isEqualTo(".\r\n");
        assertThat(hop.received().stream().map(ScriptedHop.Received::recipients))
                .containsExactly(List.of("RCPT TO:<a@hop.example>"), List.of("RCPT TO:<b@hop.example>"));
    }

    // RCPT.

    @Test
    @DisplayName("O039 RCPT 250, 550, 450, 250: two delivered, one bounced, one deferred")
    void eachRecipientHasItsOwnResult() {
        hop.when(Step.RCPT).with("r2@").then(reply("550 5.1.1 nobody"));
        hop.when(Step.RCPT).with("r3@").then(reply("450 4.2.1 later"));

        TransactionResult result = resultOf(mail(recipients(4)));

        assertThat(kinds(result)).containsExactly(Kind.DELIVERED, Kind.BOUNCED, Kind.DEFERRED, Kind.DELIVERED);
        assertThat(result.recipients().stream().map(RecipientResult::scope))
                .containsExactly(Scope.NONE, Scope.RECIPIENT, Scope.RECIPIENT, Scope.NONE);
        assertThat(result.recipients().stream().map(each -> each.reply().oneLine()))
                .containsExactly("250 2.0.0 Ok 1", "550 5.1.1 nobody", "450 4.2.1 later", "250 2.0.0 Ok 1");
        assertThat(result.recipients().stream().map(RecipientResult::recipient))
                .containsExactlyElementsOf(mail(recipients(4)).recipients());
    }

    @Test
    @DisplayName("O040 all RCPT 5xx: bounces, RSET, connection reused")
    void theConnectionOutlivesAMessageWhoseRecipientsAreAllRefused() {
        hop.when(Step.RCPT).times(2).then(reply("550 5.1.1 nobody"));

        var link = client.open(hop).send(mail(recipients(2)), mail("c@hop.example"));

        assertThat(kinds(link.result())).containsExactly(Kind.BOUNCED, Kind.BOUNCED);
        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
        assertThat(hop.connections()).isEqualTo(1);
        assertThat(hop.commands()).containsOnlyOnce("RSET");
    }

    @ParameterizedTest
    @DisplayName("O041 O042 RCPT 452 or 552 for too many: those before are sent now, the rest at once in another one")
    @ValueSource(strings = {"452 4.5.3 Too many", "452 Too many", "552 Too many", "552 5.5.3 Too many"})
    void recipientsBeyondTheHostsLimitGoAgainAtOnce(String line) {
        hop.when(Step.RCPT).from(3).then(reply(line));

        TransactionResult result = resultOf(mail(recipients(5)));

        assertThat(kinds(result)).containsExactly(Kind.DELIVERED, Kind.DELIVERED, Kind.AGAIN, Kind.AGAIN, Kind.AGAIN);
        assertThat(result.recipients().get(2).reply().oneLine()).isEqualTo(line);
        assertThat(hop.received().get(0).recipients()).hasSize(2);
    }

    @ParameterizedTest
    @DisplayName("O043 RCPT 452 or 552 that is about the recipient, or about the first one")
    @CsvSource({
        "2, 452 4.2.2 full, DEFERRED",
        "2, 452 4.3.1 disk, DEFERRED",
        "1, 452 4.5.3 too many, DEFERRED",
        "1, 452 x, DEFERRED",
        "2, 552 5.2.2 full, BOUNCED",
        "2, 552 5.3.4 large, BOUNCED",
        "1, 552 x, BOUNCED",
        "1, 552 5.5.3 too many, DEFERRED"
    })
    void aRecipientMayBeFull(int which, String line, Kind kind) {
        hop.when(Step.RCPT).nth(which).then(reply(line));

        TransactionResult result = resultOf(mail(recipients(2)));

        assertThat(result.recipients().get(which - 1).kind()).isEqualTo(kind);
        assertThat(result.recipients().get(which - 1).scope()).isEqualTo(Scope.RECIPIENT);
        assertThat(result.recipients().get(2 - which).kind()).isEqualTo(Kind.DELIVERED);
    }

    @ParameterizedTest
    @DisplayName("O044 RCPT 251 and 252 are success, and the connection stays in use")
    @ValueSource(strings = {"251 2.1.5 will forward to <x@else.example>", "252 2.1.5 will see"})
    void aRecipientThatIsForwardedIsAccepted(String line) {
        hop.when(Step.RCPT).nth(1).then(reply(line));

        var link = client.open(hop).send(mail("a@hop.example"), mail("b@hop.example"));

        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
        assertThat(hop.connections()).isEqualTo(1);
    }

    @Test
    @DisplayName("O045 RCPT 551 bounces with its text and is not followed")
    void aRecipientThatHasMovedIsNotFollowed() {
        hop.when(Step.RCPT).then(reply("551 5.1.6 please try <x@else.example>"));

        RecipientResult result = resultOf(mail("a@hop.example")).recipients().get(0);

        assertThat(result.kind()).isEqualTo(Kind.BOUNCED);
        assertThat(result.reply().oneLine()).isEqualTo("551 5.1.6 please try <x@else.example>");
        assertThat(hop.commands()).noneMatch(line -> line.contains("else.example"));
    }

    @ParameterizedTest
    @DisplayName("O046 O073 RCPT 421 or 221 at 5 of 20: none delivered, what was refused stays refused")
    @ValueSource(ints = {421, 221})
    void aHostThatClosesAmidTheRecipientsHasTakenNothing(int code) {
        hop.when(Step.RCPT).with("r2@").then(reply("550 5.1.1 nobody"));
        hop.when(Step.RCPT).with("r5@").then(reply(code + " closing"), close());

        var link = client.open(hop).send(mail(recipients(20)));
        TransactionResult result = link.result();

        var expected = new ArrayList<Kind>(nCopies(5, Kind.DEFERRED));
        expected.set(1, Kind.BOUNCED);
        expected.addAll(nCopies(15, Kind.NOT_STARTED));
        assertThat(kinds(result)).isEqualTo(expected);
        assertThat(result.recipients().get(0).scope()).isEqualTo(Scope.HOST);
        assertThat(result.recipients().get(19).scope()).isEqualTo(Scope.HOST);
        assertThat(result.hostFailure().orElseThrow().reply().code()).isEqualTo(code);
        assertThat(link.closing()).isEqualTo(result.hostFailure());
        assertThat(hop.dots()).isEmpty();
    }

    @ParameterizedTest
    @DisplayName("O048 RCPT with an unlisted code: its first digit decides")
    @CsvSource({"459 x, DEFERRED", "599 x, BOUNCED", "450 5.1.1 x, DEFERRED", "550 2.1.5 x, BOUNCED"})
    void theFirstDigitDecidesOverARecipient(String line, Kind kind) {
        hop.when(Step.RCPT).then(reply(line));

        assertThat(kinds(resultOf(mail("a@hop.example")))).containsExactly(kind);
    }

    @ParameterizedTest
    @DisplayName("O048 an odd success is success, and the connection is not used again")
    @EnumSource(
            value = Step.class,
            names = {"MAIL", "RCPT", "DOT"})
    void aHostWithOddSuccessCodesIsTakenAtItsWordOnce(Step step) {
        hop.when(step).nth(1).then(reply("299 fine"));

        var link = client.open(hop).send(mail("a@hop.example"));

        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
        assertThat(link.closing()).isEmpty();
        assertThat(link.available).hasValue(0);
        assertThat(hop.commands()).last().isEqualTo("QUIT");
    }

    @Test
    @DisplayName("O048 what waits behind an odd success and has not begun is handed back")
    void whatWaitsBehindAnOddSuccessIsNotBegun() {
        hop.offering().when(Step.MAIL).nth(1).then(reply("220 fine"));

        var link = client.open(hop).send(mail("a@hop.example"), mail("b@hop.example"));

        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
        RecipientResult second = link.single();
        assertThat(second.kind()).isEqualTo(Kind.NOT_STARTED);
        assertThat(second.scope()).isEqualTo(Scope.HOST);
        assertThat(link.closing()).isEmpty();
        assertThat(hop.received()).hasSize(1);
    }

    @Test
    @DisplayName("530 and 503 to RCPT: no fault of the recipient, never a bounce")
    void aComplaintAboutTheSessionAtRcptIsAHostFailure() {
        hop.when(Step.RCPT).nth(2).then(reply("530 5.7.0 Authentication required"));

        var link = client.open(hop).send(mail(recipients(3)));

        assertThat(kinds(link.result())).containsOnly(Kind.DEFERRED);
        assertThat(link.closing().orElseThrow().stage()).isEqualTo(Stage.RCPT);
        assertThat(hop.dots()).isEmpty();
    }

    // DATA.

    @ParameterizedTest
    @DisplayName("O056 DATA refused: the message defers or bounces, and the connection is reused behind RSET")
    @CsvSource({
        "451 4.3.0 x, DEFERRED",
        "452 x, DEFERRED",
        "459 x, DEFERRED",
        "550 x, BOUNCED",
        "554 5.7.1 x, BOUNCED",
        "599 x, BOUNCED"
    })
    void aRefusedDataConcernsTheMessage(String line, Kind kind) {
        hop.when(Step.DATA).nth(1).then(reply(line));

        var link = client.open(hop).send(mail(recipients(2)), mail("c@hop.example"));

        assertThat(link.result().recipients()).allSatisfy(each -> {
            assertThat(each.kind()).isEqualTo(kind);
            assertThat(each.scope()).isEqualTo(Scope.MESSAGE);
            assertThat(each.reply().oneLine()).isEqualTo(line);
        });
        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
        assertThat(hop.commands()).containsSubsequence("DATA", "RSET", "MAIL FROM:<sender@app.example>", "DATA");
    }

    @Test
    @DisplayName("DATA refused does not change what was said of single recipients")
    void recipientsThatWereRefusedKeepTheirReplyWhenDataIsRefused() {
        hop.when(Step.RCPT).with("r2@").then(reply("550 5.1.1 nobody"));
        hop.when(Step.RCPT).with("r3@").then(reply("452 4.5.3 too many"));
        hop.when(Step.DATA).then(reply("451 4.3.0 later"));

        TransactionResult result = resultOf(mail(recipients(3)));

        assertThat(kinds(result)).containsExactly(Kind.DEFERRED, Kind.BOUNCED, Kind.AGAIN);
    }

    @ParameterizedTest
    @DisplayName("O054 a 2xx to DATA is no go-ahead: nothing is sent, 4.5.0")
    @ValueSource(ints = {250, 200, 299})
    void successIsNoGoAheadForTheContent(int code) {
        hop.when(Step.DATA).then(reply(code + " ok"));

        var link = client.open(hop).send(mail("a@hop.example"));
        RecipientResult result = link.single();

        assertThat(result.kind()).isEqualTo(Kind.DEFERRED);
        assertThat(result.scope()).isEqualTo(Scope.HOST);
        assertThat(result.reply().oneLine())
                .startsWith("451 4.5.0 Protocol error")
                .contains("at DATA");
        assertThat(link.closing()).isPresent();
        assertThat(hop.commands()).last().isEqualTo("DATA");
        assertThat(client.slotsTaken).hasValue(0);
    }

    @ParameterizedTest
    @DisplayName("O055 354 though nobody was accepted: a lone dot, whose reply changes nothing")
    @ValueSource(strings = {"250 2.0.0 thanks", "554 5.5.1 nobody", "451 x"})
    void aHostThatWaitsForContentForNobodyGetsALoneDot(String atDot) {
        hop.when(Step.RCPT).times(1).then(reply("550 5.1.1 nobody"));
        hop.when(Step.DATA).nth(1).then(reply("354 go"));
        hop.when(Step.DOT).nth(1).then(reply(atDot));

        var link = client.open(hop).send(mail("a@hop.example"), mail("b@hop.example"));

        RecipientResult first = link.single();
        assertThat(first.kind()).isEqualTo(Kind.BOUNCED);
        assertThat(first.reply().oneLine()).isEqualTo("550 5.1.1 nobody");
        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
        assertThat(hop.dots().get(0).raw()).asString().isEqualTo(".\r\n");
        assertThat(hop.commands()).doesNotContain("RSET"); // the dot has ended the transaction
    }

    @ParameterizedTest
    @DisplayName("O055 a connection that ends at the lone dot is not ambiguous")
    @ValueSource(booleans = {true, false})
    void nothingIsAmbiguousAboutALoneDot(boolean orderly) {
        hop.when(Step.RCPT).then(reply("450 4.2.1 later"));
        hop.when(Step.DATA).then(reply("354 go"));
        hop.when(Step.DOT).then(orderly ? close() : reset());

        RecipientResult result = resultOf(mail("a@hop.example")).recipients().get(0);

        assertThat(result.kind()).isEqualTo(Kind.DEFERRED);
        assertThat(result.scope()).isEqualTo(Scope.RECIPIENT);
        assertThat(result.reply().oneLine()).isEqualTo("450 4.2.1 later");
    }

    // At every step.

    @ParameterizedTest
    @DisplayName("O047 what is no reply, and 354 where none belongs: closed, deferred with 4.5.0")
    @CsvSource({
        "MAIL, 354 go",
        "MAIL, 199 x",
        "MAIL, 600 x",
        "MAIL, abc",
        "MAIL, 25 x",
        "MAIL, 2500 x",
        "RCPT, 354 go",
        "RCPT, 199 x",
        "RCPT, 600 x",
        "RCPT, abc",
        "RCPT, 550x",
        "DATA, 355 go",
        "DATA, 199 x",
        "DATA, 600 x",
        "DATA, abc",
        "DATA, 250-x"
    })
    void whatIsNoLegalReplyIsAProtocolErrorOfTheHost(Step step, String line) {
        hop.when(step).then(raw(line + "\r\n" + (line.equals("250-x") ? "354 x\r\n" : "")));

        var link = client.open(hop).send(mail("a@hop.example"));
        RecipientResult result = link.single();

        assertThat(result.kind()).isEqualTo(Kind.DEFERRED);
        assertThat(result.scope()).isEqualTo(Scope.HOST);
        assertThat(result.reply().oneLine()).startsWith("451 4.5.0 Protocol error of hop.test");
        HostFailure failure = link.closing().orElseThrow();
        assertThat(failure.stage()).hasToString(step.name());
        assertThat(failure.hostBackOff()).isTrue();
        hop.awaitEnds(1);
        assertThat(hop.dots()).isEmpty();
    }

    @ParameterizedTest
    @DisplayName("EOF and reset before the dot: the host failed, 4.4.2, nothing ambiguous")
    @CsvSource({"MAIL, true", "MAIL, false", "RCPT, true", "RCPT, false", "DATA, true", "DATA, false"})
    void aConnectionLostBeforeTheDotIsAHostFailure(Step step, boolean orderly) {
        hop.when(step).then(orderly ? close() : reset());

        var link = client.open(hop).send(mail("a@hop.example", "b@hop.example"));

        assertThat(link.result().recipients()).hasSize(2).allSatisfy(each -> {
            assertThat(each.kind()).isEqualTo(Kind.DEFERRED);
            assertThat(each.scope()).isEqualTo(Scope.HOST);
            assertThat(each.reply().oneLine()).startsWith("451 4.4.2 Lost the connection to hop.test");
        });
        assertThat(link.closing().orElseThrow().hostBackOff()).isTrue();
        assertThat(client.meters.counter("posthaste_delivery_ambiguous_dots").count())
                .isZero();
        assertThat(client.slotsTaken).hasValue(0);
    }

    @ParameterizedTest
    @DisplayName("421 or 221 that was not asked for at MAIL or DATA: the host closes, the message goes elsewhere")
    @CsvSource({"MAIL, 421, NOT_STARTED", "MAIL, 221, NOT_STARTED", "DATA, 421, DEFERRED", "DATA, 221, DEFERRED"})
    void aHostMayCloseAtEveryStep(Step step, int code, Kind kind) {
        hop.when(step).then(reply(code + " closing"));

        var link = client.open(hop).send(mail("a@hop.example"));
        RecipientResult result = link.single();

        assertThat(result.kind()).isEqualTo(kind);
        assertThat(result.scope()).isEqualTo(Scope.HOST);
        assertThat(result.reply().oneLine()).isEqualTo(code + " closing");
        assertThat(link.closing().orElseThrow().reply().code()).isEqualTo(code);
        assertThat(hop.dots()).isEmpty();
    }

    @ParameterizedTest
    @DisplayName("O051 a host that asks for a lower pace is heard")
    @CsvSource({"421 4.7.0 slow down, true", "421 going down, false"})
    void aFailureTellsWhetherItIsAboutThePace(String line, boolean rateLimited) {
        hop.when(Step.MAIL).then(reply(line));

        var link = client.open(hop).send(mail("a@hop.example"));

        assertThat(link.closing().orElseThrow().rateLimited()).isEqualTo(rateLimited);
    }

    @ParameterizedTest
    @DisplayName("O086 the three-digit code decides where the enhanced status is of another class")
    @CsvSource({"RCPT, 250 5.1.1 ok, DELIVERED", "RCPT, 550 2.0.0 no, BOUNCED", "DOT, 250 4.0.0 ok, DELIVERED"})
    void theCodeDecides(Step step, String line, Kind kind) {
        hop.when(step).then(reply(line));

        assertThat(kinds(resultOf(mail("a@hop.example")))).containsExactly(kind);
    }

    @Test
    @DisplayName("O089 ETRN, VRFY, EXPN and HELP are never used, whatever is advertised")
    void onlyTheCommandsOfATransactionAreSaid() {
        hop.offering("PIPELINING", "ETRN", "VRFY", "EXPN", "HELP", "SEND", "SOML", "SAML", "TURN");

        var link = client.open(hop).send(mail("a@hop.example"));
        link.single();
        link.quit().closing();

        assertThat(hop.commands().stream().map(line -> line.split(" ", 2)[0]))
                .containsExactly("EHLO", "MAIL", "RCPT", "DATA", "QUIT");
    }
}
