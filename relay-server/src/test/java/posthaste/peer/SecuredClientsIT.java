package posthaste.peer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import posthaste.delivery.testkit.ScriptedHop;
import posthaste.peer.Access.Way;
import posthaste.server.auth.ScramHash;
import posthaste.server.auth.ScramVerifier;
import posthaste.server.tls.TestAuthority;
import posthaste.server.tls.TlsConfig;

/** Clients that others wrote log in by every mechanism they know, in the clear, by STARTTLS and by TLS at once. */
@Tag("peer")
class SecuredClientsIT {
    private static final String USER = "app@sender.example";
    private static final String PASSWORD = "correct horse 7";
    private static final byte[] TEXT =
            "From: app@sender.example\r\nSubject: secured\r\n\r\n.a dot\r\nand a line\r\n".getBytes(US_ASCII);

    @TempDir
    private static Path directory;

    private static ScriptedHop hop;
    private static RelayUnderTest relay;
    private static Path authority;
    private static Path another;
    private static Path message;
    private static String token = "";

    @BeforeAll
    static void startEverything() throws IOException, JoseException {
        RelayUnderTest.assumeBuilt();
        var own = new TestAuthority();
        authority = own.write(directory);
        another = new TestAuthority().write(Files.createDirectory(directory.resolve("another")));
        message = Files.write(directory.resolve("message.eml"), TEXT);
        hop = ScriptedHop.start();
        relay = RelayUnderTest.start(
                directory, configuration(own.write(directory, own.issue(RelayUnderTest.HOSTNAME))));
    }

    private static String configuration(TlsConfig.KeyPair files) throws IOException, JoseException {
        RsaJsonWebKey key = RsaJwkGenerator.generateJwk(2048);
        key.setKeyId("k1");
        Path jwks = Files.writeString(directory.resolve("jwks.json"), new JsonWebKeySet(key).toJson());
        token = token(key);
        String password = ScramVerifier.of(ScramHash.SHA_256, PASSWORD, new byte[16], ScramVerifier.ITERATIONS_MIN)
                .format();
        return """
                hostname = "%s"
                data-dir = "%s"
                [[listener]]
                bind = "127.0.0.1:0"
                tls = "off"
                auth = "required"
                allow-plaintext-auth = true
                [[listener]]
                bind = "127.0.0.1:0"
                tls = "required"
                auth = "required"
                [[listener]]
                bind = "127.0.0.1:0"
                tls = "implicit"
                auth = "required"
                [tls]
                certificate = "%s"
                private-key = "%s"
                [auth.oauth]
                jwks = "%s"
                issuer = "https://issuer.example"
                audience = "relay"
                [[auth.user]]
                name = "%s"
                password = "%s"
                [queue]
                free-space-reserve = "16 MiB"
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
                        jwks,
                        USER,
                        password,
                        hop.port());
    }

    private static String token(RsaJsonWebKey key) throws JoseException {
        var claims = new JwtClaims();
        claims.setIssuer("https://issuer.example");
        claims.setAudience("relay");
        claims.setExpirationTimeMinutesInTheFuture(60);
        claims.setStringClaim("email", USER);
        var signed = new JsonWebSignature();
        signed.setPayload(claims.toJson());
        signed.setKey(key.getPrivateKey());
        signed.setKeyIdHeaderValue(key.getKeyId());
        signed.setAlgorithmHeaderValue("RS256");
        return signed.getCompactSerialization();
    }

    @AfterAll
    static void stopEverything() {
        if (relay != null) relay.close();
        if (hop != null) hop.close();
    }

    private static InetSocketAddress server(Way way) throws IOException {
        return relay.addresses()
                .get(
                        switch (way) {
                            case PLAIN -> 0;
                            case STARTTLS -> 1;
                            case IMPLICIT -> 2;
                        });
    }

    private static Errand errand(Access access, String recipient) throws IOException {
        return Errand.of(server(access.way()), USER, message, recipient).by(access);
    }

    @TestFactory
    @DisplayName("I221 I222 I223 I227 each client, each way, each mechanism that it knows")
    Stream<DynamicTest> eachClientLogsInByEachMechanism() {
        List<DynamicTest> tests = new ArrayList<>();
        for (RealClient client : RealClient.ALL) {
            for (Way way : Way.values()) {
                for (String mechanism : client.mechanisms()) {
                    var access = new Access(way, mechanism, USER, secret(mechanism), authority);
                    // A token is for TLS alone.
                    if (access.isToken() && way == Way.PLAIN) continue;
                    tests.add(DynamicTest.dynamicTest(
                            client + " " + way + " " + mechanism, () -> logsIn(client, access)));
                }
            }
        }
        return tests.stream();
    }

    private static String secret(String mechanism) {
        return mechanism.endsWith("BEARER") || mechanism.startsWith("XOAUTH") ? token : PASSWORD;
    }

    private static void logsIn(RealClient client, Access access) throws IOException {
        client.assumePresent();
        String recipient =
                (client + "." + access.way() + "." + access.mechanism()).toLowerCase(Locale.ROOT) + "@example.net";

        client.send(errand(access, recipient)).orFail();

        var arrived = hop.awaitReceived(1, each -> each.recipients().toString().contains("<" + recipient + ">"));
        String text = arrived.get(0).text();
        assertThat(text).contains(access.isSecured() ? " with ESMTPSA id " : " with ESMTPA id ");
        assertThat(text).endsWith("Subject: secured\r\n\r\n.a dot\r\nand a line\r\n");
    }

    @TestFactory
    @DisplayName("I221 a wrong password, and the client says so")
    Stream<DynamicTest> aWrongPasswordIsTold() {
        return DynamicTest.stream(RealClient.ALL.stream(), RealClient::toString, client -> {
            client.assumePresent();
            var access = new Access(Way.STARTTLS, "PLAIN", USER, "wrong", authority);

            Programs.Result result = client.send(errand(access, "nobody@example.net"));

            assertThat(result.exitCode()).isNotZero();
            assertThat(result.output()).contains("535").contains("5.7.8 Authentication credentials invalid");
        });
    }

    @TestFactory
    @DisplayName("I218 a certificate of an authority that the client does not know")
    Stream<DynamicTest> aClientThatDoesNotBelieveTheCertificateGoesNoFurther() {
        return DynamicTest.stream(RealClient.ALL.stream(), RealClient::toString, client -> {
            client.assumePresent();
            String recipient = "unbelieved." + client + "@example.net";
            var access = new Access(Way.IMPLICIT, "PLAIN", USER, PASSWORD, another);

            Programs.Result result = client.send(errand(access, recipient));

            assertThat(result.exitCode()).isNotZero();
            assertThat(hop.received())
                    .noneMatch(each -> each.recipients().toString().contains(recipient));
        });
    }
}
