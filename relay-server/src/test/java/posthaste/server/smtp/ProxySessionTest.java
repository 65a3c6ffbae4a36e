package posthaste.server.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.server.proxy.TestHeader.joined;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import posthaste.server.policy.AccessConfig;
import posthaste.server.policy.Grants;
import posthaste.server.policy.TrustedNetworks;
import posthaste.server.proxy.TestHeader;
import posthaste.server.tls.ServerTls;
import posthaste.server.tls.TestAuthority;
import posthaste.server.tls.TlsConfig;
import posthaste.server.tls.TlsProblem;

/** A listener behind a balancer: whom it believes, what the client's address is good for, and what is no header. */
class ProxySessionTest {
    private static final TrustedNetworks BALANCERS = TrustedNetworks.parse(List.of("127.0.0.0/8"));
    private static final TrustedNetworks CLIENTS = TrustedNetworks.parse(List.of("192.0.2.0/24", "2001:db8::/32"));
    private static final TrustedNetworks REFUSED = TrustedNetworks.parse(List.of("198.51.100.0/24"));
    private static final byte[] CLIENT = TestHeader.line("PROXY TCP4 192.0.2.9 127.0.0.1 49153 25");

    @TempDir
    Path directory;

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger("posthaste.server.smtp");
    private final TestAuthority authority = new TestAuthority();
    private final List<Listener> listeners = new ArrayList<>();
    private RelayFixture relay;

    @BeforeEach
    void start() {
        log.start();
        logger.setLevel(Level.INFO);
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

    private Listener listener(TlsMode mode, LimitsConfig limits, TrustedNetworks proxies) {
        var config =
                new ListenerConfig(RelayFixture.anywhere(), LineEnds.STRICT, mode, AuthMode.OPTIONAL, false, proxies);
        var access = new AccessConfig(CLIENTS, REFUSED, TrustedNetworks.NONE, Set.of(), Grants.NONE, false);
        Listener listener = relay.listener(config, limits, certificates(), RelayFixture.nobody(), access);
        listeners.add(listener);
        return listener;
    }

    private ServerTls certificates() {
        TlsConfig.KeyPair files = authority.write(directory, authority.issue(RelayFixture.HOSTNAME));
        try {
            return ServerTls.read(
                    new TlsConfig(Optional.of(files), List.of(), true, false, Optional.empty(), TlsConfig.Engine.AUTO));
        } catch (TlsProblem problem) {
            throw new IllegalStateException(problem);
        }
    }

    private InetSocketAddress behindABalancer() {
        return RelayFixture.await(
                listener(TlsMode.OPTIONAL, LimitsConfig.DEFAULT, BALANCERS).listen());
    }

    private static TestClient connect(InetSocketAddress listener, byte[] header) {
        TestClient client = TestClient.connect(listener);
        client.send(header);
        return client;
    }

    private static String whoAmI(TestClient client) {
        client.send("HELP STATUS\r\n");
        return client.expect("211 ").get(2);
    }

    private List<String> logged() {
        return List.copyOf(log.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    // Who the client is.

    private static Stream<Arguments> headers() {
        return Stream.of(
                Arguments.of(CLIENT, "192.0.2.9"),
                Arguments.of(TestHeader.line("PROXY TCP6 2001:db8::9 2001:db8::1 1 25"), "2001:db8::9"),
                Arguments.of(TestHeader.line("PROXY UNKNOWN"), "127.0.0.1"),
                Arguments.of(TestHeader.of("192.0.2.9").octets(), "192.0.2.9"),
                Arguments.of(TestHeader.of("2001:db8::9").octets(), "2001:db8::9"),
                Arguments.of(TestHeader.local().octets(), "127.0.0.1"),
                Arguments.of(TestHeader.unknown().octets(), "127.0.0.1"),
                Arguments.of(
                        TestHeader.of("192.0.2.9")
                                .tlv(2, "relay.test".getBytes(US_ASCII))
                                .summed()
                                .octets(),
                        "192.0.2.9"));
    }

    @ParameterizedTest
    @MethodSource("headers")
    @DisplayName("I238 the client is who the header says, and the balancer itself for LOCAL and UNKNOWN")
    void theHeaderSaysWhoTheClientIs(byte[] header, String client) {
        try (TestClient session = connect(behindABalancer(), header)) {
            session.expect("220 ");
            assertThat(whoAmI(session)).startsWith("211-2.0.0 You are " + client + ", not introduced");
        }
    }

    @Test
    @DisplayName("I238 its address decides what it may do, and stands in the trace and with the message")
    void theAddressOfTheClientDecides() {
        InetSocketAddress listener = behindABalancer();
        try (TestClient stranger =
                        connect(listener, TestHeader.of("203.0.113.5").octets());
                TestClient known = connect(listener, CLIENT)) {
            for (TestClient each : List.of(stranger, known)) {
                each.expect("220 ");
                each.command("EHLO client.test", "250 ");
                each.command("MAIL FROM:<a@app.test>", "250 ");
            }
            stranger.command("RCPT TO:<b@dest.test>", "550 5.7.1");
            known.command("RCPT TO:<b@dest.test>", "250 ");
            known.command("DATA", "354");
            known.send("Subject: x\r\n\r\nHi\r\n.\r\n");
            known.expect("250 2.0.0");
        }
        var delivery = relay.arrivals.next();
        assertThat(delivery.message().envelope().source().address()).isEqualTo("192.0.2.9");
        assertThat(new String(Arrivals.contentOf(delivery), ISO_8859_1))
                .startsWith("Received: from client.test ([192.0.2.9])");
    }

    @Test
    void aClientThatIsRefusedIsToldSo() {
        try (TestClient client =
                connect(behindABalancer(), TestHeader.of("198.51.100.7").octets())) {
            client.expect("554 ");
            client.command("EHLO client.test", "503 ");
        }
        assertThat(logged()).anyMatch(line -> line.startsWith("connection of 198.51.100.7 turned away"));
    }

    @Test
    void connectionsCountForTheClientAndNotForTheBalancer() {
        var listening = listener(TlsMode.OPTIONAL, Limits.connections(100, 2), BALANCERS);
        InetSocketAddress listener = RelayFixture.await(listening.listen());
        try (TestClient first = connect(listener, CLIENT);
                TestClient second = connect(listener, CLIENT)) {
            first.expect("220 ");
            second.expect("220 ");
            try (TestClient oneTooMany = connect(listener, CLIENT);
                    TestClient other =
                            connect(listener, TestHeader.of("192.0.2.10").octets())) {
                oneTooMany.expect("421 4.7.0");
                oneTooMany.expectEnd();
                other.expect("220 ");
            }
            assertThat(logged()).anyMatch(line -> line.startsWith("connection of 192.0.2.9 turned away: 421"));
            first.command("QUIT", "221");
            var again = new AtomicBoolean();
            RelayFixture.await(() -> {
                again.compareAndSet(false, !again.get() && isGreeted(listener));
                return again.get();
            });
        }
    }

    @Test
    void howOftenOneConnectsCountsForTheClientAndNotForTheBalancer() {
        var guards = new LimitsConfig.Guards(100, Optional.of(2), Optional.empty(), 128, 64 << 10);
        var listening = listener(TlsMode.OPTIONAL, Limits.guards(guards), BALANCERS);
        InetSocketAddress listener = RelayFixture.await(listening.listen());
        for (int i = 0; i < 2; i++) assertThat(isGreeted(listener)).isTrue();
        try (TestClient oneTooMany = connect(listener, CLIENT)) {
            oneTooMany.expect("421 4.7.0 Too many connections within a minute");
            oneTooMany.expectEnd();
        }
        assertThat(logged()).anyMatch(line -> line.startsWith("connection of 192.0.2.9 turned away: 421"));
        byte[] other = TestHeader.of("192.0.2.10").octets();
        for (byte[] header : List.of(
                other,
                other,
                TestHeader.local().octets(),
                TestHeader.local().octets(),
                TestHeader.local().octets())) {
            try (TestClient client = connect(listener, header)) {
                client.expect("220 ");
            }
        }
    }

    private static boolean isGreeted(InetSocketAddress listener) {
        try (TestClient client = connect(listener, CLIENT)) {
            return client.reply().get(0).startsWith("220 ");
        }
    }

    @Test
    void whatCameBehindTheHeaderIsReadAsWell() {
        try (TestClient client =
                connect(behindABalancer(), joined(CLIENT, "EHLO client.test\r\n".getBytes(US_ASCII)))) {
            client.expect("220 ");
            client.expect("250 ");
        }
    }

    // TLS.

    @Test
    @DisplayName("I238 the header comes before TLS, in the same segment too")
    void theHeaderComesBeforeTls() {
        var listening = listener(TlsMode.IMPLICIT, LimitsConfig.DEFAULT, BALANCERS);
        InetSocketAddress listener = RelayFixture.await(listening.listen());
        byte[] header =
                TestHeader.of("192.0.2.9").tlv(1, new byte[] {'x'}).summed().octets();

        for (byte[] each : List.of(header, CLIENT)) {
            try (TestClient client = TestClient.connect(listener, authority.client(), each)) {
                client.expect("220 ");
                assertThat(whoAmI(client))
                        .startsWith("211-2.0.0 You are 192.0.2.9,")
                        .contains("TLSv1.3");
            }
        }
    }

    @Test
    void starttlsGoesOnWithTheSameClient() {
        try (TestClient client = connect(behindABalancer(), CLIENT)) {
            client.expect("220 ");
            client.startTls(authority.client());
            assertThat(whoAmI(client))
                    .startsWith("211-2.0.0 You are 192.0.2.9,")
                    .contains("TLSv1.3");
        }
    }

    // What is no header.

    private static Stream<Arguments> noHeaders() {
        byte[] wrong = TestHeader.of("192.0.2.9").summed().octets();
        wrong[wrong.length - 1] ^= 1;
        return Stream.of(
                Arguments.of("EHLO evil.test\r\n".getBytes(US_ASCII), "no PROXY header"),
                Arguments.of(new byte[] {0x16, 3, 1}, "no PROXY header"),
                Arguments.of(("PROXY " + "x".repeat(300)).getBytes(US_ASCII), "more than 107 octets"),
                Arguments.of(TestHeader.of("192.0.2.9").tlv(4, new byte[60_000]).octets(), "more than 4096 octets"),
                Arguments.of(TestHeader.line("PROXY TCP4 evil.test 127.0.0.1 1 25"), "malformed"),
                Arguments.of(wrong, "checksum differs"));
    }

    @ParameterizedTest
    @MethodSource("noHeaders")
    @DisplayName("I239 what begins otherwise is closed without a greeting")
    void whatIsNoHeaderIsClosed(byte[] octets, String reason) {
        try (TestClient client = connect(behindABalancer(), octets)) {
            assertThat(client.rest()).isEmpty();
        }
        RelayFixture.await(() -> logged().stream().anyMatch(line -> line.contains(reason)));
        assertThat(logged()).noneMatch(line -> line.contains("evil"));
        assertThat(log.list).allMatch(event -> event.getThrowableProxy() == null);
        assertThat(relay.count("posthaste.smtp.connections.refused")).isEqualTo(1);
    }

    @Test
    @DisplayName("I239 a header that does not end in time is closed, and so is silence")
    void whoIsSilentIsClosed() {
        InetSocketAddress listener = behindABalancer();
        try (TestClient silent = TestClient.connect(listener);
                TestClient slow = connect(listener, "PROXY TCP4 192.0".getBytes(US_ASCII));
                TestClient known = connect(listener, CLIENT)) {
            known.expect("220 ");
            relay.awaitInTime(() -> logged().stream()
                            .filter(line -> line.contains("no PROXY header within 10 s"))
                            .count()
                    == 2);

            assertThat(silent.rest()).isEmpty();
            assertThat(slow.rest()).isEmpty();
            known.command("NOOP", "250 ");
        }
    }

    @Test
    @DisplayName("I239 a header that is cut off brings no session about")
    void aHeaderThatIsCutOffIsClosed() {
        try (TestClient client = connect(behindABalancer(), "PROXY TCP4 192.0".getBytes(US_ASCII))) {
            client.endInput();
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void whoComesFromElsewhereIsClosed() {
        var listening = listener(TlsMode.OPTIONAL, LimitsConfig.DEFAULT, CLIENTS);
        try (TestClient client = TestClient.connect(RelayFixture.await(listening.listen()))) {
            assertThat(client.rest()).isEmpty();
        }
        assertThat(logged()).anyMatch(line -> line.contains("127.0.0.1") && line.contains("it comes from elsewhere"));
    }

    @Test
    void whoSaysNothingDoesNotKeepTheRelayFromStopping() {
        var listening = listener(TlsMode.OPTIONAL, LimitsConfig.DEFAULT, BALANCERS);
        try (TestClient silent = TestClient.connect(RelayFixture.await(listening.listen()))) {
            RelayFixture.await(() -> relay.count("posthaste.smtp.connections") == 1);

            RelayFixture.await(listening.drain(Duration.ofMinutes(5)));

            assertThat(silent.rest()).isEmpty();
        }
    }

    // Where nobody is believed.

    @Test
    @DisplayName("I240 without proxy-networks a header is an unknown command, and changes nothing")
    void elsewhereAHeaderIsAnUnknownCommand() {
        for (byte[] header : List.of(CLIENT, TestHeader.of("192.0.2.9").octets())) {
            try (TestClient client = relay.connect()) {
                client.expect("220 ");
                client.send(joined(header, "\r\n".getBytes(US_ASCII)));
                client.expect("500 5.5.");
                client.send("EHLO client.test\r\n");
                String answer = client.reply().get(0);
                while (answer.startsWith("500")) answer = client.reply().get(0);
                assertThat(answer).startsWith("250-");
                assertThat(whoAmI(client)).startsWith("211-2.0.0 You are 127.0.0.1,");
            }
        }
    }
}
