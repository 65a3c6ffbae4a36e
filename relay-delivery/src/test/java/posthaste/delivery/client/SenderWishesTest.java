package posthaste.delivery.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import posthaste.delivery.client.RecipientResult.Kind;
import posthaste.delivery.testkit.Move;
import posthaste.delivery.testkit.ScriptedHop;
import posthaste.delivery.testkit.Step;
import posthaste.queue.Delivery;
import posthaste.queue.Envelope.Deadline;
import posthaste.queue.Envelope.Requests;
import posthaste.queue.Recipient;
import posthaste.smtp.DeliverBy.Mode;
import posthaste.smtp.MailVerb;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Notify;
import posthaste.smtp.ReturnContent;

/** What a sender asked for, passed on to hosts that offer it and to no others. */
class SenderWishesTest {
    private static final Notify SUCCESS_AND_DELAY = new Notify((byte) (Notify.SUCCESS | Notify.DELAY));

    private final ScriptedHop hop = ScriptedHop.start();
    private final ClientFixture client = new ClientFixture();

    @AfterEach
    void end() {
        client.close();
        hop.close();
    }

    private static Recipient to(String local, Notify notify, Optional<String> original) {
        return new Recipient(new Mailbox(local, "hop.example"), notify, original);
    }

    private static Recipient plain(String local) {
        return new Recipient(new Mailbox(local, "hop.example"));
    }

    private static Requests deadline(Duration left, Mode mode, boolean trace) {
        var by = new Deadline(ClientFixture.NOW.plus(left), mode, trace);
        return new Requests(
                MailVerb.MAIL,
                ReturnContent.UNSPECIFIED,
                Optional.empty(),
                OptionalInt.empty(),
                Optional.of(by),
                Optional.empty());
    }

    @ParameterizedTest
    @EnumSource(MailVerb.class)
    @DisplayName("I187 the next hop gets MAIL, whatever began the transaction here")
    void theNextHopGetsMail(MailVerb verb) {
        var requests = new Requests(
                verb,
                ReturnContent.UNSPECIFIED,
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty());

        sent(client.mail(requests, plain("a")));

        assertThat(hop.commands()).contains("MAIL FROM:<sender@app.example>").noneMatch(line -> line.startsWith("SO"));
    }

    private static Requests priority(int level) {
        return new Requests(
                MailVerb.SAML,
                ReturnContent.UNSPECIFIED,
                Optional.empty(),
                OptionalInt.of(level),
                Optional.empty(),
                Optional.of("for;60"));
    }

    private Delivery wishes() {
        return client.mail(
                Requests.of(ReturnContent.HEADERS, Optional.of("QQ+2B1")),
                to("a", SUCCESS_AND_DELAY, Optional.of("rfc822;a+2Bb@one.example")),
                to("b", new Notify(Notify.NEVER), Optional.empty()),
                plain("c"));
    }

    private TransactionResult sent(Delivery delivery) {
        return client.open(hop).send(delivery).result();
    }

    private String mailLine() {
        return hop.received().get(0).mail();
    }

    // Reports.

    @Test
    @DisplayName("O081 DSN offered: NOTIFY, ORCPT, RET and ENVID go on unchanged")
    void whatReportsDependOnIsPassedOnUnchanged() {
        hop.offering("PIPELINING", "DSN");

        TransactionResult result = sent(wishes());

        assertThat(ClientFixture.kinds(result)).containsOnly(Kind.DELIVERED);
        assertThat(result.passedOn().notifyOn()).isTrue();
        assertThat(mailLine()).isEqualTo("MAIL FROM:<sender@app.example> RET=HDRS ENVID=QQ+2B1");
        assertThat(hop.received().get(0).recipients())
                .containsExactly(
                        "RCPT TO:<a@hop.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a+2Bb@one.example",
                        "RCPT TO:<b@hop.example> NOTIFY=NEVER",
                        "RCPT TO:<c@hop.example>");
    }

    @Test
    @DisplayName("O082 DSN not offered: none of it is said, and the result tells so")
    void aHostWithoutDsnIsToldNothing() {
        hop.offering("PIPELINING");

        TransactionResult result = sent(wishes());

        assertThat(result.passedOn()).isEqualTo(PassedOn.NOTHING);
        assertThat(mailLine()).isEqualTo("MAIL FROM:<sender@app.example>");
        assertThat(hop.received().get(0).recipients())
                .containsExactly("RCPT TO:<a@hop.example>", "RCPT TO:<b@hop.example>", "RCPT TO:<c@hop.example>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"501 5.5.4 What?", "504 5.5.4 No", "555 5.5.4 RET not recognized", "455 4.5.4 Not now"})
    @DisplayName("O038 MAIL refused for its parameters: once more without them, and none with RCPT either")
    void parametersOfMailThatAreRefusedAreLeftOut(String refusal) {
        hop.offering("PIPELINING", "DSN", "SIZE 1000");
        hop.when(Step.MAIL).with("RET=").then(Move.reply(refusal));

        TransactionResult result = sent(wishes());

        assertThat(ClientFixture.kinds(result)).containsOnly(Kind.DELIVERED);
        assertThat(result.passedOn().notifyOn()).isFalse();
        assertThat(mailLine()).isEqualTo("MAIL FROM:<sender@app.example>");
        assertThat(hop.received().get(0).recipients()).noneMatch(line -> line.contains("NOTIFY"));
        assertThat(hop.commands().stream().filter(line -> line.startsWith("MAIL")))
                .hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("O038 every RCPT refused for its parameters: RSET, and once more without them")
    void parametersOfRcptThatAreRefusedAreLeftOut(boolean pipelining) {
        if (pipelining) hop.offering("PIPELINING", "DSN");
        else hop.offering("DSN");
        hop.when(Step.RCPT).with("NOTIFY=").then(Move.reply("555 5.5.4 NOTIFY not recognized"));
        Delivery delivery = client.mail(
                Requests.NONE,
                to("a", SUCCESS_AND_DELAY, Optional.empty()),
                to("b", SUCCESS_AND_DELAY, Optional.empty()));

        TransactionResult result = sent(delivery);

        assertThat(ClientFixture.kinds(result)).containsExactly(Kind.DELIVERED, Kind.DELIVERED);
        assertThat(result.passedOn().notifyOn()).isFalse();
        assertThat(hop.received().get(0).recipients())
                .containsExactly("RCPT TO:<a@hop.example>", "RCPT TO:<b@hop.example>");
        assertThat(hop.commands()).containsOnlyOnce("RSET");
        assertThat(hop.connections()).isEqualTo(1);
    }

    @Test
    @DisplayName("O038 a host that answers 354 to nobody is asked once more all the same")
    void aGoAheadForNobodyDoesNotStandInTheWayOfAnotherTry() {
        hop.offering("PIPELINING", "DSN");
        hop.when(Step.RCPT).with("NOTIFY=").then(Move.reply("555 5.5.4 NOTIFY not recognized"));
        hop.when(Step.DATA).times(1).then(Move.reply("354 Go ahead"));

        TransactionResult result = sent(client.mail(Requests.NONE, to("a", SUCCESS_AND_DELAY, Optional.empty())));

        assertThat(ClientFixture.kinds(result)).containsExactly(Kind.DELIVERED);
        assertThat(hop.received()).hasSize(1);
    }

    @Test
    void oneRecipientThatIsRefusedForItsParametersIsRefusedForGood() {
        hop.offering("PIPELINING", "DSN");
        hop.when(Step.RCPT).with("<a@").then(Move.reply("555 5.5.4 NOTIFY not recognized"));

        TransactionResult result = sent(wishes());

        assertThat(ClientFixture.kinds(result)).containsExactly(Kind.BOUNCED, Kind.DELIVERED, Kind.DELIVERED);
    }

    @Test
    void aRecipientThatIsRefusedWithoutParametersTooIsRefusedForGood() {
        hop.offering("PIPELINING", "DSN");
        hop.when(Step.RCPT).then(Move.reply("501 5.1.3 Bad address"));

        TransactionResult result = sent(client.mail(Requests.NONE, to("a", SUCCESS_AND_DELAY, Optional.empty())));

        assertThat(ClientFixture.kinds(result)).containsExactly(Kind.BOUNCED);
        assertThat(hop.commands().stream().filter(line -> line.startsWith("RCPT")))
                .hasSize(2);
    }

    // Deadlines.

    @ParameterizedTest
    @CsvSource({
        "90, RETURN, false, BY=90;R",
        "1, RETURN, true, BY=1;RT",
        "60, NOTIFY, false, BY=60;N",
        "0, NOTIFY, true, BY=0;NT",
        "-5, NOTIFY, false, BY=-5;N"
    })
    @DisplayName("O084 DELIVERBY offered: what is left of the time goes on")
    void theTimeThatIsLeftIsPassedOn(long seconds, Mode mode, boolean trace, String expected) {
        hop.offering("PIPELINING", "DELIVERBY");

        TransactionResult result = sent(client.mail(deadline(Duration.ofSeconds(seconds), mode, trace), plain("a")));

        assertThat(ClientFixture.kinds(result)).containsExactly(Kind.DELIVERED);
        assertThat(result.passedOn().deadline()).isTrue();
        assertThat(mailLine()).isEqualTo("MAIL FROM:<sender@app.example> " + expected);
    }

    @ParameterizedTest
    @CsvSource({
        "90, PIPELINING, does not know of",
        "30, DELIVERBY 60, takes 60 s or more",
        "0, DELIVERBY, is over",
        "-1, DELIVERBY, is over"
    })
    @DisplayName(
            "O084 mode R and a host without DELIVERBY, one that is too slow, or no time left: it is not asked, 5.4.7")
    void whatHasToComeBackGoesToNobodyWhoWouldNotKeepIt(long seconds, String offer, String why) {
        hop.offering(offer);

        TransactionResult result =
                sent(client.mail(deadline(Duration.ofSeconds(seconds), Mode.RETURN, false), plain("a")));

        RecipientResult unsuited = result.recipients().get(0);
        assertThat(result.asked()).isFalse();
        assertThat(unsuited.kind()).isEqualTo(Kind.BOUNCED);
        assertThat(unsuited.reply().oneLine()).startsWith("554 5.4.7").contains(why);
        assertThat(hop.commands()).noneMatch(line -> line.startsWith("MAIL"));
    }

    @Test
    void aHostThatIsFastEnoughGetsIt() {
        hop.offering("DELIVERBY 60");

        assertThat(ClientFixture.kinds(
                        sent(client.mail(deadline(Duration.ofSeconds(60), Mode.RETURN, false), plain("a")))))
                .containsExactly(Kind.DELIVERED);
    }

    @Test
    void modeNGoesToAHostWithoutDeliverByToo() {
        hop.offering("PIPELINING");

        TransactionResult result = sent(client.mail(deadline(Duration.ofSeconds(60), Mode.NOTIFY, false), plain("a")));

        assertThat(ClientFixture.kinds(result)).containsExactly(Kind.DELIVERED);
        assertThat(result.passedOn().deadline()).isFalse();
        assertThat(mailLine()).isEqualTo("MAIL FROM:<sender@app.example>");
    }

    @Test
    @DisplayName("O038 a refused BY is left out in mode N, and never in mode R")
    void onlyADeadlineThatReturnsNothingIsLeftOut() {
        hop.offering("PIPELINING", "DELIVERBY");
        hop.when(Step.MAIL).with("BY=").then(Move.reply("555 5.5.4 BY not recognized"));

        TransactionResult notify = sent(client.mail(deadline(Duration.ofSeconds(60), Mode.NOTIFY, false), plain("a")));
        TransactionResult comesBack =
                sent(client.mail(deadline(Duration.ofSeconds(60), Mode.RETURN, false), plain("a")));

        assertThat(ClientFixture.kinds(notify)).containsExactly(Kind.DELIVERED);
        assertThat(notify.passedOn().deadline()).isFalse();
        assertThat(ClientFixture.kinds(comesBack)).containsExactly(Kind.BOUNCED);
    }

    // Encryption.

    @Test
    @DisplayName("O083 REQUIRETLS and a connection without TLS: the host is not asked, whatever it offers, 5.7.30")
    void whatRequiresTlsIsNotSentWithoutIt() {
        hop.offering("PIPELINING", "REQUIRETLS");

        TransactionResult result = sent(client.mail(requireTls(), plain("a")));

        RecipientResult unsuited = result.recipients().get(0);
        assertThat(result.asked()).isFalse();
        assertThat(unsuited.kind()).isEqualTo(Kind.BOUNCED);
        assertThat(unsuited.reply().oneLine()).startsWith("550 5.7.30 REQUIRETLS support required");
        assertThat(hop.commands()).noneMatch(line -> line.startsWith("MAIL"));
    }

    private static Requests requireTls() {
        return new Requests(
                MailVerb.MAIL,
                ReturnContent.UNSPECIFIED,
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                true);
    }

    // Priorities.

    @Test
    void aPriorityIsPassedOnWhereItIsOffered() {
        hop.offering("MT-PRIORITY MIXER");

        sent(client.mail(priority(-4), plain("a")));

        assertThat(mailLine()).isEqualTo("MAIL FROM:<sender@app.example> MT-PRIORITY=-4");
    }

    @Test
    @DisplayName("A host that knows none of it gets a plain MAIL, whatever verb began the transaction")
    void theNextHostGetsMail() {
        hop.offering("PIPELINING");

        sent(client.mail(priority(9), plain("a")));

        assertThat(mailLine()).isEqualTo("MAIL FROM:<sender@app.example>");
        assertThat(hop.commands()).filteredOn(line -> !line.startsWith("EHLO")).hasSizeLessThanOrEqualTo(4);
        assertThat(List.of(hop.received().get(0).text())).containsExactly("x\r\n");
    }
}
