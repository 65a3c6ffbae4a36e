package posthaste.server.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.queue.Delivery;
import posthaste.server.auth.AuthConfig;
import posthaste.server.auth.Authentication;
import posthaste.server.auth.ScramHash;
import posthaste.server.auth.ScramVerifier;
import posthaste.server.auth.SenderRights;
import posthaste.server.auth.UserEntry;
import posthaste.server.auth.UserQuota;
import posthaste.server.auth.UserReading;
import posthaste.server.policy.AccessConfig;
import posthaste.server.policy.TrustedNetworks;
import posthaste.server.tls.ServerTls;

/** What a listener for submission puts into messages, and others leave alone (RFC 6409 §8). */
class SubmissionTest {
    private static final String LOGIN = Base64.getEncoder().encodeToString("\0app\0correct horse".getBytes(UTF_8));

    @TempDir
    Path directory;

    private final List<Listener> listeners = new ArrayList<>();
    private RelayFixture relay;
    private Authentication authentication;

    @BeforeEach
    void start() {
        relay = RelayFixture.start(directory);
        var verifier = ScramVerifier.of(ScramHash.SHA_256, "correct horse", new byte[16], ScramVerifier.ITERATIONS_MIN);
        var user = new UserEntry("app", Optional.of(verifier), SenderRights.ANY, UserQuota.NONE);
        var config = new AuthConfig(
                false, List.of(user), Optional.empty(), List.of(), 3, Duration.ofMinutes(1), Optional.empty());
        authentication = Authentication.start(
                config,
                () -> new UserReading.Read(List.of(user)),
                new SimpleMeterRegistry(),
                InstantSource.system(),
                System::nanoTime);
    }

    @AfterEach
    void stop() {
        listeners.forEach(each -> RelayFixture.await(each.close()));
        authentication.close();
        relay.close();
    }

    private TestClient loggedIn(AuthMode auth) {
        var everywhere = AccessConfig.of(TrustedNetworks.parse(List.of("127.0.0.0/8")));
        Listener listener = relay.listener(TlsMode.OFF, auth, true, ServerTls.none(), authentication, everywhere);
        listeners.add(listener);
        InetSocketAddress address = RelayFixture.await(listener.listen());
        TestClient client = TestClient.connect(address);
        client.expect("220 ");
        client.command("EHLO client.test", "250 ");
        client.command("AUTH PLAIN " + LOGIN, "235 ");
        return client;
    }

    private static void begin(TestClient client) {
        client.command("MAIL FROM:<a@app.test>", "250 ");
        client.command("RCPT TO:<b@dest.test>", "250 ");
    }

    private Delivery sent(TestClient client, String message) {
        begin(client);
        client.command("DATA", "354");
        client.send(message + ".\r\n");
        client.expect("250 2.0.0");
        return relay.arrivals.next();
    }

    private static String content(Delivery delivery) {
        return new String(Arrivals.contentOf(delivery), ISO_8859_1);
    }

    private static String below(String content) {
        return content.substring(content.indexOf("+0000\r\n") + 7);
    }

    private static String messageId(Delivery delivery) {
        return "Message-ID: <" + delivery.message().id() + "@relay.test>\r\n";
    }

    @Test
    @DisplayName("I111 a message without Date and Message-ID gets them, below our Received field and above the rest")
    void whatIsMissingIsAdded() {
        try (TestClient client = loggedIn(AuthMode.REQUIRED)) {
            Delivery delivery = sent(client, "Subject: x\r\n\r\nHi\r\n");

            assertThat(content(delivery)).startsWith("Received: from client.test ");
            assertThat(below(content(delivery)))
                    .matches("(?s)Date: [A-Z][a-z]{2}, \\d+ [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d \\+0000\r\n.*")
                    .endsWith("+0000\r\n" + messageId(delivery) + "Subject: x\r\n\r\nHi\r\n");
            assertThat(delivery.body().bytes()).isEqualTo(content(delivery).length());
        }
    }

    @Test
    @DisplayName("I111 by BDAT too, in pieces, and where the message ends within its header")
    void chunksAreCompletedToo() {
        try (TestClient client = loggedIn(AuthMode.REQUIRED)) {
            begin(client);
            client.send("BDAT 13\r\nDate: then\r\nMBDAT 8\r\nIME-Ver:BDAT 0 LAST\r\n");
            client.expect("250 2.0.0");
            client.expect("250 2.0.0");
            client.expect("250 2.0.0");
            Delivery delivery = relay.arrivals.next();

            assertThat(below(content(delivery))).isEqualTo(messageId(delivery) + "Date: then\r\nMIME-Ver:");
        }
    }

    @Test
    void whatIsThereStays() {
        String whole = "Message-ID: <x@app.test>\r\nDate: Tue, 24 Nov 2026 10:00:00 +0100\r\n\r\nHi\r\n";
        try (TestClient client = loggedIn(AuthMode.REQUIRED)) {
            assertThat(below(content(sent(client, whole)))).isEqualTo(whole);
        }
    }

    @Test
    void aLargeMessageIsWholeAndAHeaderThatIsTooLongIsLeftAlone() {
        String body = ("y".repeat(70) + "\r\n").repeat(5_000);
        String header = ("X-Filler: " + "x".repeat(60) + "\r\n").repeat(1_000);
        try (TestClient client = loggedIn(AuthMode.REQUIRED)) {
            Delivery completed = sent(client, "Date: then\r\n\r\n" + body);
            Delivery left = sent(client, header + "\r\nHi\r\n");

            assertThat(below(content(completed))).isEqualTo(messageId(completed) + "Date: then\r\n\r\n" + body);
            assertThat(below(content(left))).isEqualTo(header + "\r\nHi\r\n");
        }
    }

    @Test
    @DisplayName("I111 listeners that are not for submission add nothing, be the client logged in or not")
    void otherListenersAddNothing() {
        try (TestClient client = loggedIn(AuthMode.OPTIONAL)) {
            assertThat(below(content(sent(client, "Subject: x\r\n\r\nHi\r\n")))).isEqualTo("Subject: x\r\n\r\nHi\r\n");
        }
    }
}
