package posthaste.server.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a listener lets go of its clients. */
class DrainTest {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final String ENVELOPE = "MAIL FROM:<a@app.test>\r\nRCPT TO:<u@dest.test>\r\nDATA\r\n";

    @TempDir
    Path directory;

    private RelayFixture relay;

    @BeforeEach
    void start() {
        relay = RelayFixture.start(directory);
    }

    @AfterEach
    void stop() {
        relay.close();
    }

    private TestClient inData() {
        TestClient client = relay.greeted();
        client.send(ENVELOPE + "Subject: x\r\n");
        client.expect("250");
        client.expect("250");
        client.expect("354");
        return client;
    }

    @Test
    void whoIsIdleIsToldAtOnceAndNewOnesToo() { // I005, I006
        try (TestClient busy = inData();
                TestClient idle = relay.greeted()) {
            Future<Void> drained = relay.listener.drain(LONG);

            idle.expect("421 4.3.2");
            idle.expectEnd();
            try (TestClient late = relay.connect()) {
                late.expect("421 4.3.2");
                late.expectEnd();
            }
            assertThat(drained.isComplete()).isFalse();
            busy.send(".\r\n");
            busy.expect("250 2.0.0");
            relay.awaitInTime(drained::isComplete);
        }
    }

    @Test
    void aMessageUnderWayIsFinished() { // I007
        try (TestClient client = inData();
                TestClient idle = relay.greeted()) {
            Future<Void> drained = relay.listener.drain(LONG);
            idle.expect("421 4.3.2");

            client.send("\r\nbody\r\n.\r\nNOOP\r\n");

            client.expect("250 2.0.0");
            client.expect("421 4.3.2");
            client.expectEnd();
            relay.awaitInTime(drained::isComplete);
            assertThat(relay.queued()).isEqualTo(1);
        }
    }

    @Test
    void aMessageThatIsRefusedIsAnsweredFirst() {
        try (TestClient client = inData();
                TestClient idle = relay.greeted()) {
            Future<Void> drained = relay.listener.drain(LONG);
            idle.expect("421 4.3.2");

            client.send("a\0b\r\n.\r\n");

            client.expect("554 5.6.0");
            client.expect("421 4.3.2");
            client.expectEnd();
            relay.awaitInTime(drained::isComplete);
        }
    }

    @ParameterizedTest
    @DisplayName("I007 a chunk under way is read to its end, taken or refused, and then the session ends")
    @CsvSource({"u@dest.test, 250 2.0.0 4 octets", "nobody@relay.test, 554 5.5.1"})
    void aChunkUnderWayIsRead(String recipient, String reply) {
        try (TestClient client = relay.greeted();
                TestClient idle = relay.greeted();
                TestClient another = relay.greeted()) {
            client.command("MAIL FROM:<a@app.test>", "250");
            client.command("RCPT TO:<" + recipient + ">", reply.startsWith("250") ? "250" : "550");
            client.send("NOOP\r\nBDAT 4\r\nab");
            client.expect("250");
            if (!reply.startsWith("250")) client.expect(reply);
            Future<Void> drained = relay.listener.drain(LONG);
            // Connections go to the two event loops in turn: one of these is on the loop of the client.
            idle.expect("421 4.3.2");
            another.expect("421 4.3.2");

            client.send("cd");

            if (reply.startsWith("250")) client.expect(reply);
            client.expect("421 4.3.2");
            client.expectEnd();
            relay.awaitInTime(drained::isComplete);
            assertThat(relay.queued()).isZero();
        }
    }

    @Test
    void aLineThatHasBegunIsAnsweredWithTheEnd() {
        try (TestClient client = relay.greeted();
                TestClient idle = relay.greeted();
                TestClient another = relay.greeted()) {
            client.send("NOOP\r\nNO");
            client.expect("250");
            Future<Void> drained = relay.listener.drain(LONG);
            // Connections go to the two event loops in turn: one of these is on the loop of the client.
            idle.expect("421 4.3.2");
            another.expect("421 4.3.2");

            client.send("OP\r\n");

            client.expect("421 4.3.2");
            client.expectEnd();
            relay.awaitInTime(drained::isComplete);
        }
    }

    @Test
    void whatStillRunsAtTheLimitIsCutOff() {
        try (TestClient client = inData()) {
            RelayFixture.await(relay.listener.drain(Duration.ofMillis(1)));

            client.expectEnd();
            assertThat(relay.queued()).isZero();
        }
    }

    @Test
    void whoIsDrainedHasFreedItsAddress() {
        RelayFixture.await(relay.listener.drain(LONG));

        RelayFixture.await(this::isRefused); // the system lets go of a closed socket a moment later
    }

    private boolean isRefused() {
        try (Socket socket = new Socket(relay.address.getAddress(), relay.address.getPort())) {
            return !socket.isConnected();
        } catch (ConnectException refused) {
            return true;
        } catch (IOException other) {
            throw new UncheckedIOException(other);
        }
    }

    @Test
    void closingEndsEverySession() {
        try (TestClient client = inData();
                TestClient idle = relay.greeted()) {
            RelayFixture.await(relay.listener.close());

            client.expectEnd();
            idle.expectEnd();
        }
        assertThat(relay.queued()).isZero();
        assertThat(relay.sessions()).isZero();
    }

    @Test
    void anAddressInUseIsABindException() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Listener late = relay.listenerAt(new InetSocketAddress(taken.getInetAddress(), taken.getLocalPort()));

            assertThatThrownBy(() -> RelayFixture.await(late.listen()))
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(BindException.class);
        }
    }
}
