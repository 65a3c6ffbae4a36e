package posthaste.delivery.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import posthaste.delivery.client.ClientFixture.Link;
import posthaste.delivery.client.MemoryBody.Where;
import posthaste.delivery.client.RecipientResult.Kind;
import posthaste.delivery.testkit.Move;
import posthaste.delivery.testkit.ScriptedHop;
import posthaste.delivery.testkit.Step;
import posthaste.queue.Delivery;
import posthaste.smtp.BodyType;

/** Content that is no text goes by BDAT, octet for octet, or not at all (RFC 3030). */
class BinaryContentTest {
    private static final String OCTETS = ".\r\n\0\n.\r\r\n\u00ff\r\n.\r\nend without a line";

    private final ScriptedHop hop = ScriptedHop.start();
    private final ClientFixture client = new ClientFixture();

    @AfterEach
    void end() {
        client.close();
        hop.close();
    }

    private Delivery binary(MemoryBody body, String... recipients) {
        return client.mail(body, BodyType.BINARY_MIME, recipients);
    }

    private Delivery binary() {
        return binary(MemoryBody.of(OCTETS), "a@hop.example");
    }

    private static List<String> verbs(ScriptedHop hop) {
        return hop.commands().stream().map(line -> line.split(" ", 2)[0]).toList();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("O079 CHUNKING and BINARYMIME offered: BDAT with every octet as it is stored")
    void everyOctetArrivesAsItIs(boolean pipelining) {
        if (pipelining) hop.offering("PIPELINING", "CHUNKING", "BINARYMIME");
        else hop.offering("CHUNKING", "BINARYMIME");

        assertThat(client.open(hop).send(binary()).single().kind()).isEqualTo(Kind.DELIVERED);

        assertThat(hop.received().get(0).mail()).isEqualTo("MAIL FROM:<sender@app.example> BODY=BINARYMIME");
        assertThat(hop.received().get(0).text()).isEqualTo(OCTETS);
        assertThat(verbs(hop)).contains("BDAT").doesNotContain("DATA");
        assertThat(hop.commands()).contains("BDAT " + OCTETS.getBytes(ISO_8859_1).length + " LAST");
    }

    @ParameterizedTest
    @EnumSource(
            value = Where.class,
            names = {"RESIDENT", "ON_DISK"})
    void aLongContentGoesChunkByChunk(Where where) {
        hop.offering("PIPELINING", "CHUNKING", "BINARYMIME");
        var random = new Random(7);
        var all = new ByteArrayOutputStream();
        List<byte[]> chunks = random.ints(5, 1, 64 * 1024)
                .mapToObj(size -> {
                    byte[] chunk = new byte[size];
                    random.nextBytes(chunk);
                    all.writeBytes(chunk);
                    return chunk;
                })
                .toList();

        assertThat(client.open(hop)
                        .send(binary(new MemoryBody(chunks, where), "a@hop.example"))
                        .single()
                        .kind())
                .isEqualTo(Kind.DELIVERED);

        assertThat(hop.received().get(0).content()).isEqualTo(all.toByteArray());
    }

    @Test
    void anEmptyContentIsALastChunkOfNothing() {
        hop.offering("CHUNKING", "BINARYMIME");

        assertThat(client.open(hop)
                        .send(binary(MemoryBody.of(""), "a@hop.example"))
                        .single()
                        .kind())
                .isEqualTo(Kind.DELIVERED);

        assertThat(hop.commands()).contains("BDAT 0 LAST");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PIPELINING", "CHUNKING", "BINARYMIME", "8BITMIME"})
    @DisplayName("O080 a host that lacks one of both is not asked: 5.6.3")
    void aHostThatCannotTakeItIsNotAsked(String offer) {
        hop.offering(offer);

        TransactionResult result = client.open(hop).send(binary()).result();

        assertThat(result.asked()).isFalse();
        assertThat(result.recipients().get(0).kind()).isEqualTo(Kind.BOUNCED);
        assertThat(result.recipients().get(0).reply().oneLine()).startsWith("554 5.6.3");
        assertThat(verbs(hop)).doesNotContain("MAIL");
    }

    @ParameterizedTest
    @CsvSource({"552 5.3.4 Too large, BOUNCED", "451 4.3.0 Later, DEFERRED", "503 5.5.1 What?, DEFERRED"})
    void theReplyToTheLastChunkDecides(String reply, Kind expected) {
        hop.offering("PIPELINING", "CHUNKING", "BINARYMIME");
        hop.when(Step.DOT).times(1).then(Move.reply(reply));
        Link link = client.open(hop);

        assertThat(link.send(binary()).single().kind()).isEqualTo(expected);
        assertThat(link.send(client.mail("x\r\n", "a@hop.example")).single().kind())
                .isEqualTo(Kind.DELIVERED);
    }

    @Test
    @DisplayName("O061 the reply to the last chunk is lost: ambiguous, and marked")
    void aLostReplyIsAmbiguous() {
        hop.offering("PIPELINING", "CHUNKING", "BINARYMIME");
        hop.when(Step.DOT).then(Move.close());

        TransactionResult result = client.open(hop).send(binary()).unreleased();

        assertThat(ClientFixture.kinds(result)).containsExactly(Kind.AMBIGUOUS);
        assertThat(client.slotsTaken).hasValue(1);
        result.slot().release();
    }

    @Test
    void nothingIsSentWhereNobodyIsAccepted() {
        hop.offering("PIPELINING", "CHUNKING", "BINARYMIME");
        hop.when(Step.RCPT).times(1).then(Move.reply("550 5.1.1 No such user"));
        Link link = client.open(hop);

        assertThat(link.send(binary()).single().kind()).isEqualTo(Kind.BOUNCED);
        assertThat(verbs(hop)).doesNotContain("BDAT");
        assertThat(link.send(binary()).single().kind()).isEqualTo(Kind.DELIVERED);
        assertThat(verbs(hop)).contains("RSET");
    }

    @Test
    void whoIsAcceptedGetsItAndTheNextEnvelopeFollowsAtOnce() {
        hop.offering("PIPELINING", "CHUNKING", "BINARYMIME");
        hop.when(Step.RCPT).with("<a@").then(Move.reply("550 5.1.1 No such user"));
        hop.when(Step.DOT).times(1).then(Move.awaitInput("MAIL FROM"), Move.normally());
        Link link = client.open(hop);

        link.send(
                binary(MemoryBody.of(OCTETS), "a@hop.example", "b@hop.example"), client.mail("x\r\n", "c@hop.example"));

        assertThat(ClientFixture.kinds(link.result())).containsExactly(Kind.BOUNCED, Kind.DELIVERED);
        assertThat(ClientFixture.kinds(link.result())).containsExactly(Kind.DELIVERED);
        assertThat(hop.received().get(1).text()).isEqualTo("x\r\n");
    }
}
