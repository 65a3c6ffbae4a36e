package posthaste.server.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;
import posthaste.server.policy.AccessConfig;
import posthaste.server.policy.Grants;
import posthaste.server.policy.TrustedNetworks;
import posthaste.server.tls.Handshake;
import posthaste.server.tls.ServerTls;
import posthaste.server.tls.TestAuthority;
import posthaste.server.tls.TestAuthority.Issued;
import posthaste.server.tls.TlsConfig;
import posthaste.server.tls.TlsProblem;

/** TLS on the listener, with each engine. */
@ParameterizedClass
@EnumSource(
        value = TlsConfig.Engine.class,
        names = {"OPENSSL", "JDK"})
class TlsSessionTest {
    private static final TrustedNetworks HERE = TrustedNetworks.parse(List.of("127.0.0.0/8"));
    private static final TrustedNetworks ELSEWHERE = TrustedNetworks.parse(List.of("192.0.2.0/24"));
    private static final byte ALERT = 21;
    private static final byte FATAL = 2;
    private static final byte PROTOCOL_VERSION = 70;
    private static final String MESSAGE = "Subject: x\r\n\r\nHello\r\n.\r\n";

    @TempDir
    Path directory;

    private final TlsConfig.Engine engine;
    private final TestAuthority authority = new TestAuthority();
    private final List<Listener> listeners = new ArrayList<>();
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(SessionLog.class);
    private final Appender<ILoggingEvent> log = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event.getFormattedMessage());
        }
    };
    private RelayFixture relay;
    private TlsConfig.KeyPair files;

    TlsSessionTest(TlsConfig.Engine engine) {
        this.engine = engine;
    }

    @BeforeEach
    void start() {
        log.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(log);
        relay = RelayFixture.start(directory.resolve("queue"));
        files = authority.write(directory, authority.issue(RelayFixture.HOSTNAME));
    }

    @AfterEach
    void stop() {
        logger.detachAppender(log);
        logger.setLevel(null);
        listeners.forEach(each -> RelayFixture.await(each.close()));
        relay.close();
    }

    private TlsConfig config(TlsConfig.Named... names) {
        return new TlsConfig(Optional.of(files), List.of(names), true, false, Optional.empty(), engine);
    }

    private static ServerTls read(TlsConfig config) {
        try {
            return ServerTls.read(config);
        } catch (TlsProblem problem) {
            throw new IllegalStateException(problem);
        }
    }

    private InetSocketAddress listener(TlsMode mode, ServerTls tls, AccessConfig access) {
        Listener listener = relay.listener(mode, tls, access);
        listeners.add(listener);
        return RelayFixture.await(listener.listen());
    }

    private InetSocketAddress listener(TlsMode mode) {
        return listener(mode, read(config()), AccessConfig.of(HERE));
    }

    private SSLContext trusting() {
        return authority.client();
    }

    private void sendMail(TestClient client) {
        client.command("MAIL FROM:<a@app.test>", "250 2.1.0");
        client.command("RCPT TO:<b@dest.test>", "250 2.1.5");
        client.command("DATA", "354");
        client.send(MESSAGE);
        client.expect("250 2.0.0");
    }

    @Test
    @DisplayName("I209 I211 I212: STARTTLS, and the session begins anew")
    void theSessionBeginsAnewInsideTls() {
        try (TestClient client = TestClient.connect(listener(TlsMode.OPTIONAL))) {
            client.expect("220 ");
            client.command("STARTTLS x", "501 5.5.4");
            client.send("EHLO client.test\r\n");
            assertThat(client.expect("250 ")).contains("250-STARTTLS");

            SSLSession session = client.startTls(trusting());

            assertThat(session.getProtocol()).isEqualTo("TLSv1.3");
            client.command("MAIL FROM:<a@app.test>", "503 5.5.1");
            client.send("EHLO client.test\r\n");
            assertThat(client.expect("250 ")).noneMatch(line -> line.contains("STARTTLS"));
            client.send("HELP STATUS\r\n");
            assertThat(client.expect("211 ")).anyMatch(line -> line.contains("TLSv1.3 with TLS_AES_"));
            sendMail(client);
        }
        String content = new String(Arrivals.contentOf(relay.arrivals.next()), ISO_8859_1);
        assertThat(content).startsWith("Received: from client.test").contains(" with ESMTPS id ");
    }

    @Test
    @DisplayName("I210: nothing that was sent in the clear behind STARTTLS is run inside TLS")
    void plainTextBehindStartTlsIsNeverRun() {
        try (TestClient client = TestClient.connect(listener(TlsMode.OPTIONAL))) {
            client.expect("220 ");
            client.command("EHLO client.test", "250 ");
            client.send("STARTTLS\r\nMAIL FROM:<evil@app.test>\r\n");

            client.expect("503 5.5.1");
            client.expectEnd();
        }
    }

    @Test
    @DisplayName("I210: nor is what waited while the session was held")
    void whatWaitedIsNeverRun() {
        try (TestClient client = TestClient.connect(listener(TlsMode.OPTIONAL))) {
            client.expect("220 ");
            client.command("EHLO client.test", "250 ");
            // Two writes in one: the second part is held while the queue is asked.
            client.send("MAIL FROM:<a@app.test>\r\nRCPT TO:<b@dest.test>\r\nDATA\r\n" + MESSAGE + "NOOP\r\n");
            for (String reply : List.of("250 2.1.0", "250 2.1.5", "354", "250 2.0.0", "250 2.0.0"))
                client.expect(reply);

            client.command("STARTTLS", "503 5.5.1");
            client.expectEnd();
        }
    }

    @Test
    @DisplayName("I213: STARTTLS twice, and in a transaction")
    void startTlsIsForTheBeginning() {
        try (TestClient client = TestClient.connect(listener(TlsMode.OPTIONAL))) {
            client.expect("220 ");
            client.command("EHLO client.test", "250 ");
            client.command("MAIL FROM:<a@app.test>", "250 ");
            client.command("STARTTLS", "503 5.5.1");
            client.command("RSET", "250 ");
            client.startTls(trusting());
            client.command("STARTTLS", "503 5.5.1");
            client.command("NOOP", "250 ");
        }
    }

    @Test
    @DisplayName("I214: so many handshakes at once, and no more")
    void tooManyHandshakesAtOnce() {
        InetSocketAddress server = listener(TlsMode.OPTIONAL);
        List<TestClient> waiting = new ArrayList<>();
        try {
            String answer = "";
            while (!answer.startsWith("454 4.7.0") && waiting.size() <= 2 * SessionLoop.HANDSHAKES_MAX) {
                TestClient client = TestClient.connect(server);
                waiting.add(client);
                client.expect("220 ");
                answer = client.answer("STARTTLS");
            }
            assertThat(answer).startsWith("454 4.7.0");
            waiting.get(waiting.size() - 1).command("NOOP", "250 ");
        } finally {
            waiting.forEach(TestClient::close);
        }
        RelayFixture.await(() -> relay.sessions() == 0);
        try (TestClient client = TestClient.connect(server)) {
            client.expect("220 ");
            client.startTls(trusting());
        }
    }

    @Test
    @DisplayName("A client that begins handshakes and says nothing leaves room for those of others")
    void oneClientDoesNotTakeEveryHandshake() throws UnknownHostException {
        InetSocketAddress server = listener(TlsMode.OPTIONAL);
        List<TestClient> waiting = new ArrayList<>();
        try {
            int refused = 0;
            // With so many of them both event loops have met their bound for one client.
            while (refused < SessionLoop.HANDSHAKES_PER_CLIENT_MAX && waiting.size() < SessionLoop.HANDSHAKES_MAX) {
                TestClient client = TestClient.connect(server);
                waiting.add(client);
                client.expect("220 ");
                if (client.answer("STARTTLS").startsWith("454 4.7.0")) refused++;
            }
            assertThat(refused).isEqualTo(SessionLoop.HANDSHAKES_PER_CLIENT_MAX);
            for (int i = 0; i < 4; i++) {
                try (TestClient other = TestClient.connect(server, InetAddress.getByName("127.0.0.2"))) {
                    other.expect("220 ");
                    other.startTls(trusting());
                }
            }
        } finally {
            waiting.forEach(TestClient::close);
        }
    }

    @Test
    @DisplayName(
            "A client for whose handshake there is no place is counted and listed where it cannot be answered, too")
    void aClientThatIsOneTooManyIsListed() {
        InetSocketAddress server = listener(TlsMode.IMPLICIT);
        double before = relay.count("posthaste.smtp.connections.refused");
        List<TestClient> waiting = new ArrayList<>();
        try {
            // One more than both event loops take of one client.
            while (waiting.size() <= 2 * SessionLoop.HANDSHAKES_PER_CLIENT_MAX) waiting.add(TestClient.connect(server));

            RelayFixture.await(() -> relay.count("posthaste.smtp.connections.refused") > before);
            awaitLine("connection of 127.0.0.1 turned away: 454 4.7.0 TLS not available now, try again later");
        } finally {
            waiting.forEach(TestClient::close);
        }
    }

    @Test
    @DisplayName("The log says why a handshake failed, in words of ours")
    void theLogSaysWhyAHandshakeFailed() {
        InetSocketAddress server = listener(TlsMode.IMPLICIT);
        String ended = "connection of 127.0.0.1 ended in its TLS handshake: ";
        try (TestClient client = TestClient.connect(server)) {
            client.send("EHLO client.test\r\n");
            awaitLine(ended + "what came is no TLS");
        }
        try (TestClient client = TestClient.connect(server)) {
            client.send(clientHello(1));
            awaitLine(ended + "the client speaks no version of TLS that is spoken here");
        }
        SSLContext strange = new TestAuthority().client();
        assertThatThrownBy(() -> TestClient.connect(server, strange)).isInstanceOf(UncheckedIOException.class);
        awaitLine(ended + "the client refused the certificate");
        TestClient.connect(server).close();
        awaitLine(ended + "the client closed the connection");
        try (TestClient client = TestClient.connect(listener(TlsMode.OPTIONAL))) {
            client.expect("220 ");
            client.command("STARTTLS", "220 2.0.0");
            relay.advance(Handshake.TIME_MAX.plusSeconds(1));
            awaitLine(ended + "it did not end within 30 s");
        }
    }

    private void awaitLine(String line) {
        RelayFixture.await(() -> lines.contains(line));
    }

    @Test
    @DisplayName("I215: where TLS is wanted first, nothing but NOOP, EHLO, STARTTLS and QUIT is done before")
    void tlsIsWantedFirst() {
        InetSocketAddress server = listener(TlsMode.REQUIRED);
        try (TestClient client = TestClient.connect(server)) {
            client.expect("220 ");
            client.command("NOOP", "250 ");
            client.send("EHLO client.test\r\n");
            assertThat(client.expect("250 ")).contains("250-STARTTLS");
            for (String refused : List.of(
                    "HELO client.test",
                    "MAIL FROM:<a@app.test>",
                    "RCPT TO:<a@app.test>",
                    "DATA",
                    "RSET",
                    "VRFY a",
                    "EXPN a",
                    "HELP",
                    "ETRN a.test",
                    "TURN",
                    "ATRN",
                    "AUTH PLAIN",
                    "SEND FROM:<a@app.test>",
                    "BDAT 0 LAST")) {
                client.command(refused, "530 5.7.0");
            }
        }
        try (TestClient client = TestClient.connect(server)) {
            client.expect("220 ");
            client.command("EHLO client.test", "250 ");
            client.startTls(trusting());
            client.command("EHLO client.test", "250 ");
            sendMail(client);
            client.command("QUIT", "221 ");
        }
    }

    @Test
    @DisplayName("I216: garbage in place of a handshake ends the connection")
    void garbageEndsTheConnection() {
        try (TestClient client = TestClient.connect(listener(TlsMode.OPTIONAL))) {
            client.expect("220 ");
            client.command("EHLO client.test", "250 ");
            client.command("STARTTLS", "220 2.0.0");
            client.send("MAIL FROM:<a@app.test>\r\nRCPT TO:<b@dest.test>\r\n");

            assertThat(new String(client.rest(), ISO_8859_1)).doesNotContain("250", "503");
        }
        RelayFixture.await(() -> relay.meters.get("posthaste.smtp.tls.failures").counters().stream()
                        .mapToDouble(each -> each.count())
                        .sum()
                == 1);
    }

    @Test
    @DisplayName("I216: a client that goes in mid-handshake")
    void aClientThatGoesLeavesNothing() {
        InetSocketAddress server = listener(TlsMode.OPTIONAL);
        try (TestClient client = TestClient.connect(server)) {
            client.expect("220 ");
            client.command("EHLO client.test", "250 ");
            client.command("STARTTLS", "220 2.0.0");
        }
        RelayFixture.await(() -> relay.meters.get("posthaste.smtp.tls.failures").counters().stream()
                        .mapToDouble(each -> each.count())
                        .sum()
                == 1);
    }

    @Test
    @DisplayName("I217: implicit TLS greets inside TLS only")
    void implicitTlsGreetsInside() {
        InetSocketAddress server = listener(TlsMode.IMPLICIT);
        try (TestClient client = TestClient.connect(server, trusting())) {
            client.expect("220 ");
            client.send("EHLO client.test\r\n");
            assertThat(client.expect("250 ")).noneMatch(line -> line.contains("STARTTLS"));
            sendMail(client);
            client.command("QUIT", "221 ");
            client.expectEnd();
        }
        try (TestClient client = TestClient.connect(server)) {
            client.send("EHLO client.test\r\n");
            assertThat(new String(client.rest(), ISO_8859_1)).doesNotContain("220 ", "250");
        }
    }

    @Test
    @DisplayName("I218: the name that the client asks for picks the certificate")
    void theNamePicksTheCertificate() {
        TlsConfig.KeyPair other = authority.write(directory, authority.issue("other.test"));
        TlsConfig.KeyPair wild = authority.write(directory, authority.issue("*.wild.test"));
        var tls = read(config(new TlsConfig.Named("other.test", other), new TlsConfig.Named("*.wild.test", wild)));
        InetSocketAddress server = listener(TlsMode.OPTIONAL, tls, AccessConfig.of(HERE));

        assertThat(shown(server, "other.test")).isEqualTo("CN=other.test");
        assertThat(shown(server, "a.wild.test")).isEqualTo("CN=*.wild.test");
        assertThat(shown(server, "unknown.test")).isEqualTo("CN=relay.test");
        assertThat(shown(server, "")).isEqualTo("CN=relay.test");
    }

    private ServerTls byName() {
        TlsConfig.KeyPair other = authority.write(directory, authority.issue("other.test"));
        return read(config(new TlsConfig.Named("other.test", other)));
    }

    @Test
    @DisplayName("A key of the kind Ed25519 is shown by the JDK, and refused where OpenSSL would end every handshake")
    void anEdwardsKeyIsForTheJdk() {
        files = authority.write(directory, authority.edwards("edwards.test"));

        if (engine == TlsConfig.Engine.OPENSSL) {
            assertThatThrownBy(() -> ServerTls.read(config())).isInstanceOf(TlsProblem.class);
        } else {
            assertThat(shown(listener(TlsMode.OPTIONAL), "")).isEqualTo("CN=edwards.test");
        }
    }

    @Test
    @DisplayName("A ClientHello that claims to be larger than any is refused before it is kept")
    void aClientHelloHasABound() {
        try (TestClient client = TestClient.connect(listener(TlsMode.IMPLICIT, byName(), AccessConfig.of(HERE)))) {
            // A record of 16 KiB begins, with a ClientHello of 32 KiB and an octet in it.
            client.send(HexFormat.of().parseHex("1603014000" + "01008001"));
            client.send(new byte[0x4000 - 4]);

            awaitFailures(1);
        }
    }

    @Test
    @DisplayName("A handshake has its 30 seconds once, whatever it waits for")
    void aHandshakeEndsInTime() {
        for (ServerTls tls : List.of(read(config()), byName())) {
            double before = failures();
            InetSocketAddress server = listener(TlsMode.OPTIONAL, tls, AccessConfig.of(HERE));
            try (TestClient client = TestClient.connect(server)) {
                client.expect("220 ");
                client.command("EHLO client.test", "250 ");
                client.command("STARTTLS", "220 2.0.0");
                relay.advance(Handshake.TIME_MAX.minusSeconds(1));
                client.send(HexFormat.of().parseHex("16030100"));
                relay.advance(Duration.ofSeconds(2));

                awaitFailures(before + 1);
            }
        }
    }

    @Test
    @DisplayName("Certificates that are read again while a client has not named its host yet are shown to it")
    void certificatesAreReadAgainBeforeTheName() throws TlsProblem {
        ServerTls tls = byName();
        try (TestClient client = TestClient.connect(listener(TlsMode.OPTIONAL, tls, AccessConfig.of(HERE)))) {
            client.expect("220 ");
            client.command("EHLO client.test", "250 ");
            client.command("STARTTLS", "220 2.0.0");
            authority.write(files, authority.issue("renewed.test"));
            tls.reload();

            assertThat(subject(client.handshake(trusting(), ""))).isEqualTo("CN=renewed.test");
            client.command("NOOP", "250 ");
        }
    }

    private double failures() {
        return relay.meters.get("posthaste.smtp.tls.failures").counters().stream()
                .mapToDouble(each -> each.count())
                .sum();
    }

    private void awaitFailures(double wanted) {
        RelayFixture.await(() -> failures() == wanted);
    }

    private String shown(InetSocketAddress server, String name) {
        try (TestClient client = TestClient.connect(server)) {
            client.expect("220 ");
            client.command("EHLO client.test", "250 ");
            return subject(client.startTls(trusting(), name));
        }
    }

    private static String subject(SSLSession session) {
        try {
            return ((X509Certificate) session.getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .getName();
        } catch (SSLPeerUnverifiedException none) {
            throw new IllegalStateException(none);
        }
    }

    @Test
    @DisplayName("I218: new certificates are shown without a restart, by STARTTLS and at once")
    void certificatesAreReadAgain() throws TlsProblem {
        ServerTls tls = read(config());
        InetSocketAddress server = listener(TlsMode.OPTIONAL, tls, AccessConfig.of(HERE));
        InetSocketAddress implicit = listener(TlsMode.IMPLICIT, tls, AccessConfig.of(HERE));
        try (TestClient open = TestClient.connect(server)) {
            open.expect("220 ");
            open.startTls(trusting());
            authority.write(files, authority.issue("renewed.test"));
            tls.reload();

            open.command("NOOP", "250 ");
        }
        assertThat(shown(server, "")).isEqualTo("CN=renewed.test");
        try (TestClient client = TestClient.connect(implicit, trusting())) {
            client.expect("220 ");
        }
    }

    @Test
    void aCertificateThatCannotBeUsedLeavesTheOldOne() {
        ServerTls tls = read(config());
        InetSocketAddress server = listener(TlsMode.OPTIONAL, tls, AccessConfig.of(HERE));
        Issued one = authority.issue("one.test");
        Issued other = authority.issue("two.test");
        authority.write(files, new Issued(one.certificate(), other.keys()));

        assertThatThrownBy(tls::reload).isInstanceOf(TlsProblem.class).hasMessageContaining("is not the private key");

        assertThat(shown(server, "")).isEqualTo("CN=relay.test");
    }

    @Test
    @DisplayName("I218: TLS 1.0 and 1.1 are refused")
    void oldVersionsAreRefused() {
        InetSocketAddress server = listener(TlsMode.IMPLICIT);
        for (int version : new int[] {1, 2}) {
            try (TestClient client = TestClient.connect(server)) {
                client.send(clientHello(version));

                byte[] answer = client.rest();

                assertThat(answer).hasSize(7).startsWith(ALERT).endsWith(FATAL, PROTOCOL_VERSION);
            }
        }
    }

    /** That of a client which knows no newer version (RFC 4346 §7.4.1.2). */
    private static byte[] clientHello(int minorVersion) {
        String suites = "c013c009002f";
        String extensions = "000a00040002" + "0017" + "000b00020100";
        String body = "03%02x".formatted(minorVersion)
                + "11".repeat(32)
                + "00"
                + "0006" + suites
                + "0100"
                + "%04x".formatted(extensions.length() / 2)
                + extensions;
        String handshake = "01%06x".formatted(body.length() / 2) + body;
        return HexFormat.of().parseHex("160301%04x".formatted(handshake.length() / 2) + handshake);
    }

    @Test
    @DisplayName("I218: TLS 1.2 is spoken, unless it is switched off")
    void theOlderVersionCanBeSwitchedOff() {
        try (TestClient client = TestClient.connect(listener(TlsMode.IMPLICIT), trusting(), "TLSv1.2")) {
            client.expect("220 ");
        }
        var newest = new TlsConfig(Optional.of(files), List.of(), false, false, Optional.empty(), engine);
        InetSocketAddress server = listener(TlsMode.IMPLICIT, read(newest), AccessConfig.of(HERE));
        SSLContext context = trusting();
        assertThatThrownBy(() -> TestClient.connect(server, context, "TLSv1.2"))
                .isInstanceOf(UncheckedIOException.class);
    }

    @Test
    @DisplayName("I218: no handshake within a connection, which costs the server more than the client")
    void aClientCannotRenegotiate() {
        try (TestClient client = TestClient.connect(listener(TlsMode.IMPLICIT), trusting(), "TLSv1.2")) {
            client.expect("220 ");
            assertThatThrownBy(() -> {
                        client.renegotiate();
                        client.command("NOOP", "250 ");
                    })
                    .isInstanceOf(UncheckedIOException.class);
        }
    }

    @Test
    @DisplayName("I219: a connection that is cut in the middle of a message leaves nothing")
    void aCutInTheMiddleOfAMessageLeavesNothing() {
        try (TestClient client = TestClient.connect(listener(TlsMode.OPTIONAL))) {
            client.expect("220 ");
            client.startTls(trusting());
            client.command("EHLO client.test", "250 ");
            client.command("MAIL FROM:<a@app.test>", "250 ");
            client.command("RCPT TO:<b@dest.test>", "250 ");
            client.command("DATA", "354");
            client.send("Subject: x\r\n\r\nHel");
            client.cut();
        }
        RelayFixture.await(() -> relay.sessions() == 0);
        assertThat(relay.queued()).isZero();
    }

    @Test
    void aClientIsKnownByItsCertificate() {
        Issued known = authority.issue("app.client.test");
        Issued unknown = authority.issue("other.client.test");
        Path bundle = authority.write(directory);
        var config = new TlsConfig(Optional.of(files), List.of(), true, true, Optional.of(bundle), engine);
        var access = new AccessConfig(ELSEWHERE, ELSEWHERE, ELSEWHERE, Set.of("app.client.test"), Grants.NONE, false);
        InetSocketAddress server = listener(TlsMode.OPTIONAL, read(config), access);

        assertThat(relayed(server, authority.client(known))).isEqualTo("250 2.1.5 Recipient ok");
        assertThat(relayed(server, authority.client(unknown))).startsWith("550 5.7.1");
        assertThat(relayed(server, authority.client())).startsWith("550 5.7.1");
        // A name means nothing where somebody else has signed it.
        Issued forged = new TestAuthority().issue("app.client.test");
        assertThat(relayed(server, authority.client(forged))).startsWith("550 5.7.1");
    }

    @Test
    @DisplayName("A name counts in the certificate that was judged, not in one of the client's own in front of it")
    void aCertificateOfItsOwnNamesNobodyWhateverFollows() {
        var config = new TlsConfig(
                Optional.of(files), List.of(), true, true, Optional.of(authority.write(directory)), engine);
        var access = new AccessConfig(ELSEWHERE, ELSEWHERE, ELSEWHERE, Set.of("app.client.test"), Grants.NONE, false);
        InetSocketAddress server = listener(TlsMode.OPTIONAL, read(config), access);
        Issued own = authority.selfSigned("app.client.test");
        X509Certificate issued = authority.issue("other.client.test").certificate();

        assertThat(relayed(server, authority.client(own, issued))).startsWith("550 5.7.1");
    }

    @Test
    @DisplayName(
            "A certificate that the JDK cannot read makes a stranger, or ends the handshake, and is no bug of ours")
    void aCertificateThatCannotBeReadIsThatOfAStranger() {
        var config = new TlsConfig(
                Optional.of(files), List.of(), true, true, Optional.of(authority.write(directory)), engine);
        var access = new AccessConfig(ELSEWHERE, ELSEWHERE, ELSEWHERE, Set.of("app.client.test"), Grants.NONE, false);
        InetSocketAddress server = listener(TlsMode.OPTIONAL, read(config), access);
        SSLContext client = authority.client(authority.unreadable("app.client.test"));

        if (engine == TlsConfig.Engine.OPENSSL) {
            assertThat(relayed(server, client)).startsWith("550 5.7.1");
        } else {
            assertThatThrownBy(() -> relayed(server, client)).isInstanceOf(UncheckedIOException.class);
        }
    }

    private static String relayed(InetSocketAddress server, SSLContext context) {
        try (TestClient client = TestClient.connect(server)) {
            client.expect("220 ");
            client.startTls(context);
            client.command("EHLO client.test", "250 ");
            client.command("MAIL FROM:<a@app.test>", "250 ");
            return client.answer("RCPT TO:<b@dest.test>");
        }
    }

    @Test
    void withoutACertificateThereIsNoStartTls() {
        try (TestClient client =
                TestClient.connect(listener(TlsMode.OPTIONAL, ServerTls.none(), AccessConfig.of(HERE)))) {
            client.expect("220 ");
            client.send("EHLO client.test\r\n");
            assertThat(client.expect("250 ")).noneMatch(line -> line.contains("STARTTLS"));
            client.command("STARTTLS", "502 5.5.1");
        }
        try (TestClient client = TestClient.connect(listener(TlsMode.OFF))) {
            client.expect("220 ");
            client.command("EHLO client.test", "250 ");
            client.command("STARTTLS", "502 5.5.1");
        }
    }
}
