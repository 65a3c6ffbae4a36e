package posthaste.server.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.config.MeterFilter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import posthaste.queue.Delivery;
import posthaste.queue.Envelope;
import posthaste.smtp.BodyType;

/** What dialogues cannot show: segments, volume, ends of connections, and what the queue holds in the end. */
class SessionTest {
    private static final String ENVELOPE = "MAIL FROM:<a@app.test>\r\nRCPT TO:<u@dest.test>\r\nDATA\r\n";

    @TempDir
    static Path directory;

    private static RelayFixture relay;

    @BeforeAll
    static void start() {
        relay = RelayFixture.start(directory);
    }

    @AfterAll
    static void stop() {
        relay.close();
    }

    @BeforeEach
    void forgetEarlierMail() {
        relay.arrivals.forget();
    }

    /** Sends one message as {@code stuffed}, which is its wire form up to the final dot, and answers what was queued. */
    private static Delivery accepted(String stuffed) {
        try (TestClient client = relay.greeted()) {
            client.send(ENVELOPE);
            for (String reply : List.of("250", "250", "354")) client.expect(reply);
            client.send(stuffed);
            client.command(".", "250 2.0.0");
            return relay.arrivals.next();
        }
    }

    private static String contentOf(Delivery delivery) {
        String content = new String(Arrivals.contentOf(delivery), ISO_8859_1);
        return content.substring(traceOf(content).length());
    }

    private static String traceOf(String content) {
        return content.replaceFirst("(?s)^(Received:.*?\r\n)(?![ \t]).*", "$1");
    }

    // What is kept.

    @Test
    void aMessageIsKeptAsItIsBehindOneTraceField() { // I109, I110
        try (TestClient client = relay.connect()) {
            client.expect("220");
            client.command("EHLO client.sender.example", "250");
            client.send(ENVELOPE);
            for (String reply : List.of("250", "250", "354")) client.expect(reply);
            String message = "Received: from far\r\n\tfolded\r\nSubject:  two  blanks \r\n\r\n trailing \r\n\r\n\r\n";
            client.send(message);
            String id = client.answer(".").replaceFirst("250 2\\.0\\.0 (\\S+) queued", "$1");

            Delivery delivery = relay.arrivals.next();
            String content = new String(Arrivals.contentOf(delivery), ISO_8859_1);
            assertThat(id).isEqualTo(delivery.message().id().toString());
            assertThat(traceOf(content))
                    .matches(
                            "Received: from client\\.sender\\.example \\(\\[127\\.0\\.0\\.1]\\)\r\n"
                                    + " by relay\\.test with ESMTP id " + id + "\r\n for <u@dest\\.test>;\r\n"
                                    + " (Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d{1,2} [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d \\+0000\r\n");
            assertThat(contentOf(delivery)).isEqualTo(message);
        }
    }

    @Test
    void theEnvelopeSaysWhatTheClientSaid() {
        Delivery delivery = accepted("x\r\n");

        Envelope envelope = delivery.message().envelope();
        assertThat(envelope.reversePath()).hasToString("<a@app.test>");
        assertThat(envelope.source()).isEqualTo(new Envelope.Source("127.0.0.1", "client.test", "ESMTP", ""));
        assertThat(envelope.firstDue()).isEqualTo(envelope.receivedAt());
        assertThat(envelope.bodyType()).isEqualTo(BodyType.SEVEN_BIT);
    }

    @Test
    void stuffedDotsAreUndone() { // I098
        assertThat(contentOf(accepted("..a\r\n...\r\n.x\r\na.b\r\n"))).isEqualTo(".a\r\n..\r\nx\r\na.b\r\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {998, 65_535, 65_536, 65_537, 1_048_576})
    void aLineOfAnyLengthIsKept(int octets) { // I103, I104
        String line = "\r\n" + "x".repeat(octets) + "\r\n";

        assertThat(contentOf(accepted(line))).isEqualTo(line);
    }

    @Test
    void eightBitContentIsAnnouncedAsSuchWhateverMailSaid() { // I105
        Delivery delivery = accepted("Subject: x\r\n\r\n\u00e9\r\n");

        assertThat(delivery.message().envelope().bodyType()).isEqualTo(BodyType.EIGHT_BIT_MIME);
        assertThat(contentOf(delivery)).isEqualTo("Subject: x\r\n\r\n\u00e9\r\n");
    }

    @Test
    void aLargeMessageGoesThroughSmallMemory() {
        String message = "\r\n" + ("y".repeat(98) + "\r\n").repeat(200_000);

        assertThat(contentOf(accepted(message))).isEqualTo(message);
    }

    @Test
    void aRecipientGivenTwiceIsDeliveredOnce() { // I086
        try (TestClient client = relay.greeted()) {
            client.command("MAIL FROM:<a@app.test>", "250");
            client.command("RCPT TO:<u@dest.test>", "250");
            client.command("RCPT TO:<u@DEST.test>", "250");
            client.command("RCPT TO:<U@dest.test>", "250");
            client.command("DATA", "354");
            client.command(".", "250");
        }

        Delivery delivery = relay.arrivals.next();
        assertThat(delivery.recipients())
                .extracting(each -> each.mailbox().toString())
                .containsExactly("u@dest.test", "U@dest.test");
        assertThat(new String(Arrivals.contentOf(delivery), ISO_8859_1)).doesNotContain("for <");
    }

    @Test
    void mailToThePostmasterIsHeldAndHoldsNobodyElse() { // I072
        long before = relay.queued();
        try (TestClient client = relay.greeted()) {
            client.command("MAIL FROM:<a@app.test>", "250");
            client.command("RCPT TO:<postmaster@relay.test>", "250");
            client.command("RCPT TO:<u@dest.test>", "250");
            client.command("DATA", "354");
            client.command(".", "250");
        }

        assertThat(relay.arrivals.next().recipients())
                .extracting(each -> each.mailbox().toString())
                .containsExactly("u@dest.test");
        assertThat(relay.queued()).isEqualTo(before + 1);
        relay.arrivals.assertNone();
    }

    // Segments.

    @Test
    void anySplitOfASessionHasTheSameReplies() { // I102, I207
        String session = "EHLO c\r\n" + ENVELOPE + "a\r\n..\r\n.\r\nNOOP\r\nQUIT\r\n";
        for (int split = 1; split < session.length(); split++) {
            try (TestClient client = relay.connect()) {
                client.send(session.substring(0, split));
                if (split >= 8) client.expect("220"); // by now the first part was read
                client.send(session.substring(split));
                if (split < 8) client.expect("220");
                assertThat(codes(client, 8)).containsExactly("250", "250", "250", "354", "250", "250", "221", "");
            }
            assertThat(contentOf(relay.arrivals.next())).isEqualTo("a\r\n.\r\n");
        }
    }

    @Test
    void octetByOctetIsEnough() { // I207
        String session = "EHLO c\r\n" + ENVELOPE + "a\r\n.\r\nQUIT\r\n";
        try (TestClient client = relay.connect()) {
            client.expect("220");
            for (int i = 0; i < session.length(); i++) client.send(session.substring(i, i + 1));
            assertThat(codes(client, 7)).containsExactly("250", "250", "250", "354", "250", "221", "");
        }
    }

    private static List<String> codes(TestClient client, int count) {
        List<String> codes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<String> reply = client.reply();
            codes.add(reply.isEmpty() ? "" : reply.get(0).substring(0, 3));
        }
        return codes;
    }

    @Test
    void manyMessagesInOneSegmentAreAnsweredInOrder() {
        long before = relay.queued();
        try (TestClient client = relay.greeted()) {
            client.send((ENVELOPE + "Subject: x\r\n\r\nx\r\n.\r\n").repeat(200));
            for (int i = 0; i < 200; i++) {
                assertThat(codes(client, 4)).containsExactly("250", "250", "354", "250");
            }
        }
        assertThat(relay.queued()).isEqualTo(before + 200);
    }

    // Volume.

    @Test
    void anEndlessCommandLineIsOneMistake() { // I045
        try (TestClient client = relay.greeted()) {
            client.send("MAIL FROM:<" + "x".repeat(50_000) + " QUIT " + "y".repeat(50_000));
            client.send("\r\nNOOP\r\n");
            client.expect("500 5.5.2");
            client.expect("250 2.0.0");
        }
    }

    @Test
    void ofAHundredThousandRecipientsTheLimitIsTaken() { // I084, I121, I206
        int all = 100_000;
        try (TestClient client = relay.greeted()) {
            client.command("MAIL FROM:<a@app.test>", "250");
            CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
                var commands = new StringBuilder();
                for (int i = 0; i < all; i++)
                    commands.append("RCPT TO:<u").append(i).append("@dest.test>\r\n");
                client.send(commands.toString());
            });
            for (int i = 0; i < all; i++) client.expect(i < 1000 ? "250 2.1.5" : "452 4.5.3");
            sent.join();
            client.command("DATA", "354");
            client.command(".", "250");
        }
        assertThat(relay.arrivals.next().recipients()).hasSize(1000);
    }

    @Test
    void aClientThatDoesNotReadIsNotReadEither() { // I206
        int most = 20_000_000;
        byte[] commands = "EHLO client.test\r\n".repeat(5_000).getBytes(ISO_8859_1);
        try (StubbornClient client = StubbornClient.connect(relay.address)) {
            int sent = client.sendUntilStuck(commands, most);

            assertThat(sent).isLessThan(most);
            int replies = client.finishAndCountReplies(commands, sent);
            assertThat(replies).isEqualTo(1 + client.commandsSent(commands.length / 5_000));
        }
    }

    // Ends.

    @Test
    void whoEndsItsInputBehindQuitIsAnswered() { // I010
        try (TestClient client = relay.greeted()) {
            client.send("QUIT\r\n");
            client.endInput();
            client.expect("221");
            client.expectEnd();
        }
    }

    @Test
    void whoEndsItsInputBehindTheDotIsAnswered() { // I010
        try (TestClient client = relay.greeted()) {
            client.send(ENVELOPE + "x\r\n.\r\n");
            client.endInput();
            assertThat(codes(client, 5)).containsExactly("250", "250", "354", "250", "");
        }
        relay.arrivals.next();
    }

    @Test
    void aMessageWithoutItsEndIsForgotten() { // I112
        long before = relay.queued();
        long bytesBefore = relay.queue.status().bodyBytesInMemory();
        try (TestClient client = relay.greeted()) {
            client.send(ENVELOPE + "x".repeat(300_000));
            assertThat(codes(client, 3)).containsExactly("250", "250", "354");
            client.endInput();
            client.expectEnd();
        }
        TestClient other = relay.greeted();
        other.send(ENVELOPE + "x".repeat(300_000));
        assertThat(codes(other, 3)).containsExactly("250", "250", "354");
        other.reset();

        relay.awaitInTime(() -> relay.sessions() == 0);
        assertThat(relay.queued()).isEqualTo(before);
        RelayFixture.await(() -> relay.queue.status().bodyBytesInMemory() <= bytesBefore);
    }

    @Test
    void aMessageWithItsEndStaysWhateverBecomesOfTheClient() { // I113
        TestClient client = relay.greeted();
        client.send(ENVELOPE + "x\r\n");
        assertThat(codes(client, 3)).containsExactly("250", "250", "354");
        client.send(".\r\n");
        RelayFixture.await(() -> !relay.arrivals.isEmpty());
        client.reset();

        assertThat(contentOf(relay.arrivals.next())).isEqualTo("x\r\n");
        relay.arrivals.assertNone();
    }

    @Test
    void whoVanishesBehindTheDotLeavesNoTrouble() { // I113
        double counted = relay.count("posthaste.smtp.messages");
        long before = relay.queued();
        for (int i = 0; i < 100; i++) {
            TestClient client = relay.greeted();
            client.send(ENVELOPE + "x\r\n.\r\n");
            assertThat(codes(client, 3)).containsExactly("250", "250", "354");
            client.reset();
        }

        relay.awaitInTime(() -> relay.sessions() == 0);
        // Commits are answered in their order: with this one those of the others are over, and disturb no other test.
        accepted("last\r\n");
        RelayFixture.await(() -> relay.count("posthaste.smtp.messages") - counted == relay.queued() - before);
        assertThat(relay.queued()).isGreaterThan(before + 1);
    }

    @Test
    void nothingIsLeftOfAClientThatIsGone() {
        relay.awaitInTime(() -> relay.sessions() == 0);
        try (TestClient client = relay.greeted()) {
            assertThat(client).isNotNull();
            assertThat(relay.sessions()).isEqualTo(1);
        }
        relay.awaitInTime(() -> relay.sessions() == 0);
    }

    @Test
    void aBugOfOursEndsTheSessionAndNothingElse() {
        try (TestClient client = relay.greeted();
                TestClient other = relay.greeted()) {
            client.command("NOOP", "250");
            relay.meters.config().meterFilter(MeterFilter.denyUnless(meter -> {
                if ("502".equals(meter.getTag("code"))) throw new IllegalStateException("a bug, for this test");
                return true;
            }));

            client.command("TURN", "421 4.3.0");

            client.expectEnd();
            other.command("NOOP", "250");
        }
        relay.awaitInTime(() -> relay.sessions() == 0);
    }

    @Test
    @DisplayName("I141 I045: a BDAT line that is too long, split anywhere, is not followed by commands")
    void aChunkBehindALineThatIsTooLongIsNeverRun() {
        try (TestClient client = relay.greeted()) {
            client.send("B");
            client.send("DAT ");
            client.send("1".repeat(3_000) + " LAST\r\nMAIL FROM:<evil@app.test>\r\n");
            client.expect("500 5.5.2 Line too long");
            client.expectEnd();
        }
        try (TestClient client = relay.greeted()) {
            client.send("X".repeat(3_000) + "\r\nNOOP\r\n");
            client.expect("500 5.5.2 Line too long");
            client.expect("250");
        }
    }
}
