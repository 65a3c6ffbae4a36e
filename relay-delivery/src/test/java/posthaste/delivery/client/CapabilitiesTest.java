package posthaste.delivery.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import posthaste.delivery.client.RecipientResult.Kind;
import posthaste.delivery.testkit.ScriptedHop;
import posthaste.queue.Delivery;
import posthaste.smtp.BodyType;
import posthaste.smtp.Mailbox;
import posthaste.smtp.ReversePath;

/** What a host offers, what a message needs, and which parameters MAIL has. */
class CapabilitiesTest {
    private final ScriptedHop hop = ScriptedHop.start();
    private final ClientFixture client = new ClientFixture();

    @AfterEach
    void end() {
        client.close();
        hop.close();
    }

    private Delivery mail(int bytes, BodyType type) {
        return client.mail(MemoryBody.of("x".repeat(bytes - 2) + "\r\n"), type, "a@hop.example");
    }

    /** The message is refused without a word of it said, and the connection takes the next. */
    private void assertUnsuited(Delivery delivery, String reply) {
        var link = client.open(hop).send(delivery, mail(10, BodyType.SEVEN_BIT));

        TransactionResult first = link.result();
        TransactionResult second = link.result();
        boolean inOrder = first.transaction().delivery().equals(delivery);
        TransactionResult unsuited = inOrder ? first : second;
        TransactionResult other = inOrder ? second : first;
        assertThat(unsuited.asked()).isFalse();
        RecipientResult result = unsuited.recipients().get(0);
        assertThat(result.kind()).isEqualTo(Kind.BOUNCED);
        assertThat(result.scope()).isEqualTo(Scope.MESSAGE);
        assertThat(result.reply().oneLine()).startsWith(reply);
        assertThat(ClientFixture.kinds(other)).containsExactly(Kind.DELIVERED);
        assertThat(hop.commands().stream().filter(line -> line.startsWith("MAIL")))
                .hasSize(1);
    }

    private String mailLineOf(Delivery delivery) {
        assertThat(client.open(hop).send(delivery).single().kind()).isEqualTo(Kind.DELIVERED);
        return hop.received().get(0).mail();
    }

    @Test
    @DisplayName("O075 SIZE 1000, message of 1001: 5.3.4, no MAIL")
    void aMessageBeyondTheHostsSizeIsNotSent() {
        hop.offering("PIPELINING", "SIZE 1000");

        assertUnsuited(mail(1001, BodyType.SEVEN_BIT), "552 5.3.4 Message of 1001 octets is too large for hop.test");
    }

    @Test
    @DisplayName("O075 SIZE 1000, message of 1000: sent, with its size")
    void aMessageOfTheHostsSizeIsSent() {
        hop.offering("PIPELINING", "SIZE 1000");

        assertThat(mailLineOf(mail(1000, BodyType.SEVEN_BIT))).isEqualTo("MAIL FROM:<sender@app.example> SIZE=1000");
    }

    @ParameterizedTest
    @DisplayName("O076 SIZE without a limit: sent, with its size")
    @ValueSource(strings = {"SIZE", "SIZE 0", "size 99999999999999999999"})
    void aHostWithoutALimitTakesEverySize(String keyword) {
        hop.offering("PIPELINING", keyword);

        assertThat(mailLineOf(mail(2000, BodyType.SEVEN_BIT))).isEqualTo("MAIL FROM:<sender@app.example> SIZE=2000");
    }

    @Test
    @DisplayName("O076 SIZE absent: sent without it")
    void aHostThatDoesNotKnowSizeIsNotToldTheSize() {
        assertThat(mailLineOf(mail(2000, BodyType.SEVEN_BIT))).isEqualTo("MAIL FROM:<sender@app.example>");
    }

    @Test
    @DisplayName("O077 no 8BITMIME, 8-bit content: 5.6.3, never sent raw")
    void eightBitContentIsNotSentWhereItIsNotTaken() {
        hop.offering("PIPELINING");

        assertUnsuited(mail(10, BodyType.EIGHT_BIT_MIME), "554 5.6.3");
    }

    @Test
    @DisplayName("BODY=8BITMIME with 8-bit content where it is taken, and the octets as they are")
    void eightBitContentIsDeclared() {
        var body = MemoryBody.of("\u00e4\u00f6\u00fc\r\n");

        assertThat(mailLineOf(client.mail(body, BodyType.EIGHT_BIT_MIME, "a@hop.example")))
                .isEqualTo("MAIL FROM:<sender@app.example> BODY=8BITMIME");
        assertThat(hop.received().get(0).content()).isEqualTo("\u00e4\u00f6\u00fc\r\n".getBytes(ISO_8859_1));
    }

    @Test
    @DisplayName("O080 binary content needs BINARYMIME and CHUNKING: 5.6.3")
    void binaryContentIsNotSentAsText() {
        hop.offering("PIPELINING", "8BITMIME");

        assertUnsuited(mail(10, BodyType.BINARY_MIME), "554 5.6.3");
    }

    private Delivery international() {
        var sender = ReversePath.of(new Mailbox("j\u00fcrgen", "app.example"));
        return client.mail(sender, MemoryBody.of("Hi\r\n"), BodyType.EIGHT_BIT_MIME, true, "\u03b1@hop.example");
    }

    @Test
    @DisplayName("O078 no SMTPUTF8, message that needs it: 5.6.7")
    void anInternationalMessageIsNotSentWhereItIsNotTaken() {
        assertUnsuited(international(), "553 5.6.7");
    }

    @Test
    @DisplayName("SMTPUTF8 and addresses in UTF-8 where they are taken")
    void internationalAddressesAreSentInUtf8() {
        hop.offering("PIPELINING", "8BITMIME", "SMTPUTF8");

        String mail = new String(mailLineOf(international()).getBytes(ISO_8859_1), UTF_8);
        String rcpt = hop.received().get(0).recipients().get(0);

        assertThat(mail).isEqualTo("MAIL FROM:<j\u00fcrgen@app.example> BODY=8BITMIME SMTPUTF8");
        assertThat(new String(rcpt.getBytes(ISO_8859_1), UTF_8)).isEqualTo("RCPT TO:<\u03b1@hop.example>");
    }

    @Test
    @DisplayName("The null reverse-path stays null")
    void theNullReversePathIsSentAsItIs() {
        Delivery report =
                client.mail(ReversePath.NULL, MemoryBody.of("Hi\r\n"), BodyType.SEVEN_BIT, false, "a@hop.example");

        assertThat(mailLineOf(report)).isEqualTo("MAIL FROM:<>");
    }

    @ParameterizedTest
    @DisplayName("Every body type has its BODY parameter or none, all parameters in one line")
    @EnumSource(
            value = BodyType.class,
            names = {"SEVEN_BIT", "EIGHT_BIT_MIME"})
    void parametersStandInOneLine(BodyType type) {
        hop.offering("PIPELINING", "SIZE 5000", "8BITMIME");

        assertThat(mailLineOf(mail(10, type)))
                .isEqualTo("MAIL FROM:<sender@app.example> SIZE=10"
                        + (type == BodyType.EIGHT_BIT_MIME ? " BODY=8BITMIME" : ""));
    }

    @Test
    @DisplayName("A refusal is told after send has returned, as every result")
    void aRefusalIsNotToldFromWithinSend() throws Exception {
        hop.offering("SIZE 10");
        ClientConnection connection = client.open(hop).connection();
        Delivery large = mail(100, BodyType.SEVEN_BIT);
        var inside = new AtomicBoolean();
        var toldInside = new CompletableFuture<Boolean>();

        connection.loop().runOnContext(posted -> {
            inside.set(true);
            connection.send(new Transaction(
                    large, List.copyOf(large.recipients()), result -> toldInside.complete(inside.get())));
            inside.set(false);
        });

        assertThat(toldInside.get(20, TimeUnit.SECONDS)).isFalse();
    }
}
