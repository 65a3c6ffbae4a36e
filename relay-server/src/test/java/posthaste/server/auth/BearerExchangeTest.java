package posthaste.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static posthaste.server.auth.AuthFixture.TLS;
import static posthaste.server.auth.AuthFixture.begin;
import static posthaste.server.auth.AuthFixture.failure;
import static posthaste.server.auth.AuthFixture.kind;
import static posthaste.server.auth.AuthFixture.login;
import static posthaste.server.auth.AuthFixture.respond;
import static posthaste.server.auth.AuthFixture.said;
import static posthaste.server.auth.TokenFixture.AUDIENCE;
import static posthaste.server.auth.TokenFixture.ISSUER;
import static posthaste.server.auth.TokenFixture.USER;
import static posthaste.server.auth.TokenFixture.claims;
import static posthaste.server.auth.TokenFixture.signed;
import static posthaste.server.auth.TokenFixture.signedByHand;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import posthaste.server.auth.SaslStep.Kind;
import posthaste.smtp.Mailbox;
import posthaste.smtp.ReversePath;

/** OAUTHBEARER and XOAUTH2 with the tokens of an issuer, and of people who would like to be one. */
class BearerExchangeTest {
    private static final String INVALID = "{\"status\":\"invalid_token\"}";

    @TempDir
    private Path directory = Path.of("");

    private Optional<TokenFixture> made = Optional.empty();
    private Optional<AuthFixture> started = Optional.empty();

    @BeforeEach
    void start() throws IOException {
        made = Optional.of(new TokenFixture(directory));
        started = Optional.of(issuer().authentication());
    }

    @AfterEach
    void close() {
        fixture().close();
    }

    private TokenFixture issuer() {
        return made.orElseThrow();
    }

    private AuthFixture fixture() {
        return started.orElseThrow();
    }

    private static String oauthBearer(String token) {
        return "n,a=" + USER + ",\u0001host=relay.example.org\u0001port=587\u0001auth=Bearer " + token + "\u0001\u0001";
    }

    private static String xoauth2(String token) {
        return "user=" + USER + "\u0001auth=Bearer " + token + "\u0001\u0001";
    }

    private SaslStep show(String token) {
        return begin(fixture().exchange("OAUTHBEARER", TLS), oauthBearer(token));
    }

    /** Why it is refused; the client has its JSON and its dummy answer behind it. */
    private String refusal(String token) {
        SaslExchange exchange = fixture().exchange("OAUTHBEARER", TLS);
        SaslStep challenge = begin(exchange, oauthBearer(token));
        assertThat(said(challenge)).isEqualTo(INVALID);
        SaslStep.Failure failure = failure(respond(exchange, "\u0001"));
        assertThat(failure.kind()).isEqualTo(Kind.BAD_CREDENTIALS);
        assertThat(failure.detail())
                .as("told to the log before the client answers")
                .isEmpty();
        if (token.length() > 20) assertThat(challenge.detail()).doesNotContain(token.substring(0, 20));
        return challenge.detail();
    }

    @Test
    void aTokenOfTheIssuerLogsItsUserIn() {
        Login login = login(show(issuer().good()));

        assertThat(login.user()).isEqualTo(USER);
        assertThat(fixture().counted("OAUTHBEARER", "success")).isEqualTo(1);
    }

    @Test
    void everyKindOfSignatureIsTaken() {
        assertThat(login(show(signed("PS256", "rsa", issuer().rsa.getPrivate(), claims())))
                        .user())
                .isEqualTo(USER);
        assertThat(login(show(signed("ES256", "ec", issuer().ec.getPrivate(), claims())))
                        .user())
                .isEqualTo(USER);
        assertThat(login(show(signed("EdDSA", "ed", issuer().ed.getPrivate(), claims())))
                        .user())
                .isEqualTo(USER);
        assertThat(login(show(signed("PS256", "rsa-only-pss", issuer().rsa.getPrivate(), claims())))
                        .user())
                .isEqualTo(USER);
    }

    @Test
    void tokensThatOtherSoftwareMadeAreTaken() {
        String rsa = signedByHand("{\"alg\":\"RS256\",\"kid\":\"rsa\"}", claims(), "SHA256withRSA", issuer().rsa);
        String ec = signedByHand(
                "{\"typ\":\"at+jwt\",\"alg\":\"ES256\",\"kid\":\"ec\"}",
                claims(),
                "SHA256withECDSAinP1363Format",
                issuer().ec);
        String ed = signedByHand("{\"alg\":\"EdDSA\",\"kid\":\"ed\"}", claims(), "Ed25519", issuer().ed);

        for (String token : List.of(rsa, ec, ed))
            assertThat(login(show(token)).user()).isEqualTo(USER);
    }

    @Test
    void theClientMayLeaveItToTheTokenWhoItIs() {
        String message = "n,,\u0001auth=bearer " + issuer().good() + "\u0001\u0001";

        assertThat(login(begin(fixture().exchange("OAUTHBEARER", TLS), message)).user())
                .isEqualTo(USER);
    }

    @Test
    void withoutAnInitialResponseItIsAskedForIt() {
        SaslExchange exchange = fixture().exchange("OAUTHBEARER", TLS);

        assertThat(said(begin(exchange))).isEmpty();
        assertThat(login(respond(exchange, oauthBearer(issuer().good()))).user())
                .isEqualTo(USER);
    }

    @Test
    void xoauth2TakesTheSameTokensAndHasItsOwnRefusal() {
        assertThat(login(begin(fixture().exchange("XOAUTH2", TLS), xoauth2(issuer().good())))
                        .user())
                .isEqualTo(USER);

        SaslExchange refused = fixture().exchange("XOAUTH2", TLS);
        assertThat(said(begin(refused, xoauth2("rubbish")))).isEqualTo("{\"status\":\"401\",\"schemes\":\"bearer\"}");
        assertThat(kind(respond(refused, ""))).isEqualTo(Kind.BAD_CREDENTIALS);
    }

    @Test
    void aUserWithoutATableSendsAsThatAddressAlone() {
        Login login = login(show(issuer().good()));

        assertThat(login.senders().permit(ReversePath.of(new Mailbox("app", "example.org"))))
                .isTrue();
        assertThat(login.senders().permit(ReversePath.of(new Mailbox("boss", "example.org"))))
                .isFalse();
    }

    @Test
    void aUserWithATableHasItsRights() {
        var entry = new UserEntry(
                USER,
                Optional.empty(),
                SenderRights.of(List.of("@example.org")),
                new UserQuota(Optional.of(5), Optional.empty()));
        try (AuthFixture listed = issuer().authentication(entry)) {
            Login login = login(begin(listed.exchange("XOAUTH2", TLS), xoauth2(issuer().good())));

            assertThat(login).isEqualTo(new Login(USER, entry.senders(), entry.quota()));
            assertThat(listed.authentication.mechanisms(true, true)).containsExactly("OAUTHBEARER", "XOAUTH2");
        }
    }

    @Test
    void anotherLetterCaseIsNoWayAroundATable() {
        var entry = new UserEntry(
                USER.toUpperCase(Locale.ROOT),
                Optional.empty(),
                SenderRights.of(List.of()),
                new UserQuota(Optional.of(5), Optional.empty()));
        try (AuthFixture listed = issuer().authentication(entry)) {
            SaslStep step = begin(listed.exchange("XOAUTH2", TLS), xoauth2(issuer().good()));

            assertThat(step.detail()).contains("in this letter case");
        }
    }

    @Test
    void verifiedAddressesLogIn() {
        for (String verified : List.of("true", "\"true\"")) {
            String token = signed("RS256", "rsa", issuer().rsa.getPrivate(), claims(",\"email_verified\":" + verified));

            assertThat(login(show(token)).user()).isEqualTo(USER);
        }
    }

    // ---- tokens that are no good

    @Test
    void timeAndPurposeOfATokenCount() {
        long now = TokenFixture.now();
        String all = claims();
        Map<String, String> reasons = new LinkedHashMap<>();
        reasons.put(all.replaceFirst("\"exp\":\\d+", "\"exp\":" + (now - 61)), "has expired");
        reasons.put(all.replaceFirst("\"exp\":\\d+,", ""), "never expires");
        reasons.put(claims(",\"nbf\":" + (now + 62)), "not valid yet");
        reasons.put(all.replace(AUDIENCE, "somebody-else"), "another audience");
        reasons.put(all.replace("\"aud\":\"" + AUDIENCE + "\",", ""), "another audience");
        reasons.put(all.replace(ISSUER, "https://evil.example/"), "another issuer");
        reasons.put(all.replace("\"iss\":\"" + ISSUER + "\",", ""), "another issuer");
        reasons.put(all.replace("\"email\"", "\"sub\""), "no user in the claim email");
        reasons.put(claims(",\"email_verified\":false"), "not verified");
        reasons.put(claims(",\"email_verified\":\"false\""), "not verified");
        reasons.put(claims(",\"email_verified\":0"), "not verified");
        reasons.put(all.replace(USER, "boss@example.org"), "of somebody else");

        reasons.forEach((claims, reason) -> assertThat(
                        refusal(signed("RS256", "rsa", issuer().rsa.getPrivate(), claims)))
                .contains(reason));
    }

    @Test
    void clocksMayDifferByAMinute() {
        long now = TokenFixture.now();
        String late = claims().replaceFirst("\"exp\":\\d+", "\"exp\":" + (now - 58));
        String early = claims(",\"nbf\":" + (now + 58));

        for (String claims : List.of(late, early)) {
            assertThat(login(show(signed("RS256", "rsa", issuer().rsa.getPrivate(), claims)))
                            .user())
                    .isEqualTo(USER);
        }
    }

    @Test
    void onlySignaturesByThePublishedKeysCount() {
        byte[] publicKey = issuer().rsa.getPublic().getEncoded();
        String unsigned = TokenFixture.base64("{\"alg\":\"none\",\"kid\":\"rsa\"}".getBytes(UTF_8)) + "."
                + TokenFixture.base64(claims().getBytes(UTF_8)) + ".";
        Map<String, String> forged = new LinkedHashMap<>();
        forged.put("alg none", unsigned);
        forged.put(
                "alg none in capitals",
                unsigned.replaceFirst("^[^.]*", TokenFixture.base64("{\"alg\":\"NONE\"}".getBytes(UTF_8))));
        forged.put("another's key", signed("RS256", "rsa", issuer().otherRsa.getPrivate(), claims()));
        forged.put("unknown id", signed("RS256", "other", issuer().otherRsa.getPrivate(), claims()));
        forged.put("no id", signed("RS256", "", issuer().rsa.getPrivate(), claims()));
        forged.put("key confusion", signed("HS256", "rsa", new SecretKeySpec(publicKey, "HmacSHA256"), claims()));
        forged.put("RS512", signed("RS512", "rsa", issuer().rsa.getPrivate(), claims()));
        forged.put(
                "not the key's algorithm",
                signed("RS256", "rsa-only-pss", issuer().rsa.getPrivate(), claims()));
        forged.put("another type of key", signed("ES256", "rsa", issuer().ec.getPrivate(), claims()));
        forged.put("own key in the header", withOwnKey());
        String good = issuer().good();
        forged.put("no signature", good.replaceFirst("[^.]*$", ""));
        forged.put(
                "other claims",
                good.replaceFirst(
                        "\\.[^.]*\\.",
                        "." + TokenFixture.base64(claims(",\"x\":1").getBytes(UTF_8)) + "."));
        forged.put("encrypted", good + ".AAAA.AAAA");

        forged.forEach((how, token) -> assertThat(refusal(token)).as(how).contains("OAUTHBEARER"));
        assertThat(login(show(good)).user()).as("the good one").isEqualTo(USER);
    }

    private String withOwnKey() {
        String key = TokenFixture.jwk("own", issuer().otherRsa).toJson();
        return signedByHand("{\"alg\":\"RS256\",\"jwk\":" + key + "}", claims(), "SHA256withRSA", issuer().otherRsa);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x", "..", "a.b.c", "e30.e30.e30", "e30.W10.AAAA", "bnVsbA.bnVsbA.AAAA", "eyJhbGciOjF9.e30.AAAA"
            })
    void garbageIsARefusedTokenAndNoMore(String token) {
        assertThat(refusal(token)).contains("OAUTHBEARER");
    }

    // ---- messages

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "n,,",
                "n,,\u0001",
                "n,,\u0001\u0001",
                "n,,\u0001host=x\u0001\u0001",
                "n,,\u0001auth=Bearer x\u0001",
                "n,,\u0001auth=Basic x\u0001\u0001",
                "n,,\u0001auth=Bearer x\u0001auth=Bearer y\u0001\u0001",
                "n,\u0001auth=Bearer x\u0001\u0001",
                "n,app,\u0001auth=Bearer x\u0001\u0001",
                "n,a=,\u0001auth=Bearer x\u0001\u0001",
                "p=tls-exporter,,\u0001auth=Bearer x\u0001\u0001"
            })
    void whatIsNoMessageOfTheMechanismIsMalformed(String message) {
        assertThat(kind(begin(fixture().exchange("OAUTHBEARER", TLS), message))).isEqualTo(Kind.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "user=a", "user=\u0001auth=Bearer x\u0001\u0001", "auth=Bearer x\u0001\u0001"})
    void whatIsNoXoauth2IsMalformed(String message) {
        assertThat(kind(begin(fixture().exchange("XOAUTH2", TLS), message))).isEqualTo(Kind.MALFORMED);
    }

    @Test
    void whoOnlyAsksWhatIsNeededIsTold() {
        SaslExchange exchange = fixture().exchange("OAUTHBEARER", TLS);

        assertThat(said(begin(exchange, "n,,\u0001auth=\u0001\u0001"))).isEqualTo(INVALID);
        assertThat(kind(respond(exchange, "\u0001"))).isEqualTo(Kind.BAD_CREDENTIALS);
    }

    @Test
    void noTokenIsTakenWithoutTls() {
        assertThat(kind(begin(fixture().exchange("XOAUTH2", AuthFixture.PLAIN_TEXT), xoauth2(issuer().good()))))
                .isEqualTo(Kind.ENCRYPTION_NEEDED);
        assertThat(fixture().authentication.mechanisms(false, false)).isEmpty();
    }

    /** Who goes away after the JSON has failed all the same. */
    @Test
    void aFailureCountsBeforeTheClientAnswers() {
        begin(fixture().exchange("OAUTHBEARER", TLS), oauthBearer("rubbish"));

        assertThat(fixture().counted("OAUTHBEARER", "bad-credentials")).isEqualTo(1);
    }

    // ---- keys

    @Test
    void newKeysCountAndOldOnesEndWithoutARestart() throws IOException {
        assertThat(login(show(issuer().good())).user()).isEqualTo(USER);

        issuer().publish(TokenFixture.jwk("new", issuer().otherRsa), TokenFixture.jwk("ec", issuer().ec));
        fixture().pass(TokenKeys.LOOK);

        assertThat(login(show(signed("RS256", "new", issuer().otherRsa.getPrivate(), claims())))
                        .user())
                .isEqualTo(USER);
        refusal(issuer().good());
    }

    @Test
    void whileTheKeysCannotBeReadNoTokenIsJudged() throws IOException {
        Path aside = directory.resolve("aside.json");
        Files.move(issuer().jwks, aside);
        fixture().pass(TokenKeys.LOOK);
        assertThat(kind(show(issuer().good()))).isEqualTo(Kind.UNAVAILABLE);

        Files.move(aside, issuer().jwks, StandardCopyOption.ATOMIC_MOVE);
        fixture().pass(TokenKeys.LOOK);
        assertThat(login(show(issuer().good())).user()).isEqualTo(USER);
    }

    @Test
    void aFileThatMakesNoSenseChangesNothing() throws IOException {
        assertThat(login(show(issuer().good())).user()).isEqualTo(USER);

        Files.writeString(issuer().jwks, "{\"keys\": [");
        fixture().pass(TokenKeys.LOOK);

        assertThat(login(show(issuer().good())).user()).isEqualTo(USER);
    }

    @Test
    void aFileOfKeysIsCheckedBeforeItIsUsed() throws IOException {
        Path file = directory.resolve("keys.json");
        Map<String, String> wrong = new LinkedHashMap<>();
        wrong.put("[]", "no JSON Web Key Set");
        wrong.put("{\"keys\": []}", "no public key");
        wrong.put("{\"keys\": [{\"kty\":\"oct\",\"kid\":\"a\",\"k\":\"AAAA\"}]}", "secret key");
        String key = TokenFixture.jwk("a", issuer().rsa).toJson();
        wrong.put("{\"keys\": [" + key + "," + key + "]}", "two keys with the same id");
        wrong.put("{\"keys\": [" + key.replace("\"kid\":\"a\",", "") + "]}", "without an id");
        for (Map.Entry<String, String> each : wrong.entrySet()) {
            Files.writeString(file, each.getKey());
            assertThatThrownBy(() -> Authentication.checkKeys(file))
                    .as(each.getKey())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(each.getValue());
        }

        Files.delete(file);
        assertThatThrownBy(() -> Authentication.checkKeys(file)).isInstanceOf(NoSuchFileException.class);
    }
}
