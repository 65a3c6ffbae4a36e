package posthaste.server.smtp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import posthaste.queue.Delivery;
import posthaste.queue.Recipient;
import posthaste.server.terminal.TerminalMessage;
import posthaste.server.terminal.TerminalSink;
import posthaste.server.terminal.Terminals;
import posthaste.smtp.MailVerb;
import posthaste.smtp.Mailbox;

/** SEND, SOML and SAML against terminals that take messages, and some that have gone (RFC 821 §3.4). */
class TerminalSessionTest {
    private static final Mailbox TERM = new Mailbox("term", "relay.test");
    private static final Mailbox REMOTE = new Mailbox("term", "dest.test");

    @TempDir
    private Path directory;

    private RelayFixture relay;
    private Terminals terminals;
    private Listener listener;
    private InetSocketAddress address;
    private final Screen screen = new Screen();

    /** A terminal in memory. */
    private static final class Screen implements TerminalSink {
        private final Queue<TerminalMessage> messages = new ConcurrentLinkedQueue<>();
        private volatile boolean takes = true;

        @Override
        public boolean isUp() {
            return true;
        }

        @Override
        public Future<Void> write(TerminalMessage message, Mailbox to) {
            if (!takes) return Future.failedFuture("gone");
            messages.add(message);
            return Future.succeededFuture();
        }

        List<String> texts() {
            return messages.stream()
                    .map(each -> new String(each.content(), US_ASCII))
                    .toList();
        }
    }

    @BeforeEach
    void start() {
        relay = RelayFixture.start(directory);
        terminals = relay.terminals(Cast.TRUSTED.terminals());
        terminals.subscribe(TERM, screen);
        terminals.subscribe(REMOTE, screen);
        listener = relay.listener(Cast.TRUSTED, terminals);
        address = RelayFixture.await(listener.listen());
    }

    @AfterEach
    void stop() {
        RelayFixture.await(listener.close());
        relay.close();
    }

    private TestClient client(MailVerb verb, String... recipients) {
        TestClient client = TestClient.connect(address);
        client.expect("220 ");
        client.command("EHLO client.test", "250 ");
        client.command(verb + " FROM:<a@app.test>", "250 2.1.0");
        for (String each : recipients) client.command("RCPT TO:<" + each + ">", "250 2.1.5");
        return client;
    }

    private static String content(TestClient client, String text) {
        client.command("DATA", "354");
        client.send(text + "\r\n.\r\n");
        return String.join("\n", client.reply());
    }

    @Test
    @DisplayName("I180 SEND writes to the terminal, and nothing is queued")
    void sendIsShownAndNotQueued() {
        try (TestClient client = client(MailVerb.SEND, "term@relay.test")) {
            assertThat(content(client, "..Hi")).startsWith("250 2.0.0");

            assertThat(screen.texts()).containsExactly(".Hi\r\n");
            TerminalMessage message = screen.messages.element();
            assertThat(message.verb()).isEqualTo(MailVerb.SEND);
            assertThat(message.from()).hasToString("<a@app.test>");
            relay.arrivals.assertNone();
            client.command("NOOP", "250");
        }
    }

    @Test
    @DisplayName("I180 SEND by BDAT is shown too")
    void sendComesInChunks() {
        try (TestClient client = client(MailVerb.SEND, "term@relay.test")) {
            client.send("BDAT 4\r\nH\r\niBDAT 2 LAST\r\n\r\n");

            client.expect("250 2.0.0 4 octets");
            client.expect("250 2.0.0");
            assertThat(screen.texts()).containsExactly("H\r\ni\r\n");
            relay.arrivals.assertNone();
        }
    }

    @ParameterizedTest
    @DisplayName("I182 SOML goes to the terminal where there is one, else it is mail")
    @CsvSource({"term@relay.test, 1, 0", "alice@relay.test, 0, 1", "u@dest.test, 0, 1", "term@dest.test, 1, 0"})
    void somlIsShownOrMailed(String recipient, int shown, int queued) {
        try (TestClient client = client(MailVerb.SOML, recipient)) {
            assertThat(content(client, "Hi")).startsWith("250 2.0.0");

            assertThat(screen.texts()).hasSize(shown);
            if (queued > 0)
                assertThat(relay.arrivals.next().message().envelope().requests().verb())
                        .isEqualTo(MailVerb.SOML);
            relay.arrivals.assertNone();
        }
    }

    @Test
    @DisplayName("I183 SAML goes to the terminal and is mail")
    void samlIsShownAndMailed() {
        try (TestClient client = client(MailVerb.SAML, "term@dest.test")) {
            assertThat(content(client, "Hi")).contains("queued");

            assertThat(screen.texts()).containsExactly("Hi\r\n");
            Delivery mail = relay.arrivals.next();
            assertThat(mail.recipients().get(0).mailbox()).isEqualTo(REMOTE);
            assertThat(new String(Arrivals.contentOf(mail), US_ASCII)).endsWith("Hi\r\n");
        }
    }

    @Test
    @DisplayName("I184 a terminal that leaves: SEND fails, SOML and SAML are mail")
    void aTerminalMayLeave() {
        try (TestClient client = client(MailVerb.SEND, "term@relay.test")) {
            screen.takes = false;
            assertThat(content(client, "Hi")).startsWith("451 4.2.1");
            relay.arrivals.assertNone();
            client.command("NOOP", "250");
        }
        for (MailVerb verb : List.of(MailVerb.SOML, MailVerb.SAML)) {
            screen.takes = true;
            try (TestClient client = client(verb, "term@dest.test")) {
                screen.takes = false;
                assertThat(content(client, "Hi")).contains("queued");
                assertThat(relay.arrivals.next().message().envelope().requests().verb())
                        .isEqualTo(verb);
            }
        }
    }

    @ParameterizedTest
    @DisplayName("What is too large for a terminal is refused for SEND and mail for the others")
    @EnumSource(names = {"SEND", "SOML", "SAML"})
    void terminalsTakeSmallMessages(MailVerb verb) {
        try (TestClient client = client(verb, "term@dest.test")) {
            String reply = content(client, ("x".repeat(70) + "\r\n").repeat(1000));

            assertThat(reply).startsWith(verb == MailVerb.SEND ? "552 5.3.4" : "250 2.0.0");
            assertThat(screen.texts()).isEmpty();
            if (verb != MailVerb.SEND) relay.arrivals.next();
            relay.arrivals.assertNone();
            client.command("NOOP", "250");
        }
    }

    @Test
    void recipientsOfOneMessageMayHaveAndLackTerminals() {
        try (TestClient client = client(MailVerb.SOML, "term@dest.test", "u@dest.test")) {
            assertThat(content(client, "Hi")).contains("queued");

            assertThat(screen.texts()).hasSize(1);
            assertThat(relay.arrivals.next().recipients()).hasSize(1);
            relay.arrivals.assertNone();
        }
    }

    @ParameterizedTest
    @DisplayName("I093 the domain of a recipient is looked up for SOML and SAML as for MAIL")
    @EnumSource(names = {"MAIL", "SOML", "SAML"})
    void domainsAreVerifiedForEveryVerb(MailVerb verb) {
        var nowhere = new Mailbox("term", "nx.test");
        terminals.subscribe(nowhere, screen);
        Listener verifying = relay.listener(Cast.VERIFIER, terminals);
        try (TestClient client = TestClient.connect(RelayFixture.await(verifying.listen()))) {
            client.expect("220 ");
            client.command("EHLO client.test", "250 ");
            client.command(verb + " FROM:<a@app.test>", "250 2.1.0");
            client.command("RCPT TO:<u@nx.test>", "550 5.1.2");
            client.command("RCPT TO:<u@null.test>", "556 5.1.10");
            client.command("RCPT TO:<u@down.test>", "451 4.4.3");
            // A terminal is reached whatever the name system says, but only SOML makes do with one.
            client.command("RCPT TO:<" + nowhere + ">", verb == MailVerb.SOML ? "250 2.1.5" : "550 5.1.2");
            client.command("RCPT TO:<term@dest.test>", "250 2.1.5");
            assertThat(content(client, "Hi")).startsWith("250 2.0.0");

            assertThat(screen.texts().isEmpty()).isEqualTo(verb == MailVerb.MAIL);
            if (verb != MailVerb.SOML) {
                assertThat(relay.arrivals.next().recipients())
                        .extracting(Recipient::mailbox)
                        .containsExactly(REMOTE);
            }
            relay.arrivals.assertNone();
        }
        RelayFixture.await(verifying.close());
    }
}
