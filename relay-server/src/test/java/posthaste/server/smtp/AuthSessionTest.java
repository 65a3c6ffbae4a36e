package posthaste.server.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLSession;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.io.TempDir;
import posthaste.server.auth.AuthConfig;
import posthaste.server.auth.Authentication;
import posthaste.server.auth.OauthConfig;
import posthaste.server.auth.ScramHash;
import posthaste.server.auth.ScramVerifier;
import posthaste.server.auth.SenderRights;
import posthaste.server.auth.TestScramClient;
import posthaste.server.auth.UserEntry;
import posthaste.server.auth.UserQuota;
import posthaste.server.auth.UserReading;
import posthaste.server.policy.AccessConfig;
import posthaste.server.policy.TrustedNetworks;
import posthaste.server.tls.ServerTls;
import posthaste.server.tls.TestAuthority;
import posthaste.server.tls.TlsConfig;
import posthaste.server.tls.TlsProblem;

/** AUTH over real connections: what may be offered, what each mechanism says, and what a login is good for. */
class AuthSessionTest {
    private static final TrustedNetworks ELSEWHERE = TrustedNetworks.parse(List.of("192.0.2.0/24"));
    private static final String USER = "app";
    private static final String PASSWORD = "correct horse";
    private static final int FAILURES = 4;

    @TempDir
    Path directory;

    private final TestAuthority authority = new TestAuthority();
    private final List<Listener> listeners = new ArrayList<>();
    private final AtomicReference<UserReading> users = new AtomicReference<>();
    private RelayFixture relay;
    private ServerTls tls;
    private Authentication authentication;

    @BeforeEach
    void start() throws TlsProblem {
        relay = RelayFixture.start(directory.resolve("queue"));
        TlsConfig.KeyPair files = authority.write(directory, authority.issue(RelayFixture.HOSTNAME));
        tls = ServerTls.read(
                new TlsConfig(Optional.of(files), List.of(), true, false, Optional.empty(), TlsConfig.Engine.AUTO));
        var verifier = ScramVerifier.of(ScramHash.SHA_256, PASSWORD, new byte[16], ScramVerifier.ITERATIONS_MIN);
        var quota = new UserQuota(Optional.of(3), Optional.of(4));
        var rights = SenderRights.of(List.of("@app.test"));
        var user = new UserEntry(USER, Optional.of(verifier), rights, quota);
        users.set(new UserReading.Read(List.of(user)));
        var config = new AuthConfig(
                false, List.of(user), Optional.empty(), List.of(), FAILURES, Duration.ofMinutes(10), Optional.empty());
        authentication = Authentication.start(
                config,
                () -> java.util.Objects.requireNonNull(users.get()),
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

    private InetSocketAddress listener(TlsMode mode, AuthMode auth, boolean plaintextAuth) {
        Listener listener = relay.listener(mode, auth, plaintextAuth, tls, authentication, AccessConfig.of(ELSEWHERE));
        listeners.add(listener);
        return RelayFixture.await(listener.listen());
    }

    private TestClient secured() {
        return secured(AuthMode.OPTIONAL);
    }

    private TestClient secured(AuthMode auth) {
        TestClient client = TestClient.connect(listener(TlsMode.OPTIONAL, auth, false));
        client.expect("220 ");
        client.startTls(authority.client());
        client.command("EHLO client.test", "250 ");
        return client;
    }

    private static String plain(String user, String password) {
        return base64("\0" + user + "\0" + password);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    @Test
    @DisplayName("I220: in the clear AUTH is neither offered nor taken")
    void noPasswordGoesInTheClear() {
        try (TestClient client = TestClient.connect(listener(TlsMode.OPTIONAL, AuthMode.OPTIONAL, false))) {
            client.expect("220 ");
            client.command("AUTH PLAIN", "503 5.5.1");
            client.send("EHLO client.test\r\n");
            assertThat(client.expect("250 ")).noneMatch(line -> line.contains("AUTH"));
            client.command("AUTH PLAIN " + plain(USER, PASSWORD), "538 5.7.11");
            client.command("NOOP", "250 ");
        }
        try (TestClient client = TestClient.connect(listener(TlsMode.OPTIONAL, AuthMode.OFF, true))) {
            client.expect("220 ");
            client.startTls(authority.client());
            client.send("EHLO client.test\r\n");
            assertThat(client.expect("250 ")).noneMatch(line -> line.contains("AUTH"));
            client.command("AUTH PLAIN", "502 5.5.1");
        }
    }

    @Test
    @DisplayName("I220: but for operators who say that it may")
    void anOperatorMayAllowIt() {
        try (TestClient client = TestClient.connect(listener(TlsMode.OPTIONAL, AuthMode.OPTIONAL, true))) {
            client.expect("220 ");
            client.send("EHLO client.test\r\n");
            assertThat(client.expect("250 ")).contains("250-AUTH SCRAM-SHA-256 PLAIN LOGIN");
            client.command("AUTH PLAIN " + plain(USER, PASSWORD), "235 2.7.0");
        }
    }

    @Test
    @DisplayName("I221 I222: PLAIN, right and wrong, with and without an initial response")
    void plainIsRightOrWrong() {
        try (TestClient client = secured()) {
            client.command("AUTH PLAIN " + plain(USER, "wrong"), "535 5.7.8");
            client.command("AUTH PLAIN", "334 ");
            client.command(plain(USER, PASSWORD), "235 2.7.0");
        }
    }

    @Test
    @DisplayName("I223: LOGIN asks twice")
    void loginAsksTwice() {
        try (TestClient client = secured()) {
            client.command("AUTH LOGIN", "334 VXNlcm5hbWU6");
            client.command(base64(USER), "334 UGFzc3dvcmQ6");
            client.command(base64(PASSWORD), "235 2.7.0");
        }
    }

    @Test
    @DisplayName("I224: SCRAM-SHA-256, right, wrong and played again")
    void scramIsRightOrWrong() {
        try (TestClient client = secured()) {
            var wrong = TestScramClient.unbound(USER, "wrong");
            client.command("AUTH SCRAM-SHA-256 " + wrong.first(), "334 ");
            client.command(wrong.last(client.challenge()), "535 5.7.8");

            var right = TestScramClient.unbound(USER, PASSWORD);
            client.command("AUTH SCRAM-SHA-256 " + right.first(), "334 ");
            String proof = right.last(client.challenge());
            client.command(proof, "334 ");
            assertThat(right.believes(client.challenge())).isTrue();
            client.command("", "235 2.7.0");

            client.command("RSET", "250 ");
        }
        try (TestClient client = secured()) {
            var replayed = TestScramClient.unbound(USER, PASSWORD);
            client.command("AUTH SCRAM-SHA-256 " + replayed.first(), "334 ");
            String proof = replayed.last(client.challenge());
            client.command("*", "501 5.7.0");
            client.command("AUTH SCRAM-SHA-256 " + replayed.first(), "334 ");
            client.command(proof, "535 5.7.8");
        }
    }

    @Test
    @DisplayName("I225: the binding to our certificate, right and wrong, and a client that somebody deceives")
    void scramIsBoundToTheConnection() throws Exception {
        TestClient client = TestClient.connect(listener(TlsMode.OPTIONAL, AuthMode.OPTIONAL, false));
        try (client) {
            client.expect("220 ");
            SSLSession session = client.startTls(authority.client());
            client.send("EHLO client.test\r\n");
            assertThat(client.expect("250 "))
                    .anyMatch(line -> line.startsWith("250-AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256 "));
            var shown = (X509Certificate) session.getPeerCertificates()[0];

            var deceived = TestScramClient.unaware(USER, PASSWORD);
            client.command("AUTH SCRAM-SHA-256 " + deceived.first(), "334 |535 5.7.8");
            if (client.wasChallenged()) client.command(deceived.last(client.challenge()), "535 5.7.8");

            var other = TestScramClient.bound(
                    USER, PASSWORD, authority.issue("other.test").certificate());
            client.command("AUTH SCRAM-SHA-256-PLUS " + other.first(), "334 ");
            client.command(other.last(client.challenge()), "535 5.7.8");

            var bound = TestScramClient.bound(USER, PASSWORD, shown);
            client.command("AUTH SCRAM-SHA-256-PLUS " + bound.first(), "334 ");
            client.command(bound.last(client.challenge()), "334 ");
            assertThat(bound.believes(client.challenge())).isTrue();
            client.command("", "235 2.7.0");
        }
    }

    /** JDK 25 is the first that tells, and BoringSSL does not. */
    @Test
    @EnabledForJreRange(minVersion = 25)
    @DisplayName("I225: the binding to the connection itself, right and wrong")
    void scramIsBoundByWhatTlsExports() throws Exception {
        TlsConfig.KeyPair files = authority.write(directory, authority.issue(RelayFixture.HOSTNAME));
        tls = ServerTls.read(
                new TlsConfig(Optional.of(files), List.of(), true, false, Optional.empty(), TlsConfig.Engine.JDK));
        try (TestClient client = TestClient.connect(listener(TlsMode.OPTIONAL, AuthMode.OPTIONAL, false))) {
            client.expect("220 ");
            SSLSession session = client.startTls(authority.client());
            client.command("EHLO client.test", "250 ");
            byte[] exported = (byte[]) ExtendedSSLSession.class
                    .getMethod("exportKeyingMaterialData", String.class, byte[].class, int.class)
                    .invoke(session, "EXPORTER-Channel-Binding", new byte[0], 32);

            var other = TestScramClient.exporting(USER, PASSWORD, new byte[32]);
            client.command("AUTH SCRAM-SHA-256-PLUS " + other.first(), "334 ");
            client.command(other.last(client.challenge()), "535 5.7.8");

            var bound = TestScramClient.exporting(USER, PASSWORD, exported);
            client.command("AUTH SCRAM-SHA-256-PLUS " + bound.first(), "334 ");
            client.command(bound.last(client.challenge()), "334 ");
            assertThat(bound.believes(client.challenge())).isTrue();
            client.command("", "235 2.7.0");
        }
    }

    @Test
    @DisplayName("I226 I227: tokens, good and bad, in both dialects")
    void tokensAreTakenInBothDialects() throws Exception {
        RsaJsonWebKey key = RsaJwkGenerator.generateJwk(2048);
        key.setKeyId("k1");
        Path jwks = Files.writeString(directory.resolve("jwks.json"), new JsonWebKeySet(key).toJson());
        var oauth = new OauthConfig(jwks, "https://issuer.test", "relay", "email");
        var config = new AuthConfig(
                false, List.of(), Optional.empty(), List.of(), 10, Duration.ofMinutes(10), Optional.of(oauth));
        try (var tokens = Authentication.start(
                config,
                () -> new UserReading.Read(List.of()),
                new SimpleMeterRegistry(),
                InstantSource.system(),
                System::nanoTime)) {
            Listener listener =
                    relay.listener(TlsMode.OPTIONAL, AuthMode.OPTIONAL, false, tls, tokens, AccessConfig.of(ELSEWHERE));
            listeners.add(listener);
            InetSocketAddress server = RelayFixture.await(listener.listen());
            String good = token(key, "relay");
            String bad = token(key, "another");
            try (TestClient client = TestClient.connect(server)) {
                client.expect("220 ");
                client.startTls(authority.client());
                client.send("EHLO client.test\r\n");
                assertThat(client.expect("250 ")).contains("250-AUTH OAUTHBEARER XOAUTH2");
                client.command("AUTH OAUTHBEARER " + base64("n,,\1auth=Bearer " + bad + "\1\1"), "334 ");
                assertThat(decoded(client.challenge())).contains("invalid_token");
                client.command("AQ==", "535 5.7.8");
                client.command("AUTH XOAUTH2 " + base64("user=app@app.test\1auth=Bearer " + bad + "\1\1"), "334 ");
                assertThat(decoded(client.challenge())).startsWith("{");
                client.command("", "535 5.7.8");
                client.command(
                        "AUTH XOAUTH2 " + base64("user=app@app.test\1auth=Bearer " + good + "\1\1"), "235 2.7.0");
                client.command("MAIL FROM:<other@app.test>", "553 5.7.1");
                client.command("MAIL FROM:<app@app.test>", "250 ");
            }
            try (TestClient client = TestClient.connect(server)) {
                client.expect("220 ");
                client.startTls(authority.client());
                client.command("EHLO client.test", "250 ");
                client.command("AUTH OAUTHBEARER " + base64("n,,\1auth=Bearer " + good + "\1\1"), "235 2.7.0");
            }
        }
    }

    private static String token(RsaJsonWebKey key, String audience) throws JoseException {
        var claims = new JwtClaims();
        claims.setIssuer("https://issuer.test");
        claims.setAudience(audience);
        claims.setExpirationTimeMinutesInTheFuture(10);
        claims.setIssuedAtToNow();
        claims.setStringClaim("email", "app@app.test");
        var signed = new JsonWebSignature();
        signed.setPayload(claims.toJson());
        signed.setKey(key.getPrivateKey());
        signed.setKeyIdHeaderValue(key.getKeyId());
        signed.setAlgorithmHeaderValue("RS256");
        return signed.getCompactSerialization();
    }

    private static String decoded(String base64) {
        return new String(Base64.getDecoder().decode(base64), UTF_8);
    }

    @Test
    @DisplayName("I228 I229: an exchange that is broken off, and what is not base64")
    void anExchangeCanBeBrokenOff() {
        try (TestClient client = secured()) {
            client.command("AUTH PLAIN", "334 ");
            client.command("*", "501 5.7.0");
            for (String wrong : List.of("a", "====", "AHNl=Y3Jl", "AHNl!3Jl", "AA==AA==", " ")) {
                client.command("AUTH PLAIN", "334 ");
                client.command(wrong, "501 5.5.2");
            }
            client.command("AUTH PLAIN AHNl=Y3Jl", "501 5.5.2");
            client.command("AUTH PLAIN " + plain(USER, PASSWORD), "235 2.7.0");
        }
    }

    @Test
    @DisplayName("I230: a response of 12288 octets is read, one of 20000 is 500 and leaves the session in order")
    void responsesAreBounded() {
        try (TestClient client = secured()) {
            client.command("AUTH PLAIN", "334 ");
            client.command("A".repeat(12_288), "535 5.7.8|501 5.5.2");
            client.command("AUTH PLAIN", "334 ");
            client.command("A".repeat(20_000), "500 5.5.6");
            client.command("AUTH PLAIN " + "A".repeat(12_288), "535 5.7.8|501 5.5.2");
            client.command("AUTH PLAIN " + "A".repeat(20_000), "500 5.5.2");
            client.command("NOOP", "250 ");
        }
    }

    @Test
    @DisplayName("I231: a mechanism that is not there")
    void anUnknownMechanismIsRefused() {
        try (TestClient client = secured()) {
            client.command("AUTH FOO", "504 5.5.4");
            client.command("AUTH", "501 5.5.4");
            client.command("AUTH CRAM-MD5", "504 5.5.4");
        }
    }

    @Test
    @DisplayName("I232 I151: once, outside a transaction, and for the whole session")
    void oneLoginForTheWholeSession() {
        try (TestClient client = secured()) {
            client.command("AUTH PLAIN " + plain(USER, PASSWORD), "235 2.7.0");
            client.command("AUTH PLAIN " + plain(USER, PASSWORD), "503 5.5.1");
            client.command("MAIL FROM:<a@app.test>", "250 ");
            client.command("AUTH PLAIN", "503 5.5.1");
            client.command("RSET", "250 ");
            client.send("HELP STATUS\r\n");
            assertThat(client.expect("211 "))
                    .anyMatch(line -> line.contains("TLSv1.3") && line.endsWith("authenticated as app"));
            client.send("EHLO client.test\r\n");
            assertThat(client.expect("250 ")).noneMatch(line -> line.contains("AUTH"));
            client.command("MAIL FROM:<a@app.test>", "250 ");
            client.command("RCPT TO:<b@dest.test>", "250 ");
        }
        try (TestClient client = secured()) {
            client.command("MAIL FROM:<a@app.test>", "250 ");
            client.command("AUTH PLAIN", "503 5.5.1");
        }
    }

    @Test
    @DisplayName("I233: users that cannot be read")
    void usersThatCannotBeRead() {
        try (TestClient client = secured()) {
            users.set(new UserReading.Unreadable("gone"));
            authentication.reload();
            client.command("AUTH PLAIN " + plain(USER, PASSWORD), "454 4.7.0");
            client.command("NOOP", "250 ");
        }
    }

    @Test
    void aMailThatIsRefusedCostsNothingOfTheQuota() {
        try (TestClient client = secured()) {
            client.command("AUTH PLAIN " + plain(USER, PASSWORD), "235 2.7.0");
            for (int i = 0; i < 4; i++) client.command("MAIL FROM:<a@app.test> SIZE=999999999", "552 ");
            for (int i = 0; i < 3; i++) {
                client.command("MAIL FROM:<a@app.test>", "250 ");
                client.command("RSET", "250 ");
            }
            client.command("MAIL FROM:<a@app.test>", "450 ");
        }
    }

    @Test
    @DisplayName("A token in the clear gets 538 even where passwords may be: whoever reads a token can use it")
    void aTokenInTheClearNeedsTls() throws Exception {
        var oauth = new OauthConfig(
                Files.writeString(directory.resolve("jwks.json"), "{\"keys\":[]}"),
                "https://issuer.test",
                "relay",
                OauthConfig.DEFAULT_USER_CLAIM);
        var verifier = ScramVerifier.of(ScramHash.SHA_256, PASSWORD, new byte[16], ScramVerifier.ITERATIONS_MIN);
        var user = new UserEntry(USER, Optional.of(verifier), SenderRights.ANY, UserQuota.NONE);
        var config = new AuthConfig(
                false,
                List.of(user),
                Optional.empty(),
                List.of(),
                FAILURES,
                Duration.ofMinutes(10),
                Optional.of(oauth));
        try (var both = Authentication.start(
                config,
                () -> new UserReading.Read(List.of(user)),
                new SimpleMeterRegistry(),
                InstantSource.system(),
                System::nanoTime)) {
            Listener listener =
                    relay.listener(TlsMode.OPTIONAL, AuthMode.OPTIONAL, true, tls, both, AccessConfig.of(ELSEWHERE));
            listeners.add(listener);
            try (TestClient client = TestClient.connect(RelayFixture.await(listener.listen()))) {
                client.expect("220 ");
                client.command("EHLO client.test", "250 ");
                client.command("AUTH XOAUTH2 " + base64("user=app@app.test\1auth=Bearer x\1\1"), "538 5.7.11");
                client.command("AUTH SCRAM-SHA-256-PLUS", "504 5.5.4");
                client.command("AUTH NONESUCH", "504 5.5.4");
                client.command("AUTH PLAIN " + plain(USER, PASSWORD), "235 2.7.0");
            }
        }
    }

    @Test
    @DisplayName("I234: guessing ends the connection, and the next guess does not begin")
    void guessingEndsTheConnection() {
        InetSocketAddress server = listener(TlsMode.IMPLICIT, AuthMode.OPTIONAL, false);
        try (TestClient client = TestClient.connect(server, authority.client())) {
            client.expect("220 ");
            client.command("EHLO client.test", "250 ");
            for (int i = 1; i < FAILURES; i++) client.command("AUTH PLAIN " + plain("u" + i, "wrong"), "535 5.7.8");
            client.command("AUTH PLAIN " + plain(USER, "wrong"), "421 4.7.0");
            client.expectEnd();
        }
        try (TestClient client = TestClient.connect(server, authority.client())) {
            client.expect("220 ");
            client.command("EHLO client.test", "250 ");
            client.command("AUTH PLAIN " + plain(USER, PASSWORD), "421 4.7.0");
            client.expectEnd();
        }
    }

    @Test
    @DisplayName("I065 I069: without a login nothing is taken where one is required, and nothing relayed elsewhere")
    void aLoginIsWhatRelays() {
        try (TestClient client = secured(AuthMode.REQUIRED)) {
            client.command("MAIL FROM:<a@app.test>", "530 5.7.0");
            client.command("AUTH PLAIN " + plain(USER, PASSWORD), "235 2.7.0");
            client.command("MAIL FROM:<a@app.test>", "250 ");
            client.command("RCPT TO:<b@dest.test>", "250 ");
            client.command("DATA", "354");
            client.send("Subject: x\r\n\r\nHello\r\n.\r\n");
            client.expect("250 2.0.0");
        }
        var delivery = relay.arrivals.next();
        assertThat(new String(Arrivals.contentOf(delivery), ISO_8859_1)).contains(" with ESMTPSA id ");
        assertThat(delivery.message().envelope().source().user()).isEqualTo(USER);
        try (TestClient client = secured()) {
            client.command("MAIL FROM:<a@app.test>", "250 ");
            client.command("RCPT TO:<b@dest.test>", "550 5.7.1");
        }
    }

    @Test
    @DisplayName("I064: a sender that is not the user's")
    void sendersBelongToUsers() {
        try (TestClient client = secured()) {
            client.command("AUTH PLAIN " + plain(USER, PASSWORD), "235 2.7.0");
            client.command("MAIL FROM:<a@other.test>", "553 5.7.1");
            client.command("SOML FROM:<a@other.test>", "553 5.7.1");
            client.command("MAIL FROM:<>", "250 ");
            client.command("RSET", "250 ");
            client.command("MAIL FROM:<a@app.test>", "250 ");
        }
    }

    @Test
    void aUserSendsSoMuchAndNoMore() {
        try (TestClient client = secured()) {
            client.command("AUTH PLAIN " + plain(USER, PASSWORD), "235 2.7.0");
            client.command("MAIL FROM:<a@app.test>", "250 ");
            for (int i = 0; i < 4; i++) client.command("RCPT TO:<r" + i + "@dest.test>", "250 ");
            client.command("RCPT TO:<r0@dest.test>", "250 ");
            client.command("RCPT TO:<r5@dest.test>", "45");
            for (int i = 0; i < 2; i++) {
                client.command("RSET", "250 ");
                client.command("MAIL FROM:<a@app.test>", "250 ");
            }
            client.command("RSET", "250 ");
            client.command("MAIL FROM:<a@app.test>", "45");
        }
    }

    @Test
    @DisplayName("I157: a client that is known may be wrong more often")
    void aKnownClientMayBeWrongMoreOften() {
        try (TestClient client = secured()) {
            client.command("AUTH PLAIN " + plain(USER, PASSWORD), "235 2.7.0");
            for (int i = 0; i < 100; i++) client.command("XYZZY", "500 ");
            client.command("XYZZY", "421 4.7.0");
            client.expectEnd();
        }
    }

    @Test
    void whatIsSentBehindAnAnswerIsReadInOrder() {
        try (TestClient client = secured()) {
            client.send("AUTH PLAIN " + plain(USER, PASSWORD) + "\r\nMAIL FROM:<a@app.test>\r\nNOOP\r\n");
            client.expect("235 ");
            client.expect("250 2.1.0");
            client.expect("250 2.0.0");
        }
    }
}
