package posthaste.server.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import posthaste.server.policy.AccessConfig;
import posthaste.server.policy.TrustedNetworks;
import posthaste.server.smtp.LimitsConfig.Guards;
import posthaste.server.tls.ServerTls;

/** What protects the others from one client, over real connections. */
class GuardsTest {
    @TempDir
    Path directory;

    private static Guards guards(Optional<Integer> connections, Optional<Integer> messages) {
        return new Guards(100, connections, messages, 128, 64 << 10);
    }

    private RelayFixture relay(Guards guards) {
        return RelayFixture.start(directory, Limits.guards(guards));
    }

    private static TestClient receiving(RelayFixture relay) {
        return receiving(relay.connect());
    }

    private static TestClient receiving(TestClient client) {
        client.expect("220 ");
        client.command("EHLO client.test", "250 ");
        client.command("MAIL FROM:<a@app.test>", "250 ");
        client.command("RCPT TO:<b@dest.test>", "250 ");
        client.command("DATA", "354");
        return client;
    }

    @Test
    void aClientThatConnectsTooOftenIsTold() {
        try (RelayFixture relay = relay(guards(Optional.of(3), Optional.empty()))) {
            for (int i = 0; i < 3; i++) relay.greeted().close();
            try (TestClient client = relay.connect()) {
                client.expect("421 4.7.0 Too many connections within a minute");
                client.expectEnd();
            }
        }
    }

    @Test
    void aMailThatIsRefusedForAnotherReasonIsNotCounted() {
        try (RelayFixture relay = relay(guards(Optional.empty(), Optional.of(1)));
                TestClient client = relay.greeted()) {
            for (int i = 0; i < 3; i++) client.command("MAIL FROM:<a@app.test> SIZE=999999999", "552 ");

            client.command("MAIL FROM:<a@app.test>", "250 ");
        }
    }

    @Test
    void aClientThatSendsTooOftenIsToldAtMail() {
        try (RelayFixture relay = relay(guards(Optional.empty(), Optional.of(2)));
                TestClient client = relay.greeted()) {
            for (int i = 0; i < 2; i++) {
                client.command("MAIL FROM:<a@app.test>", "250 ");
                client.command("RSET", "250 ");
            }
            client.command("MAIL FROM:<a@app.test>", "450 4.7.1 Too many messages within a minute");
            client.command("NOOP", "250 ");
        }
    }

    @Test
    void aHeaderThatIsTooLargeIsRefusedAndNothingOfItKept() {
        try (RelayFixture relay = relay(guards(Optional.empty(), Optional.empty()));
                TestClient client = receiving(relay)) {
            String line = "x".repeat(1_000) + "\r\n ";
            client.send("Subject: " + line.repeat(80) + "end\r\n\r\nbody\r\n.\r\n");
            client.expect("552 5.3.4 Message header");
            client.command("NOOP", "250 ");
            assertThat(relay.queued()).isZero();
        }
    }

    @Test
    void aBodyMayBeLargerThanAHeader() {
        try (RelayFixture relay = relay(guards(Optional.empty(), Optional.empty()));
                TestClient client = receiving(relay)) {
            String line = "x".repeat(998) + "\r\n";
            client.send("Subject: x\r\n\r\n" + line.repeat(200) + ".\r\n");
            client.expect("250 2.0.0");
        }
    }

    /** Its clients send line ends that are mended. */
    private static Listener normalizing(RelayFixture relay) {
        var access = AccessConfig.of(TrustedNetworks.parse(List.of("127.0.0.0/8")));
        var config = new ListenerConfig(RelayFixture.anywhere(), LineEnds.NORMALIZE);
        return relay.listener(config, LimitsConfig.DEFAULT, ServerTls.none(), RelayFixture.nobody(), access);
    }

    private void onANormalizingListener(String content, String reply) {
        try (RelayFixture relay = RelayFixture.start(directory)) {
            Listener listener = normalizing(relay);
            try (TestClient client = receiving(TestClient.connect(RelayFixture.await(listener.listen())))) {
                client.send(content + "\r\n.\r\n");
                client.expect(reply);
            } finally {
                RelayFixture.await(listener.close());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n"})
    @DisplayName("I134 where line ends are mended the header ends where they say")
    void aBodyBehindMendedLineEndsIsNoHeader(String lineEnd) {
        String body = ("x".repeat(998) + lineEnd).repeat(1_400);
        onANormalizingListener("Subject: x" + lineEnd + lineEnd + body, "250 2.0.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n"})
    @DisplayName("I134 and a header that is too large is so all the same")
    void aHeaderWithMendedLineEndsMayBeTooLarge(String lineEnd) {
        String folded = ("x".repeat(998) + lineEnd + " ").repeat(1_400);
        onANormalizingListener("Subject: " + folded + lineEnd + lineEnd + "body", "552 5.3.4 Message header");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n"})
    @DisplayName("I134 and its hops are counted, so that no message goes round for ever")
    void hopsBehindMendedLineEndsAreCounted(String lineEnd) {
        String hop = "Received: from a.test by b.test" + lineEnd;
        onANormalizingListener(hop.repeat(Content.HOPS_MAX) + lineEnd + "body", "554 5.4.6");
    }

    @Test
    void aMessageThatDripsInEndsTheConnection() {
        try (RelayFixture relay = relay(guards(Optional.empty(), Optional.empty()));
                TestClient client = receiving(relay)) {
            relay.advance(Duration.ofSeconds(59));
            client.send("Subject: x\r\n\r\n");
            relay.advance(Duration.ofSeconds(59));
            client.send("drip");
            client.expect("421 4.4.2 Message comes too slowly");
            client.expectEnd();
            assertThat(relay.queued()).isZero();
        }
    }

    @Test
    void chunksThatDripInEndTheConnection() {
        try (RelayFixture relay = relay(guards(Optional.empty(), Optional.empty()));
                TestClient client = relay.greeted()) {
            client.command("MAIL FROM:<a@app.test>", "250 ");
            client.command("RCPT TO:<b@dest.test>", "250 ");
            client.send("BDAT 1\r\nS");
            client.expect("250 2.0.0 1 octets");
            relay.advance(Duration.ofSeconds(59));
            client.send("BDAT 1\r\nu");
            client.expect("250 2.0.0 1 octets");
            relay.advance(Duration.ofSeconds(59));
            client.send("BDAT 1\r\nb");
            client.expect("250 2.0.0 1 octets");
            client.expect("421 4.4.2 Message comes too slowly");
            client.expectEnd();
            assertThat(relay.queued()).isZero();
        }
    }

    @Test
    void commandsBetweenChunksKeepNoMessageBusy() {
        try (RelayFixture relay = relay(guards(Optional.empty(), Optional.empty()));
                TestClient client = relay.greeted()) {
            client.command("MAIL FROM:<a@app.test>", "250 ");
            client.command("RCPT TO:<b@dest.test>", "250 ");
            client.send("BDAT 1\r\nS");
            client.expect("250 2.0.0 1 octets");
            relay.advance(Duration.ofSeconds(118));
            client.command("NOOP", "250 ");
            client.expect("421 4.4.2 Message comes too slowly");
            client.expectEnd();
        }
    }

    @Test
    void chunksOfNothingAreJunk() {
        try (RelayFixture relay = RelayFixture.start(directory);
                TestClient client = relay.greeted()) {
            client.command("MAIL FROM:<a@app.test>", "250 ");
            client.command("RCPT TO:<b@dest.test>", "250 ");
            for (int i = 0; i < LimitsConfig.DEFAULT.junkCommands(); i++)
                client.command("BDAT 0", "250 2.0.0 0 octets");
            client.command("BDAT 0", "421 4.7.0 Too many commands without mail");
            client.expectEnd();
            assertThat(relay.queued()).isZero();
        }
    }

    @Test
    void aMessageThatIsFastEnoughMayTakeItsTime() {
        try (RelayFixture relay = relay(guards(Optional.empty(), Optional.empty()));
                TestClient client = relay.greeted()) {
            client.command("MAIL FROM:<a@app.test>", "250 ");
            client.command("RCPT TO:<b@dest.test>", "250 ");
            client.send("BDAT 20000\r\nSubject: x\r\n\r\n" + "y".repeat(20_000 - 14));
            client.expect("250 2.0.0 20000 octets");
            relay.advance(Duration.ofSeconds(100));
            client.send("BDAT 10 LAST\r\n12345");
            client.send("678\r\n");
            client.expect("250 2.0.0");
        }
    }

    @Test
    void whereMemoryIsShortNobodyIsLetInAndNoMessageBegins() {
        try (RelayFixture relay = RelayFixture.start(directory);
                TestClient client = relay.greeted()) {
            relay.shortOfMemory(true);
            client.command("MAIL FROM:<a@app.test>", "452 4.3.1 Server is short of memory");
            client.command("NOOP", "250 ");
            try (TestClient late = relay.connect()) {
                late.expect("421 4.3.1 Server is short of memory");
                late.expectEnd();
            }

            relay.shortOfMemory(false);
            client.command("MAIL FROM:<a@app.test>", "250 ");
            relay.greeted().close();
        }
    }
}
