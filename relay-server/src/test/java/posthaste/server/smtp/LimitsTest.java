package posthaste.server.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The limits of a session, by a clock that the test moves. */
class LimitsTest {
    private static final String ENVELOPE = "MAIL FROM:<a@app.test>\r\nRCPT TO:<u@dest.test>\r\nDATA\r\n";
    private static final long SMALLEST = 64 * 1024;

    @TempDir
    Path directory;

    private static void inData(TestClient client) {
        client.send(ENVELOPE);
        client.expect("250");
        client.expect("250");
        client.expect("354");
    }

    // Time.

    @Test
    void whoIsSilentIsLetGo() { // I008
        try (RelayFixture relay = RelayFixture.start(directory);
                TestClient client = relay.greeted();
                TestClient inTransaction = relay.greeted()) {
            inTransaction.command("MAIL FROM:<a@app.test>", "250");
            relay.advance(Duration.ofMinutes(5).minusSeconds(1));
            client.command("NOOP", "250");

            relay.advance(Duration.ofSeconds(2));

            inTransaction.expect("421 4.4.2");
            inTransaction.expectEnd();
            client.command("NOOP", "250");
            relay.advance(Duration.ofMinutes(6));
            client.expect("421 4.4.2");
            client.expectEnd();
            assertThat(relay.count("posthaste.smtp.timeouts")).isEqualTo(2);
        }
    }

    @Test
    void whoNeverSaysHelloIsLetGo() {
        try (RelayFixture relay = RelayFixture.start(directory);
                TestClient client = relay.connect()) {
            client.expect("220");
            relay.advance(Duration.ofMinutes(6));
            client.expect("421 4.4.2");
            client.expectEnd();
        }
    }

    @Test
    void anOctetNowAndThenDoesNotExtendTheTimeForALine() { // I009
        try (RelayFixture relay = RelayFixture.start(directory);
                TestClient client = relay.greeted()) {
            for (int minute = 0; minute < 6; minute++) {
                client.send("N");
                relay.advance(Duration.ofMinutes(1));
            }
            client.expect("421 4.4.2");
            client.expectEnd();
        }
    }

    @Test
    void aStallInTheBodyEndsTheSession() { // I116
        try (RelayFixture relay = RelayFixture.start(directory);
                TestClient client = relay.greeted()) {
            client.send(ENVELOPE + "Subject: x\r\n");
            client.expect("250");
            client.expect("250");
            client.expect("354");
            relay.advance(Duration.ofMinutes(4));
            client.expect("421 4.4.2");
            client.expectEnd();
            assertThat(relay.queued()).isZero();
        }
    }

    @Test
    void aClientThatDoesNotReadIsClosedInTheEnd() {
        byte[] commands = "EHLO client.test\r\n".repeat(1_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        try (RelayFixture relay = RelayFixture.start(directory);
                StubbornClient client = StubbornClient.connect(relay.address)) {
            client.sendUntilStuck(commands, 20_000_000);
            relay.advance(Duration.ofMinutes(6));
            RelayFixture.await(() -> relay.count("posthaste.smtp.timeouts") == 1);
            relay.awaitInTime(() -> relay.sessions() == 0);
        }
    }

    // Size.

    @Test
    void aMessageOfJustTheLimitIsTaken() { // I107
        try (RelayFixture relay = RelayFixture.start(directory, Limits.messageSize(SMALLEST));
                TestClient client = relay.greeted()) {
            inData(client);
            client.send("x".repeat((int) SMALLEST - 2) + "\r\n");
            client.command(".", "250");
            assertThat(relay.queued()).isEqualTo(1);
        }
    }

    @Test
    void aLargerMessageIsReadToItsEndAndForgotten() { // I106
        try (RelayFixture relay = RelayFixture.start(directory, Limits.messageSize(SMALLEST));
                TestClient client = relay.greeted()) {
            inData(client);
            client.send("x".repeat((int) SMALLEST - 1) + "\r\n");
            client.command(".", "552 5.3.4");
            inData(client);
            for (int i = 0; i < 300; i++) client.send("y".repeat(100_000));
            RelayFixture.await(() -> relay.queue.status().bodyBytesInMemory() == 0);
            client.send("\r\n.\r\nNOOP\r\n");
            client.expect("552 5.3.4");
            client.expect("250 2.0.0");
            client.command("MAIL FROM:<a@app.test> SIZE=65537", "552 5.3.4");
            assertThat(relay.queued()).isZero();
        }
    }

    // Numbers.

    @Test
    void recipientsBeyondTheLimitAreForAnotherTransaction() { // I084
        try (RelayFixture relay = RelayFixture.start(directory, Limits.recipients(2));
                TestClient client = relay.greeted()) {
            client.command("MAIL FROM:<a@app.test>", "250");
            client.command("RCPT TO:<one@dest.test>", "250");
            client.command("RCPT TO:<two@dest.test>", "250");
            client.command("RCPT TO:<three@dest.test>", "452 4.5.3");
            client.command("RCPT TO:<two@dest.test>", "250");
            client.command("DATA", "354");
            client.command(".", "250");
            assertThat(relay.arrivals.next().recipients()).hasSize(2);
        }
    }

    @Test
    void messagesBeyondTheLimitAreForAnotherConnection() { // I067
        try (RelayFixture relay = RelayFixture.start(directory, Limits.messagesPerConnection(2));
                TestClient client = relay.greeted()) {
            for (int i = 0; i < 2; i++) {
                inData(client);
                client.command(".", "250");
            }
            client.command("MAIL FROM:<a@app.test>", "421 4.7.0");
            client.expectEnd();
        }
    }

    @Test
    void aMessageBeginsTheCountOfJunkAnew() {
        try (RelayFixture relay = RelayFixture.start(directory);
                TestClient client = relay.greeted()) {
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < 100; i++) client.command("NOOP", "250");
                inData(client);
                client.command(".", "250");
            }
        }
    }

    @Test
    void oneConnectionTooManyOfAClientIsTurnedAway() { // I003
        try (RelayFixture relay = RelayFixture.start(directory, Limits.connections(10, 2));
                TestClient first = relay.greeted();
                TestClient second = relay.greeted();
                TestClient third = relay.connect()) {
            third.expect("421 4.7.0");
            third.expectEnd();
            first.command("NOOP", "250");
            second.command("QUIT", "221");
            second.expectEnd();
            RelayFixture.await(() -> relay.sessions() == 1);
            try (TestClient fourth = relay.greeted()) {
                fourth.command("NOOP", "250");
            }
            assertThat(relay.count("posthaste.smtp.connections.refused")).isEqualTo(1);
            assertThat(relay.count("posthaste.smtp.connections")).isEqualTo(3);
        }
    }

    @Test
    void oneConnectionTooManyOfAllIsTurnedAway() { // I003
        try (RelayFixture relay = RelayFixture.start(directory, Limits.connections(1, 10));
                TestClient first = relay.greeted();
                TestClient second = relay.connect()) {
            second.expect("421 4.7.0");
            second.expectEnd();
            first.command("NOOP", "250");
        }
    }

    @Test
    void whoIsEndedForErrorsReadsWhyHoweverMuchItHasSent() { // I157
        try (RelayFixture relay = RelayFixture.start(directory);
                TestClient client = relay.greeted()) {
            client.send("XYZZY\r\n".repeat(20_000));
            for (int i = 0; i < 20; i++) client.expect("500");
            client.expect("421 4.7.0");
            client.expectEnd();
        }
    }
}
