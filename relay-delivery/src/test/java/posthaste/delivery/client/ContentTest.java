package posthaste.delivery.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.delivery.testkit.Move.hold;
import static posthaste.delivery.testkit.Move.normally;
import static posthaste.delivery.testkit.Move.reply;
import static posthaste.delivery.testkit.Move.stopReading;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import posthaste.delivery.client.ClientFixture.Link;
import posthaste.delivery.client.MemoryBody.Where;
import posthaste.delivery.client.RecipientResult.Kind;
import posthaste.delivery.testkit.ScriptedHop;
import posthaste.delivery.testkit.Step;
import posthaste.queue.QueueException;
import posthaste.queue.StoredBody;
import posthaste.smtp.BodyType;

/** The content on the wire, octet by octet, and how it gets there. */
class ContentTest {
    private static final int CHUNK_BYTES = 64 * 1024;

    private final ScriptedHop hop = ScriptedHop.startNarrow();
    private final ClientFixture client = new ClientFixture();

    @AfterEach
    void end() {
        client.close();
        hop.close();
    }

    private Link send(StoredBody body) {
        return client.open(hop).send(client.mail(body, BodyType.SEVEN_BIT, "a@hop.example"));
    }

    private static String escaped(byte[] octets) {
        return new String(octets, ISO_8859_1).replace("\r", "<CR>").replace("\n", "<LF>");
    }

    private static byte[] joined(List<byte[]> parts) {
        var all = new ByteArrayOutputStream();
        parts.forEach(all::writeBytes);
        return all.toByteArray();
    }

    /** Lines of which some begin with dots, cut into chunks without regard to them. */
    private static List<byte[]> chunks(int count) {
        var random = new Random(1);
        var lines = new StringBuilder();
        while (lines.length() < count * CHUNK_BYTES) {
            lines.append(".".repeat(random.nextInt(3)))
                    .append("x".repeat(random.nextInt(78)))
                    .append("\r\n");
        }
        byte[] all = lines.toString().getBytes(US_ASCII);
        var parts = new ArrayList<byte[]>();
        for (int i = 0; i < count; i++) {
            int end = i == count - 1 ? all.length : (i + 1) * CHUNK_BYTES;
            parts.add(Arrays.copyOfRange(all, i * CHUNK_BYTES, end));
        }
        return parts;
    }

    // Octet by octet.

    @ParameterizedTest
    @DisplayName("O065 O066 dots stuffed, a last line end added, nothing else changed")
    @ValueSource(
            strings = {
                "Hi<CR><LF> -> Hi<CR><LF>.<CR><LF>",
                ".<CR><LF> -> ..<CR><LF>.<CR><LF>",
                "..<CR><LF> -> ...<CR><LF>.<CR><LF>",
                ".. -> ...<CR><LF>.<CR><LF>",
                "a.b<CR><LF>.c<CR><LF>..d<CR><LF> -> a.b<CR><LF>..c<CR><LF>...d<CR><LF>.<CR><LF>",
                "<CR><LF>.<CR><LF>.<CR><LF> -> <CR><LF>..<CR><LF>..<CR><LF>.<CR><LF>",
                "no line end -> no line end<CR><LF>.<CR><LF>",
                "ends in CR<CR> -> ends in CR<CR><CR><LF>.<CR><LF>",
                "a<LF>.<CR><LF>b<CR><LF> -> a<LF>..<CR><LF>b<CR><LF>.<CR><LF>",
                "a<LF> -> a<LF><CR><LF>.<CR><LF>",
                " -> .<CR><LF>"
            })
    void theContentStandsOnTheWireAsItMust(String row) {
        String[] columns = row.split(" -> ", 2);
        byte[] stored = columns[0].replace("<CR>", "\r").replace("<LF>", "\n").getBytes(US_ASCII);

        assertThat(send(MemoryBody.of(new String(stored, ISO_8859_1))).single().kind())
                .isEqualTo(Kind.DELIVERED);
        assertThat(escaped(hop.dots().get(0).raw())).isEqualTo(columns[1]);
    }

    @ParameterizedTest
    @DisplayName("O065 the same however the content is cut into chunks")
    @EnumSource(
            value = Where.class,
            names = {"RESIDENT", "ON_DISK"})
    void chunksMayEndAnywhere(Where where) {
        String text = "a\r\n.\r\n..\r\n\r\n.b\r\n.";
        List<byte[]> octets = new ArrayList<>();
        for (byte octet : text.getBytes(US_ASCII)) octets.add(new byte[] {octet});

        assertThat(send(new MemoryBody(octets, where)).single().kind()).isEqualTo(Kind.DELIVERED);
        assertThat(escaped(hop.dots().get(0).raw()))
                .isEqualTo("a<CR><LF>..<CR><LF>...<CR><LF><CR><LF>..b<CR><LF>..<CR><LF>.<CR><LF>");
    }

    @Test
    @DisplayName("Octets of every value pass unchanged")
    void octetsOfEveryValuePass() {
        var stored = new ByteArrayOutputStream();
        for (int octet = 0; octet < 256; octet++) if (octet != '\n') stored.write(octet);
        stored.writeBytes("\r\n".getBytes(US_ASCII));

        send(new MemoryBody(List.of(stored.toByteArray()), Where.RESIDENT)).single();

        assertThat(hop.received().get(0).content()).isEqualTo(stored.toByteArray());
    }

    // Many chunks.

    @Test
    @DisplayName("A large content from disk arrives whole through a narrow socket, and the next message behind it")
    void aLargeContentArrivesWhole() {
        List<byte[]> parts = chunks(64);
        var link = client.open(hop)
                .send(
                        client.mail(new MemoryBody(parts, Where.ON_DISK), BodyType.SEVEN_BIT, "a@hop.example"),
                        client.mail("second\r\n", "b@hop.example"));

        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
        assertThat(hop.received().get(0).content()).isEqualTo(joined(parts));
        assertThat(hop.received().get(1).text()).isEqualTo("second\r\n");
    }

    @Test
    @DisplayName("A large content in memory arrives whole too")
    void aLargeResidentContentArrivesWhole() {
        List<byte[]> parts = chunks(64);

        assertThat(send(new MemoryBody(parts, Where.RESIDENT)).single().kind()).isEqualTo(Kind.DELIVERED);
        assertThat(hop.received().get(0).content()).isEqualTo(joined(parts));
    }

    @Test
    @DisplayName("O058 a host that stops reading: no chunk is fetched for nothing, and 3 minutes end it")
    void aHostThatStopsReadingIsGivenUp() throws InterruptedException {
        var body = new HeldBody(chunks(1024));
        var reading = new CountDownLatch(1);
        hop.when(Step.BODY).then(session -> reading.countDown(), stopReading());
        body.answer();

        Link link = send(body);
        reading.await();
        client.advanceUntil(link.closed, Duration.ofSeconds(181));

        RecipientResult result = link.single();
        assertThat(result.kind()).isEqualTo(Kind.DEFERRED);
        assertThat(result.scope()).isEqualTo(Scope.HOST);
        assertThat(result.reply().oneLine())
                .startsWith("451 4.4.2 No answer from")
                .endsWith("while sending the message within 180 s");
        assertThat(link.closing().orElseThrow().stage()).isEqualTo(Stage.BODY);
        assertThat(body.reads).hasValueLessThan(body.chunks() / 2);
        assertThat(client.slotsTaken).hasValue(0);
    }

    @Test
    @DisplayName("O058 each block written has its own 3 minutes")
    void aHostThatReadsNowAndThenIsNotGivenUp() throws InterruptedException {
        var body = new HeldBody(List.of("first\r\n".getBytes(US_ASCII), "second\r\n".getBytes(US_ASCII)));
        var gate = new CountDownLatch(1);
        hop.when(Step.DOT).then(hold(gate), normally());

        Link link = send(body);
        body.asked.await();
        client.pass(Duration.ofSeconds(179));
        body.answer();
        client.pass(Duration.ofSeconds(179));
        gate.countDown();

        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
    }

    // What cannot be read.

    @Test
    @DisplayName("A content that cannot be read defers its message and ends the connection, without blame for the host")
    void anUnreadableContentIsNotSent() {
        MemoryBody body = MemoryBody.of("Hi\r\n").at(Where.UNREADABLE);
        var link = client.open(hop)
                .send(
                        client.mail(body, BodyType.SEVEN_BIT, "a@hop.example"),
                        client.mail("second\r\n", "b@hop.example"));

        RecipientResult result = link.single();
        assertThat(result.kind()).isEqualTo(Kind.DEFERRED);
        assertThat(result.scope()).isEqualTo(Scope.MESSAGE);
        assertThat(result.reply().oneLine()).isEqualTo("451 4.3.0 The stored message cannot be read");
        assertThat(link.single().kind()).isEqualTo(Kind.NOT_STARTED);
        assertThat(link.closing().orElseThrow().hostBackOff()).isFalse();
        hop.awaitEnds(1);
        assertThat(hop.dots()).isEmpty();
        assertThat(client.slotsTaken).hasValue(0);
    }

    @Test
    @DisplayName("A content that cannot be read to its end is never ended: the host must not take a part for the whole")
    void aContentThatEndsInAFailureHasNoDot() throws InterruptedException {
        var body = new HeldBody(List.of("first\r\n".getBytes(US_ASCII), "second\r\n".getBytes(US_ASCII)));
        hop.when(Step.RCPT).with("b@").then(reply("550 5.1.1 nobody"));

        var link = client.open(hop).send(client.mail(body, BodyType.SEVEN_BIT, "a@hop.example", "b@hop.example"));
        body.asked.await();
        body.fail(new QueueException.Corrupt("chunk 1"));

        assertThat(ClientFixture.kinds(link.result())).containsExactly(Kind.DEFERRED, Kind.BOUNCED);
        hop.awaitEnds(1);
        assertThat(hop.dots()).isEmpty();
    }
}
