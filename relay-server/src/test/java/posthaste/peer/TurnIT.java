package posthaste.peer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.delivery.testkit.Move;
import posthaste.delivery.testkit.ScriptedHop;
import posthaste.delivery.testkit.Step;
import posthaste.server.auth.ScramHash;
import posthaste.server.auth.ScramVerifier;
import posthaste.server.tls.TestAuthority;
import posthaste.server.tls.TlsConfig;

/** TURN and ATRN through the whole relay: a client that has logged in becomes the server, and gets its mail. */
@Tag("peer")
class TurnIT {
    private static final byte[] TEXT = "Subject: x\r\n\r\nHi\r\n".getBytes(US_ASCII);
    private static final String PASSWORD = "correct horse";

    @TempDir
    private Path directory;

    private final TestAuthority authority = new TestAuthority();
    private ScriptedHop hop;
    private RelayUnderTest relay;

    @BeforeEach
    void start() throws IOException {
        RelayUnderTest.assumeBuilt();
        hop = ScriptedHop.start();
        hop.when(Step.RCPT).then(Move.reply("450 4.2.0 Not now"));
        relay = RelayUnderTest.start(directory, configuration());
    }

    @AfterEach
    void stop() {
        relay.close();
        hop.close();
    }

    private String configuration() {
        TlsConfig.KeyPair files = authority.write(directory, authority.issue(RelayUnderTest.HOSTNAME));
        String password = ScramVerifier.of(ScramHash.SHA_256, PASSWORD, new byte[16], ScramVerifier.ITERATIONS_MIN)
                .format();
        return """
                hostname = "%s"
                data-dir = "%s"
                [[listener]]
                bind = "127.0.0.1:0"
                [tls]
                certificate = "%s"
                private-key = "%s"
                [[auth.user]]
                name = "customer"
                password = "%s"
                [[auth.user]]
                name = "other"
                password = "%s"
                [[grant]]
                user = "customer"
                domains = ["customer.example", "second.example"]
                [queue]
                free-space-reserve = "16 MiB"
                [retry]
                initial-delay = "1h"
                max-delay = "2h"
                [[route]]
                match = ["*"]
                next-hop = ["127.0.0.1:%d"]
                [admin]
                bind = "127.0.0.1:0"
                """.formatted(
                        RelayUnderTest.HOSTNAME,
                        directory.resolve("data"),
                        files.certificate(),
                        files.privateKey(),
                        password,
                        password,
                        hop.port());
    }

    private RawSmtp loggedIn(String user) throws IOException {
        RawSmtp client = RawSmtp.connect(relay.address());
        client.startTls(authority.client());
        client.command("EHLO mail.customer.example");
        String response = Base64.getEncoder().encodeToString(("\0" + user + "\0" + PASSWORD).getBytes(UTF_8));
        assertThat(client.command("AUTH PLAIN " + response)).startsWith("235");
        return client;
    }

    private void queue(String... recipients) throws IOException {
        try (RawSmtp client = RawSmtp.connect(relay.address())) {
            for (String each : recipients)
                assertThat(client.send("a@sender.example", each, TEXT)).startsWith("250");
        }
    }

    /** Is the server until the other end says QUIT; every line that was heard. */
    private static List<String> serve(RawSmtp connection) throws IOException {
        List<String> heard = new ArrayList<>();
        connection.say("220 mail.customer.example ESMTP");
        boolean content = false;
        for (int lines = 0; lines < 1_000; lines++) {
            String line = connection.hear();
            heard.add(line);
            if (content) {
                content = !line.equals(".");
                if (!content) connection.say("250 2.0.0 Ok");
            } else if (line.equals("DATA")) {
                content = true;
                connection.say("354 Go on");
            } else if (line.equals("QUIT")) {
                connection.say("221 2.0.0 Bye");
                return heard;
            } else {
                connection.say("250 Ok");
            }
        }
        throw new IOException("no end: " + heard);
    }

    @Test
    @DisplayName("I192 I199: ATRN sends what waits over the connection of the client, and then there is nothing")
    void theClientGetsItsMail() throws IOException {
        queue("u@customer.example", "v@second.example", "w@elsewhere.example");
        try (RawSmtp client = loggedIn("customer")) {
            assertThat(client.command("EHLO mail.customer.example")).contains("250-ATRN\n", "250-TURN\n");
            assertThat(client.command("ATRN customer.example,SECOND.example")).startsWith("250 2.0.0");

            List<String> heard = serve(client);

            assertThat(heard.get(0)).isEqualTo("EHLO " + RelayUnderTest.HOSTNAME);
            assertThat(heard)
                    .contains("RCPT TO:<u@customer.example>", "RCPT TO:<v@second.example>", "Subject: x")
                    .noneMatch(line -> line.contains("elsewhere"))
                    .noneMatch(line -> line.startsWith("STARTTLS") || line.startsWith("AUTH"))
                    .endsWith("QUIT");
        }
        try (RawSmtp client = loggedIn("customer")) {
            assertThat(client.command("ATRN")).startsWith("453 4.2.0");
            assertThat(client.command("NOOP")).startsWith("250");
        }
    }

    @Test
    @DisplayName("I192 I193: TURN is another word for it, and turns even when there is no mail")
    void turnTurnsInAnyCase() throws IOException {
        try (RawSmtp client = loggedIn("customer")) {
            assertThat(client.command("TURN")).startsWith("250 2.0.0");
            assertThat(serve(client)).endsWith("QUIT").noneMatch(line -> line.startsWith("MAIL"));
        }
        queue("u@customer.example");
        try (RawSmtp client = loggedIn("customer")) {
            assertThat(client.command("TURN")).startsWith("250 2.0.0");
            assertThat(serve(client)).contains("RCPT TO:<u@customer.example>");
        }
    }

    @Test
    @DisplayName("I190 I191 I197 I198: who may not, may not; and not in a transaction")
    void whoMayNotMayNot() throws IOException {
        try (RawSmtp client = RawSmtp.connect(relay.address())) {
            client.command("EHLO mail.customer.example");
            assertThat(client.command("TURN")).startsWith("502 5.7.0");
            assertThat(client.command("ATRN")).startsWith("530 5.7.0");
            client.startTls(authority.client());
            client.command("EHLO mail.customer.example");
            assertThat(client.command("TURN")).startsWith("502 5.7.0");
        }
        try (RawSmtp client = loggedIn("other")) {
            assertThat(client.command("EHLO x")).doesNotContain("TURN");
            assertThat(client.command("TURN")).startsWith("502 5.7.1");
            assertThat(client.command("ATRN customer.example")).startsWith("450 4.7.1");
        }
        try (RawSmtp client = loggedIn("customer")) {
            assertThat(client.command("ATRN customer.example,elsewhere.example"))
                    .startsWith("450 4.7.1");
            assertThat(client.command("TURN x")).startsWith("501 5.5.4");
            client.command("MAIL FROM:<a@customer.example>");
            assertThat(client.command("TURN")).startsWith("503 5.5.1");
            assertThat(client.command("ATRN")).startsWith("503 5.5.1");
        }
    }

    @Test
    @DisplayName("I194: what is sent behind the command ends the connection, and nothing is delivered")
    void nothingMayFollow() throws IOException {
        queue("u@customer.example");
        try (RawSmtp client = loggedIn("customer")) {
            assertThat(client.command("ATRN\r\n220 mail.customer.example ESMTP"))
                    .startsWith("503 5.5.1");
            org.junit.jupiter.api.Assertions.assertThrows(EOFException.class, client::hear);
        }
        try (RawSmtp client = loggedIn("customer")) {
            assertThat(client.command("ATRN")).startsWith("250 2.0.0");
            assertThat(serve(client)).contains("RCPT TO:<u@customer.example>");
        }
    }

    @Test
    @DisplayName("I195 I196: one session at a time, and what one leaves the next one gets")
    void oneSessionAtATime() throws IOException {
        queue("u@customer.example");
        try (RawSmtp first = loggedIn("customer");
                RawSmtp second = loggedIn("customer")) {
            assertThat(first.command("ATRN")).startsWith("250 2.0.0");
            assertThat(second.command("ATRN")).startsWith("450 4.2.0");
            first.say("554 mail.customer.example is full");
            assertThat(first.hear()).isEqualTo("QUIT");
        }
        try (RawSmtp client = loggedIn("customer")) {
            String answer = client.command("ATRN");
            for (int i = 0; i < 1_000 && answer.startsWith("450"); i++) answer = client.command("ATRN");
            assertThat(answer).startsWith("250 2.0.0");
            assertThat(serve(client)).contains("RCPT TO:<u@customer.example>");
        }
    }
}
