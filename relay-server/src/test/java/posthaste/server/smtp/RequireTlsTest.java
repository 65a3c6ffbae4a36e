package posthaste.server.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.server.policy.AccessConfig;
import posthaste.server.policy.TrustedNetworks;
import posthaste.server.tls.ServerTls;
import posthaste.server.tls.TestAuthority;
import posthaste.server.tls.TlsConfig;
import posthaste.server.tls.TlsProblem;

/** REQUIRETLS (RFC 8689): taken by TLS only, and kept with the message. */
class RequireTlsTest {
    @TempDir
    Path directory;

    private final TestAuthority authority = new TestAuthority();
    private RelayFixture relay;
    private Listener listener;
    private TestClient client;

    @BeforeEach
    void start() throws TlsProblem {
        relay = RelayFixture.start(directory.resolve("queue"));
        TlsConfig.KeyPair files = authority.write(directory, authority.issue(RelayFixture.HOSTNAME));
        ServerTls tls = ServerTls.read(
                new TlsConfig(Optional.of(files), List.of(), true, false, Optional.empty(), TlsConfig.Engine.AUTO));
        var everybodyHere = AccessConfig.of(TrustedNetworks.parse(List.of("127.0.0.0/8")));
        listener = relay.listener(TlsMode.OPTIONAL, tls, everybodyHere);
        client = TestClient.connect(RelayFixture.await(listener.listen()));
        client.expect("220 ");
    }

    @AfterEach
    void stop() {
        client.close();
        RelayFixture.await(listener.close());
        relay.close();
    }

    @Test
    @DisplayName("I063 I212 inside TLS it is offered, taken and kept; in the clear it is neither")
    void itIsTakenInsideTlsAndKept() {
        client.send("EHLO client.test\r\n");
        assertThat(client.expect("250 ")).noneMatch(line -> line.contains("REQUIRETLS"));
        client.command("MAIL FROM:<a@app.test> REQUIRETLS", "555 5.5.4");

        client.startTls(authority.client());

        client.send("EHLO client.test\r\n");
        assertThat(client.expect("250 ")).contains("250-REQUIRETLS");
        client.command("MAIL FROM:<a@app.test> REQUIRETLS=YES", "501 5.5.4");
        client.command("MAIL FROM:<a@app.test> REQUIRETLS REQUIRETLS", "501 5.5.4");
        for (String parameters : List.of(" REQUIRETLS RET=FULL", " RET=FULL")) {
            client.command("MAIL FROM:<a@app.test>" + parameters, "250 ");
            client.command("RCPT TO:<b@dest.test>", "250 ");
            client.command("DATA", "354");
            client.send("TLS-Required: No\r\n\r\nHi\r\n.\r\n");
            client.expect("250 2.0.0");
        }
        assertThat(relay.arrivals.next().message().envelope().requests().requireTls())
                .isTrue();
        assertThat(relay.arrivals.next().message().envelope().requests().requireTls())
                .isFalse();
    }
}
