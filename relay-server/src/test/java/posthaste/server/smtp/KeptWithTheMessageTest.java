package posthaste.server.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.queue.Delivery;
import posthaste.queue.Envelope;
import posthaste.queue.PriorityClass;
import posthaste.queue.Recipient;
import posthaste.smtp.BodyType;
import posthaste.smtp.DeliverBy;
import posthaste.smtp.Notify;
import posthaste.smtp.ReturnContent;

/** What a client asks for stands in the envelope that the queue keeps, and content comes as it was sent. */
class KeptWithTheMessageTest {
    @TempDir
    private Path directory;

    private RelayFixture relay;

    @BeforeEach
    void start() {
        relay = RelayFixture.start(directory, Limits.messageSize(64 * 1024));
    }

    @AfterEach
    void stop() {
        relay.close();
    }

    private Delivery sent(String mailParameters, String rcptParameters) {
        try (TestClient client = relay.greeted()) {
            client.command("MAIL FROM:<a@app.test> " + mailParameters, "250");
            client.command("RCPT TO:<u@dest.test> " + rcptParameters, "250");
            client.command("DATA", "354");
            client.send("Subject: x\r\n\r\nHi\r\n.\r\n");
            client.expect("250 2.0.0");
        }
        return relay.arrivals.next();
    }

    private Envelope envelope(String mailParameters) {
        return sent(mailParameters, "").message().envelope();
    }

    @Test
    @DisplayName("I053 I054 I087 I089 what reports depend on")
    void dsnOptions() {
        Delivery delivery = sent("RET=HDRS ENVID=a+2Bb", "NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a+40b");

        var requests = delivery.message().envelope().requests();
        assertThat(requests.returnContent()).isEqualTo(ReturnContent.HEADERS);
        assertThat(requests.envelopeId()).contains("a+2Bb");
        Recipient recipient = delivery.recipients().get(0);
        assertThat(recipient.notifyOn()).isEqualTo(new Notify((byte) (Notify.SUCCESS | Notify.DELAY)));
        assertThat(recipient.originalRecipient()).contains("rfc822;a+40b");
    }

    @Test
    @DisplayName("I058 the deadline counts from MAIL")
    void deliverBy() {
        Envelope envelope = envelope("BY=120;RT");

        var deadline = envelope.requests().deadline().orElseThrow();
        assertThat(deadline.mode()).isEqualTo(DeliverBy.Mode.RETURN);
        assertThat(deadline.trace()).isTrue();
        assertThat(Duration.between(deadline.at(), envelope.receivedAt().plusSeconds(120)))
                .isBetween(Duration.ZERO, Duration.ofSeconds(20));
        assertThat(envelope.expiresAt()).isEmpty();
    }

    @Test
    @DisplayName("I060 nothing is due before the release")
    void futureRelease() {
        Envelope envelope = envelope("HOLDFOR=60");

        assertThat(Duration.between(envelope.receivedAt(), envelope.firstDue()))
                .isBetween(Duration.ofSeconds(40), Duration.ofSeconds(60));
        assertThat(envelope.requests().futureRelease()).contains("for;60");
    }

    @Test
    @DisplayName("I062 the priority decides the class")
    void priority() {
        assertThat(envelope("MT-PRIORITY=5").priority()).isEqualTo(PriorityClass.URGENT);
        assertThat(envelope("MT-PRIORITY=-9").priority()).isEqualTo(PriorityClass.BULK);
        Envelope plain = envelope("MT-PRIORITY=0");
        assertThat(plain.priority()).isEqualTo(PriorityClass.NORMAL);
        assertThat(plain.requests().priorityLevel()).isEqualTo(OptionalInt.of(0));
    }

    @Test
    @DisplayName("I056 I109 SMTPUTF8 is needed where something is beyond ASCII, and the trace field says so")
    void smtpUtf8() {
        assertThat(envelope("SMTPUTF8").smtpUtf8()).isFalse();
        try (TestClient client = relay.greeted()) {
            client.send("MAIL FROM:<j\u00fc@app.test> SMTPUTF8\r\n".getBytes(UTF_8));
            client.expect("250");
            client.send("RCPT TO:<\u00fc@b\u00fccher.test>\r\n".getBytes(UTF_8));
            client.expect("250");
            client.command("DATA", "354");
            client.send("Subject: x\r\n\r\n.\r\n");
            client.expect("250");
        }

        Delivery delivery = relay.arrivals.next();

        assertThat(delivery.message().envelope().smtpUtf8()).isTrue();
        assertThat(delivery.key().destination()).isEqualTo("xn--bcher-kva.test");
        assertThat(new String(Arrivals.contentOf(delivery), UTF_8))
                .contains("with UTF8SMTP id")
                .contains("for <\u00fc@b\u00fccher.test>");
    }

    @Test
    @DisplayName("I109 UTF8SMTP stands in the trace field of a message that asked for it, and of no later one")
    void smtpUtf8IsForOneMessage() {
        try (TestClient client = relay.greeted()) {
            for (String parameter : List.of(" SMTPUTF8", "")) {
                client.command("MAIL FROM:<a@app.test>" + parameter, "250");
                client.command("RCPT TO:<u@dest.test>", "250");
                client.command("DATA", "354");
                client.send(".\r\n");
                client.expect("250 2.0.0");
            }
        }

        Delivery international = relay.arrivals.next();
        Delivery plain = relay.arrivals.next();

        assertThat(new String(Arrivals.contentOf(international), UTF_8)).contains("with UTF8SMTP id");
        assertThat(international.message().envelope().source().protocol()).isEqualTo("UTF8SMTP");
        assertThat(new String(Arrivals.contentOf(plain), UTF_8)).contains("with ESMTP id");
        assertThat(plain.message().envelope().source().protocol()).isEqualTo("ESMTP");
    }

    @Test
    @DisplayName("I089 an original recipient beyond ASCII needs SMTPUTF8 at the next hop too")
    void originalRecipientsMayNeedSmtpUtf8() {
        try (TestClient client = relay.greeted()) {
            client.command("MAIL FROM:<a@app.test> SMTPUTF8", "250");
            client.send("RCPT TO:<u@dest.test> ORCPT=utf-8;\u00fc@dest.test\r\n".getBytes(UTF_8));
            client.expect("250");
            client.command("DATA", "354");
            client.send(".\r\n");
            client.expect("250");
        }

        assertThat(relay.arrivals.next().message().envelope().smtpUtf8()).isTrue();
    }

    @Test
    @DisplayName("I079 an address that forwards beyond ASCII needs SMTPUTF8 at the next hop, whatever MAIL said")
    void aliasesMayNeedSmtpUtf8() {
        Listener listener = relay.listener(Cast.TRUSTED, relay.terminals(Cast.TRUSTED.terminals()));
        try (TestClient client = TestClient.connect(RelayFixture.await(listener.listen()))) {
            client.expect("220 ");
            client.command("EHLO client.test", "250 ");
            client.command("MAIL FROM:<a@app.test>", "250");
            client.command("RCPT TO:<fwd8@relay.test>", "250");
            client.command("DATA", "354");
            client.send(".\r\n");
            client.expect("250");
        }
        RelayFixture.await(listener.close());

        assertThat(relay.arrivals.next().message().envelope().smtpUtf8()).isTrue();
    }

    @Test
    @DisplayName("I105 a header of 8-bit octets is taken without SMTPUTF8, and does not need it at the next hop")
    void eightBitHeadersNeedNoSmtpUtf8() {
        try (TestClient client = relay.greeted()) {
            client.command("MAIL FROM:<a@app.test> BODY=8BITMIME", "250");
            client.command("RCPT TO:<u@dest.test>", "250");
            client.command("DATA", "354");
            client.send("Subject: caf\u00e9\r\n\r\n.\r\n".getBytes(UTF_8));
            client.expect("250");
        }

        Envelope envelope = relay.arrivals.next().message().envelope();

        assertThat(envelope.smtpUtf8()).isFalse();
        assertThat(envelope.bodyType()).isEqualTo(BodyType.EIGHT_BIT_MIME);
    }

    @Test
    @DisplayName("I149 binary content is kept octet by octet")
    void binaryContent() {
        byte[] octets = new byte[256];
        for (int i = 0; i < octets.length; i++) octets[i] = (byte) i;
        try (TestClient client = relay.greeted()) {
            client.command("MAIL FROM:<a@app.test> BODY=BINARYMIME", "250");
            client.command("RCPT TO:<u@dest.test>", "250");
            client.send("BDAT 256\r\n");
            client.send(octets);
            client.expect("250 2.0.0 256 octets");
            client.command("BDAT 0 LAST", "250 2.0.0");
        }

        Delivery delivery = relay.arrivals.next();

        assertThat(delivery.message().envelope().bodyType()).isEqualTo(BodyType.BINARY_MIME);
        assertThat(new String(Arrivals.contentOf(delivery), ISO_8859_1)).endsWith(new String(octets, ISO_8859_1));
    }

    @Test
    @DisplayName("I139 dots and dialogue in a chunk are content")
    void chunksAreContent() {
        String text = "a: b\r\n\r\n.\r\n..\r\nQUIT\r\n";
        try (TestClient client = relay.greeted()) {
            client.command("MAIL FROM:<a@app.test>", "250");
            client.command("RCPT TO:<u@dest.test>", "250");
            client.send("BDAT " + text.length() + " LAST\r\n" + text);
            client.expect("250 2.0.0");
            client.command("NOOP", "250");
        }

        assertThat(new String(Arrivals.contentOf(relay.arrivals.next()), ISO_8859_1))
                .endsWith(text);
    }

    @Test
    @DisplayName("I144 a chunk beyond the size limit is read and refused, and so is what follows")
    void chunksHaveALimit() {
        try (TestClient client = relay.greeted()) {
            client.command("MAIL FROM:<a@app.test>", "250");
            client.command("RCPT TO:<u@dest.test>", "250");
            client.send("BDAT 40000\r\n" + "x".repeat(40_000));
            client.expect("250 2.0.0");
            client.send("BDAT 40000\r\n" + "x".repeat(40_000));
            client.expect("552 5.3.4");
            client.send("BDAT 4 LAST\r\nQUIT");
            client.expect("503 5.5.1");
            client.command("RSET", "250");
            client.command("NOOP", "250");
        }
        relay.arrivals.assertNone();
    }

    @Test
    @DisplayName("I148 a client that drops in the middle of a chunk leaves nothing")
    void aChunkMayBeCutOff() {
        try (TestClient client = relay.greeted()) {
            client.command("MAIL FROM:<a@app.test>", "250");
            client.command("RCPT TO:<u@dest.test>", "250");
            client.send("BDAT 10 LAST\r\nabc");
            client.endInput();
            client.expectEnd();
        }
        RelayFixture.await(() -> relay.sessions() == 0);
        relay.arrivals.assertNone();
        assertThat(relay.queued()).isZero();
    }

    @Test
    @DisplayName("I026 the name in EHLO need not be the client's, and I086 a recipient given twice gets one message")
    void whatAClientCallsItselfDecidesNothing() {
        try (TestClient client = relay.connect()) {
            client.expect("220");
            client.command("EHLO somebody.else.test", "250");
            client.command("MAIL FROM:<a@app.test>", "250");
            client.command("RCPT TO:<u@dest.test>", "250");
            client.command("RCPT TO:<u@DEST.test>", "250");
            client.command("DATA", "354");
            client.send(".\r\n");
            client.expect("250 2.0.0");
        }
        assertThat(relay.arrivals.next().recipients()).hasSize(1);
        relay.arrivals.assertNone();
    }
}
