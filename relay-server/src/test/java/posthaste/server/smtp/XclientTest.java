package posthaste.server.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import posthaste.queue.Delivery;
import posthaste.server.policy.AccessConfig;
import posthaste.server.policy.Grants;
import posthaste.server.policy.TrustedNetworks;
import posthaste.server.tls.ServerTls;
import posthaste.server.tls.TestAuthority;
import posthaste.server.tls.TlsConfig;
import posthaste.server.tls.TlsProblem;

/** Hosts that speak for others: who may, what becomes of the session, and what the log has of it. */
class XclientTest {
    private static final TrustedNetworks HERE = TrustedNetworks.parse(List.of("127.0.0.0/8"));
    private static final TrustedNetworks CLIENTS = TrustedNetworks.parse(List.of("192.0.2.0/24", "2001:db8::/32"));
    private static final TrustedNetworks REFUSED = TrustedNetworks.parse(List.of("198.51.100.0/24"));

    @TempDir
    Path directory;

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(Session.class);
    private final TestAuthority authority = new TestAuthority();
    private final List<Listener> listeners = new ArrayList<>();
    private RelayFixture relay;

    @BeforeEach
    void start() {
        log.start();
        logger.setLevel(Level.DEBUG);
        logger.addAppender(log);
        relay = RelayFixture.start(directory.resolve("queue"));
    }

    @AfterEach
    void stop() {
        listeners.forEach(each -> RelayFixture.await(each.close()));
        relay.close();
        logger.detachAppender(log);
        logger.setLevel(null);
    }

    private TestClient connected(TrustedNetworks proxies, LimitsConfig limits) {
        var config = new ListenerConfig(RelayFixture.anywhere(), LineEnds.STRICT);
        var grants = new Grants(Map.of("billing", Set.of("app.test")));
        var access =
                new AccessConfig(CLIENTS, REFUSED, TrustedNetworks.NONE, Set.of("proxy.test"), grants, proxies, false);
        Listener listener = relay.listener(config, limits, certificates(), RelayFixture.nobody(), access);
        listeners.add(listener);
        TestClient client = TestClient.connect(RelayFixture.await(listener.listen()));
        client.expect("220 ");
        return client;
    }

    private ServerTls certificates() {
        TlsConfig.KeyPair files = authority.write(directory, authority.issue(RelayFixture.HOSTNAME));
        try {
            Path bundle = authority.write(directory);
            return ServerTls.read(new TlsConfig(
                    Optional.of(files), List.of(), true, true, Optional.of(bundle), TlsConfig.Engine.AUTO));
        } catch (TlsProblem problem) {
            throw new IllegalStateException(problem);
        }
    }

    /** A host that may speak for others. */
    private TestClient proxy() {
        return connected(HERE, LimitsConfig.DEFAULT);
    }

    private static String whoAmI(TestClient client) {
        client.send("HELP STATUS\r\n");
        return client.expect("211 ").get(2);
    }

    private static void sendMail(TestClient client) {
        client.command("MAIL FROM:<a@app.test>", "250 ");
        client.command("RCPT TO:<b@dest.test>", "250 ");
        client.command("DATA", "354");
        client.send("Subject: x\r\n\r\nHi\r\n.\r\n");
        client.expect("250 2.0.0");
    }

    private List<String> accepted() {
        return List.copyOf(log.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(line -> line.contains(" accepted from "))
                .toList();
    }

    // Who may.

    @Test
    @DisplayName("I235 who is not listed is neither offered it nor allowed to, whatever else it may do")
    void strangersSpeakForNobody() {
        try (TestClient client = connected(CLIENTS, LimitsConfig.DEFAULT)) {
            client.send("EHLO client.test\r\n");
            assertThat(client.expect("250 ")).noneMatch(line -> line.contains("XCLIENT") || line.contains("XFORWARD"));
            client.command("XCLIENT ADDR=192.0.2.9", "550 5.7.1");
            client.command("XFORWARD ADDR=192.0.2.9", "550 5.7.1");
            client.send("HELP\r\n");
            assertThat(client.expect("214 ")).noneMatch(line -> line.contains("XCLIENT"));
            assertThat(whoAmI(client)).startsWith("211-2.0.0 You are 127.0.0.1, ESMTP as client.test");
        }
    }

    @Test
    void whoIsListedIsOfferedBoth() {
        try (TestClient client = proxy()) {
            client.send("EHLO proxy.test\r\n");
            assertThat(client.expect("250 "))
                    .contains(
                            "250-XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT",
                            "250-XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE");
            client.send("HELP\r\n");
            assertThat(client.expect("214 ")).anyMatch(line -> line.contains(" XCLIENT XFORWARD "));
        }
    }

    // XCLIENT.

    @Test
    @DisplayName("I236 XCLIENT: a greeting, and a session of the client it names")
    void theSessionBeginsAnewWithTheClient() {
        try (TestClient client = proxy()) {
            client.command("EHLO proxy.test", "250 ");
            client.command("MAIL FROM:<a@app.test>", "250 ");
            client.command("RCPT TO:<b@dest.test>", "550 5.7.1");
            client.command("RSET", "250 ");

            client.command("XCLIENT ADDR=192.0.2.9 NAME=spike.test PORT=49153 PROTO=ESMTP", "220 relay.test ESMTP");

            client.command("MAIL FROM:<a@app.test>", "503 5.5.1");
            assertThat(whoAmI(client)).startsWith("211-2.0.0 You are 192.0.2.9, not introduced");
            client.command("EHLO spike.test", "250 ");
            sendMail(client);
        }
        Delivery delivery = relay.arrivals.next();
        assertThat(delivery.message().envelope().source().address()).isEqualTo("192.0.2.9");
        assertThat(new String(Arrivals.contentOf(delivery), ISO_8859_1))
                .startsWith("Received: from spike.test ([192.0.2.9])");
        assertThat(accepted()).singleElement().asString().contains(" accepted from 192.0.2.9: ");
    }

    @Test
    @DisplayName("I236 each XCLIENT counts for what it names, and the rest stays")
    void whatIsNotNamedAnewStays() {
        try (TestClient client = proxy()) {
            client.command("XCLIENT ADDR=IPV6:2001:db8::9", "220 ");
            client.command("XCLIENT HELO=spike.test", "220 ");
            client.command("EHLO proxy.test", "250 ");
            assertThat(whoAmI(client)).startsWith("211-2.0.0 You are 2001:db8::9, ESMTP as spike.test;");

            client.command("XCLIENT ADDR=203.0.113.5", "220 ");
            client.command("EHLO proxy.test", "250 ");
            client.command("MAIL FROM:<a@app.test>", "250 ");
            client.command("RCPT TO:<b@dest.test>", "550 5.7.1");
        }
    }

    @Test
    void whoseAddressIsNotKnownIsAStranger() {
        try (TestClient client = proxy()) {
            client.command("XCLIENT ADDR=192.0.2.9", "220 ");
            client.command("XCLIENT ADDR=[UNAVAILABLE] NAME=[TEMPUNAVAIL]", "220 ");
            assertThat(whoAmI(client)).startsWith("211-2.0.0 You are 0.0.0.0,");
            client.command("HELO x", "250 ");
            client.command("MAIL FROM:<a@app.test>", "250 ");
            client.command("RCPT TO:<b@dest.test>", "550 5.7.1");
        }
    }

    @Test
    void aClientThatIsRefusedIsGreetedSo() {
        try (TestClient client = proxy()) {
            client.command("XCLIENT ADDR=198.51.100.7", "554 ");
            client.command("EHLO x", "503 5.5.1 Access");
            client.command("XCLIENT ADDR=192.0.2.9", "503 5.5.1 Access");
        }
    }

    @Test
    @DisplayName("I236 a user whom it names has logged in, and may send in any name")
    void aUserWhomItNamesHasLoggedIn() {
        try (TestClient client = proxy()) {
            client.command("XCLIENT ADDR=203.0.113.5 LOGIN=billing+40app.test", "220 ");
            client.command("EHLO spike.test", "250 ");
            assertThat(whoAmI(client)).contains("authenticated as billing@app.test");
            sendMail(client);
            client.command("XCLIENT LOGIN=[UNAVAILABLE]", "220 ");
            assertThat(whoAmI(client)).contains("not authenticated");
        }
        Delivery delivery = relay.arrivals.next();
        assertThat(delivery.message().envelope().source().user()).isEqualTo("billing@app.test");
        assertThat(new String(Arrivals.contentOf(delivery), ISO_8859_1)).contains(" with ESMTPA id ");
    }

    @Test
    @DisplayName("I236 nothing that was sent behind XCLIENT is read as if it came from the other client")
    void nothingPipelinedSurvives() {
        try (TestClient client = proxy()) {
            client.command("EHLO proxy.test", "250 ");
            client.send("XCLIENT ADDR=192.0.2.9\r\nEHLO spike.test\r\n");
            client.expect("503 5.5.1 Nothing may be sent before the answer");
            client.expectEnd();
        }
    }

    @Test
    void connectionsCountForTheOtherClient() {
        LimitsConfig limits = Limits.connections(100, 1);
        try (TestClient first = connected(HERE, limits)) {
            first.command("XCLIENT ADDR=192.0.2.9", "220 ");
            try (TestClient second = TestClient.connect(first.server())) {
                second.expect("220 ");
                second.command("XCLIENT ADDR=192.0.2.9", "421 4.7.0 Too many connections");
                second.expectEnd();
            }
            first.command("XCLIENT ADDR=192.0.2.10", "220 ");
        }
    }

    @Test
    void tlsStaysWithTheConnection() {
        try (TestClient client = proxy()) {
            client.command("XCLIENT ADDR=192.0.2.9", "220 ");
            client.startTls(authority.client());
            assertThat(whoAmI(client))
                    .startsWith("211-2.0.0 You are 192.0.2.9,")
                    .contains("TLSv1.3");
            client.command("XCLIENT ADDR=192.0.2.10", "220 ");
            assertThat(whoAmI(client))
                    .startsWith("211-2.0.0 You are 192.0.2.10,")
                    .contains("TLSv1.3");
            client.command("STARTTLS", "503 5.5.1 TLS");
        }
    }

    @Test
    @DisplayName("I236 who was said in the clear to have logged in is forgotten inside TLS, and does not come back")
    void aLoginThatWasNamedInTheClearIsForgotten() {
        try (TestClient client = proxy()) {
            client.command("XCLIENT ADDR=203.0.113.5 LOGIN=billing", "220 ");
            client.startTls(authority.client());
            client.command("XCLIENT ADDR=203.0.113.6", "220 ");

            assertThat(whoAmI(client)).contains("not authenticated");
            client.command("EHLO spike.test", "250 ");
            client.command("MAIL FROM:<a@app.test>", "250 ");
            client.command("RCPT TO:<b@dest.test>", "550 5.7.1");
        }
    }

    @Test
    @DisplayName("I236 an address in a spelling that nobody uses is that of a stranger")
    void anOddSpellingOfAnAddressIsAStranger() {
        try (TestClient client = proxy()) {
            client.command("XCLIENT ADDR=IPV6:2001:db8::192.0.2.1", "220 ");
            client.command("EHLO spike.test", "250 ");
            client.command("MAIL FROM:<a@app.test>", "250 ");
            client.command("RCPT TO:<b@dest.test>", "550 5.7.1");
        }
    }

    @Test
    @DisplayName("I236 what the proxy has proved of itself is not proved of its client")
    void theCertificateOfTheProxyIsNotThatOfItsClient() {
        try (TestClient client = proxy()) {
            client.startTls(authority.client(authority.issue("proxy.test")));
            client.command("EHLO proxy.test", "250 ");
            client.command("MAIL FROM:<a@app.test>", "250 ");
            client.command("RCPT TO:<b@dest.test>", "250 ");
            client.command("RSET", "250 ");
            client.command("XCLIENT ADDR=203.0.113.5", "220 ");
            client.command("EHLO spike.test", "250 ");
            client.command("MAIL FROM:<a@app.test>", "250 ");
            client.command("RCPT TO:<b@dest.test>", "550 5.7.1");
        }
    }

    @Test
    void aUserWhomItNamesFetchesNoMail() {
        try (TestClient client = proxy()) {
            client.startTls(authority.client());
            client.command("XCLIENT LOGIN=billing", "220 ");
            client.send("EHLO spike.test\r\n");
            assertThat(client.expect("250 ")).noneMatch(line -> line.contains("TURN") || line.contains("ATRN"));
            client.command("TURN", "502 5.7.0");
            client.command("ATRN app.test", "530 5.7.0");
        }
    }

    @Test
    @DisplayName("I237 in a transaction 503, with bad xtext 501; neither changes anything")
    void inATransactionNothingBeginsAnew() {
        try (TestClient client = proxy()) {
            client.command("XCLIENT ADDR=192.0.2.9", "220 ");
            client.command("EHLO spike.test", "250 ");
            client.command("MAIL FROM:<a@app.test>", "250 ");
            client.command("XCLIENT ADDR=203.0.113.5", "503 5.5.1");
            client.command("XFORWARD ADDR=203.0.113.5", "503 5.5.1");
            client.command("RCPT TO:<b@dest.test>", "250 ");
            client.command("RSET", "250 ");
            client.command("XCLIENT NAME=a+2", "501 5.5.4");
            client.command("XCLIENT", "501 5.5.4");
            client.command("XFORWARD FOO=x", "501 5.5.4");
            assertThat(whoAmI(client)).startsWith("211-2.0.0 You are 192.0.2.9, ESMTP as spike.test");
        }
    }

    // XFORWARD.

    @Test
    @DisplayName("XFORWARD is for the log alone, and for one message")
    void whatXforwardSaysIsLoggedWithTheMessage() {
        try (TestClient client = proxy()) {
            client.command("XCLIENT ADDR=192.0.2.9", "220 ");
            client.command("EHLO filter.test", "250 ");
            client.command("XFORWARD NAME=spike.test ADDR=203.0.113.5", "250 2.0.0");
            client.command("XFORWARD IDENT=4XyZ NAME=[UNAVAILABLE]", "250 2.0.0");
            sendMail(client);
            sendMail(client);
            client.command("XFORWARD ADDR=203.0.113.6", "250 2.0.0");
            client.command("RSET", "250 ");
            sendMail(client);
        }
        assertThat(accepted()).hasSize(3);
        assertThat(accepted().get(0)).contains("from 192.0.2.9").endsWith(", forwarded: ADDR=203.0.113.5 IDENT=4XyZ");
        assertThat(accepted().subList(1, 3)).noneMatch(line -> line.contains("forwarded"));
        assertThat(relay.arrivals.next().message().envelope().source().address())
                .isEqualTo("192.0.2.9");
    }
}
