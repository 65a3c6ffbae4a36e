package posthaste.server.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.server.auth.AuthFixture.HERE;
import static posthaste.server.auth.AuthFixture.TLS;
import static posthaste.server.auth.AuthFixture.begin;
import static posthaste.server.auth.AuthFixture.end;
import static posthaste.server.auth.AuthFixture.failure;
import static posthaste.server.auth.AuthFixture.kind;
import static posthaste.server.auth.AuthFixture.login;
import static posthaste.server.auth.AuthFixture.respond;
import static posthaste.server.auth.AuthFixture.said;
import static posthaste.server.auth.AuthFixture.user;

import com.ongres.scram.client.ScramClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import posthaste.server.auth.SaslStep.Kind;

/** SCRAM against the examples of the RFCs, an independent client, and clients that lie. */
class ScramExchangeTest {
    private static final String PASSWORD = "correct horse battery";
    private static final ChannelBinding EXPORTER =
            ChannelBinding.exporter("32 octets of keying material ...".getBytes(US_ASCII));
    private static final SaslContext BOUND = new SaslContext(HERE, true, Optional.empty(), Optional.of(EXPORTER));
    private static final String NONCE = "fyko+d2lbbFgONRv9qkxdawL";

    private final AuthFixture fixture = new AuthFixture(
            user("app", PASSWORD),
            user("a,b=c", PASSWORD),
            user("old", PASSWORD, ScramHash.SHA_1, 4096),
            user("Jürgen", "Größe ist relativ"));

    @AfterEach
    void close() {
        fixture.close();
    }

    /** With the salt and the nonce of an example; {@code password} is "pencil". */
    private static SaslExchange example(ScramHash hash, String salt, String nonce) {
        ScramVerifier pencil =
                ScramVerifier.of(hash, "pencil", Base64.getDecoder().decode(salt), 4096);
        var entry = new UserEntry("user", Optional.of(pencil), SenderRights.ANY, UserQuota.NONE);
        var secret = ProcessSecret.random(new SecureRandom());
        var guard = new GuessGuard(5, Duration.ofMinutes(1), secret, () -> 0);
        var attempt = new Attempt(hash.mechanism(), TLS, guard, new AuthMetrics(new SimpleMeterRegistry()));
        var store = new UserStore(List.of(entry), () -> new UserReading.Read(List.of()), () -> 0);
        return new ScramExchange(hash, false, attempt, store, secret, () -> nonce);
    }

    @Test
    void theExampleOfRfc5802ComesOutToTheLetter() {
        SaslExchange exchange = example(ScramHash.SHA_1, "QSXCR+Q6sek8bf92", "3rfcNHYJY1ZVvWVs7j");

        SaslStep first = begin(exchange, "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
        SaslStep last =
                respond(exchange, "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");

        assertThat(said(first)).isEqualTo("r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096");
        assertThat(said(last)).isEqualTo("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=");
        assertThat(login(respond(exchange, "")).user()).isEqualTo("user");
    }

    @Test
    void theExampleOfRfc7677ComesOutToTheLetter() {
        SaslExchange exchange =
                example(ScramHash.SHA_256, "W22ZaJ0SNY7soEsUEjb6gQ==", "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");

        SaslStep first = begin(exchange, "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
        SaslStep last = respond(
                exchange,
                "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                        + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");

        assertThat(said(first))
                .isEqualTo("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
        assertThat(said(last)).isEqualTo("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
        assertThat(login(respond(exchange, "")).user()).isEqualTo("user");
    }

    // ---- an independent client

    private static ScramClient client(String mechanism, String name, String password) {
        return ScramClient.builder()
                .advertisedMechanisms(List.of(mechanism))
                .username(name)
                .password(password.toCharArray())
                .build();
    }

    /** The whole dialogue; the client checks what we say. */
    private SaslStep run(ScramClient client, SaslContext context) throws Exception {
        SaslExchange exchange = fixture.exchange(client.getScramMechanism().getName(), context);
        SaslStep first = begin(exchange, client.clientFirstMessage().toString());
        if (first instanceof SaslStep.Failure) return first;
        client.serverFirstMessage(said(first));
        SaslStep last = respond(exchange, client.clientFinalMessage().toString());
        if (last instanceof SaslStep.Failure) return last;
        client.serverFinalMessage(said(last));
        return respond(exchange, "");
    }

    @Test
    void anIndependentClientLogsInWithEitherHash() throws Exception {
        assertThat(login(run(client("SCRAM-SHA-256", "app", PASSWORD), TLS)).user())
                .isEqualTo("app");
        assertThat(login(run(client("SCRAM-SHA-1", "old", PASSWORD), TLS)).user())
                .isEqualTo("old");
        assertThat(fixture.counted("SCRAM-SHA-256", "success")).isEqualTo(1);
    }

    @Test
    void namesWithCommasAndNamesBeyondAsciiAreNamesToo() throws Exception {
        assertThat(login(run(client("SCRAM-SHA-256", "a,b=c", PASSWORD), TLS)).user())
                .isEqualTo("a,b=c");
        assertThat(login(run(client("SCRAM-SHA-256", "Jürgen", "Größe ist relativ"), TLS))
                        .user())
                .isEqualTo("Jürgen");
    }

    @Test
    void anIndependentClientWithAWrongPasswordIsRefused() throws Exception {
        SaslStep step = run(client("SCRAM-SHA-256", "app", "wrong horse battery"), TLS);

        assertThat(kind(step)).isEqualTo(Kind.BAD_CREDENTIALS);
    }

    @Test
    void aPasswordKeptByOneHashIsNoneForTheOther() throws Exception {
        assertThat(kind(run(client("SCRAM-SHA-256", "old", PASSWORD), TLS))).isEqualTo(Kind.BAD_CREDENTIALS);
    }

    private static ScramClient binding(String mechanism, String name, ChannelBinding binding) {
        return ScramClient.builder()
                .advertisedMechanisms(List.of(mechanism))
                .username(name)
                .password(PASSWORD.toCharArray())
                .channelBinding(binding.type(), binding.data())
                .build();
    }

    @Test
    void anIndependentClientBindsToTheChannel() throws Exception {
        assertThat(login(run(binding("SCRAM-SHA-256-PLUS", "app", EXPORTER), BOUND))
                        .user())
                .isEqualTo("app");
        assertThat(login(run(binding("SCRAM-SHA-1-PLUS", "old", EXPORTER), BOUND))
                        .user())
                .isEqualTo("old");
    }

    @Test
    void aBindingToAnotherChannelIsRefused() throws Exception {
        ChannelBinding other = ChannelBinding.exporter("32 octets of another connection.".getBytes(US_ASCII));

        SaslStep.Failure failure = failure(run(binding("SCRAM-SHA-256-PLUS", "app", other), BOUND));

        assertThat(failure.kind()).isEqualTo(Kind.BAD_CREDENTIALS);
        assertThat(failure.detail()).contains("another channel");
    }

    // ---- clients that lie, or are lied to

    @Test
    void whoSaysThatNoBindingWasOfferedWasDeceived() {
        SaslStep.Failure failure = failure(begin(fixture.exchange("SCRAM-SHA-256", BOUND), "y,,n=app,r=" + NONCE));

        assertThat(failure.kind()).isEqualTo(Kind.BAD_CREDENTIALS);
        assertThat(failure.detail()).contains("downgrade");
    }

    @Test
    void whoSaysSoWhereNoneWasOfferedIsRight() {
        assertThat(said(begin(fixture.exchange("SCRAM-SHA-256", TLS), "y,,n=app,r=" + NONCE)))
                .startsWith("r=" + NONCE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"n,,n=app,r=x", "y,,n=app,r=x", "p=tls-unique,,n=app,r=x", "p=tls-server-end-point,,n=app,r=x"})
    void theMechanismWithBindingTakesNoOtherBindingAndNotNone(String first) {
        assertThat(kind(begin(fixture.exchange("SCRAM-SHA-256-PLUS", BOUND), first)))
                .isEqualTo(Kind.BAD_CREDENTIALS);
    }

    @Test
    void aBindingWithoutTheMechanismForItIsRefused() {
        SaslStep step = begin(fixture.exchange("SCRAM-SHA-256", BOUND), "p=tls-exporter,,n=app,r=" + NONCE);

        assertThat(kind(step)).isEqualTo(Kind.BAD_CREDENTIALS);
    }

    @Test
    void theMechanismWithBindingIsNotThereWithoutAChannel() {
        assertThat(fixture.authentication.exchange("SCRAM-SHA-256-PLUS", TLS)).isEmpty();
    }

    /** What was right once is wrong in every other exchange: our part of the nonce is new each time. */
    @Test
    void whatWasHeardCannotBeUsedAgain() throws Exception {
        ScramClient client = client("SCRAM-SHA-256", "app", PASSWORD);
        SaslExchange heard = fixture.exchange("SCRAM-SHA-256", TLS);
        String first = client.clientFirstMessage().toString();
        client.serverFirstMessage(said(begin(heard, first)));
        String last = client.clientFinalMessage().toString();
        respond(heard, last);
        assertThat(login(respond(heard, "")).user()).isEqualTo("app");

        SaslExchange replayed = fixture.exchange("SCRAM-SHA-256", TLS);
        begin(replayed, first);
        SaslStep.Failure failure = failure(respond(replayed, last));

        assertThat(failure.kind()).isEqualTo(Kind.BAD_CREDENTIALS);
        assertThat(failure.detail()).contains("another exchange");
    }

    @Test
    void aHeaderThatWasChangedOnTheWayIsRefused() throws Exception {
        ScramClient client = client("SCRAM-SHA-256", "app", PASSWORD);
        SaslExchange exchange = fixture.exchange("SCRAM-SHA-256", TLS);
        String first = client.clientFirstMessage().toString().replaceFirst("^n,,", "n,a=app,");
        client.serverFirstMessage(said(begin(exchange, first)));

        SaslStep step = respond(exchange, client.clientFinalMessage().toString());

        assertThat(failure(step).detail()).contains("another channel");
    }

    @Test
    void nobodyActsForSomebodyElse() {
        assertThat(kind(begin(fixture.exchange("SCRAM-SHA-256", TLS), "n,a=boss,n=app,r=" + NONCE)))
                .isEqualTo(Kind.BAD_CREDENTIALS);
        assertThat(said(begin(fixture.exchange("SCRAM-SHA-256", TLS), "n,a=app,n=app,r=" + NONCE)))
                .startsWith("r=");
    }

    @Test
    void nobodyIsLoggedInBeforeTheLastEmptyResponse() throws Exception {
        ScramClient client = client("SCRAM-SHA-256", "app", PASSWORD);
        SaslExchange exchange = fixture.exchange("SCRAM-SHA-256", TLS);
        client.serverFirstMessage(
                said(begin(exchange, client.clientFirstMessage().toString())));
        respond(exchange, client.clientFinalMessage().toString());

        assertThat(kind(respond(exchange, "more"))).isEqualTo(Kind.MALFORMED);
    }

    /** The same salt each time, of the length and with the iterations of the others, and no way to tell. */
    @Test
    void somebodyUnknownLooksLikeSomebodyKnown() {
        Pattern answer = Pattern.compile("r=\\S+,s=[A-Za-z0-9+/]{22}==,i=4096");
        String[] answers = new String[3];
        String[] names = {"app", "nobody", "nobody"};
        for (int i = 0; i < names.length; i++) {
            answers[i] = said(begin(fixture.exchange("SCRAM-SHA-256", TLS), "n,,n=" + names[i] + ",r=" + NONCE));
        }

        assertThat(answers).allMatch(each -> answer.matcher(each).matches());
        assertThat(saltOf(answers[1])).isEqualTo(saltOf(answers[2])).isNotEqualTo(saltOf(answers[0]));
    }

    private static String saltOf(String serverFirst) {
        return serverFirst.replaceFirst(".*,s=", "");
    }

    @Test
    void somebodyUnknownFailsAtTheProofAsSomebodyKnown() throws Exception {
        SaslStep.Failure known = failure(run(client("SCRAM-SHA-256", "app", "wrong horse battery"), TLS));
        SaslStep.Failure unknown = failure(run(client("SCRAM-SHA-256", "nob", PASSWORD), TLS));

        assertThat(unknown.detail().replace("nob", "app")).isEqualTo(known.detail());
        assertThat(unknown.kind()).isEqualTo(known.kind());
        assertThat(unknown.delay()).isEqualTo(known.delay());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "n",
                "n,",
                "n,,",
                "n,,n=app",
                "n,,r=x",
                "n,,n=,r=x",
                "n,,n=app,r=",
                "n,,n=app,r=a b",
                "n,,n=a=b,r=x",
                "n,,n=a=2c,r=x",
                "n,,m=ext,n=app,r=x",
                "n,,n=app,r=x,junk",
                "n,,n=app,r=x,1=y",
                "n,app,n=app,r=x",
                "n,a=,n=app,r=x",
                "x,,n=app,r=x",
                "p,,n=app,r=x",
                "p=,,n=app,r=x"
            })
    void whatIsNoFirstMessageIsMalformed(String message) {
        assertThat(kind(begin(fixture.exchange("SCRAM-SHA-256", TLS), message))).isEqualTo(Kind.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "c=biws",
                "c=biws,r=x",
                "r=x,c=biws,p=AAAA",
                "c=biws,p=AAAA",
                "c=!,r=x,p=AAAA",
                "c=biws,r=x,p=!",
                "c=biws,r=x,p"
            })
    void whatIsNoLastMessageIsMalformed(String message) {
        SaslExchange exchange = fixture.exchange("SCRAM-SHA-256", TLS);
        begin(exchange, "n,,n=app,r=" + NONCE);

        assertThat(kind(respond(exchange, message))).isEqualTo(Kind.MALFORMED);
    }

    @Test
    void extensionsThatAreNotMandatoryArePassedOver() {
        assertThat(said(begin(fixture.exchange("SCRAM-SHA-256", TLS), "n,,n=app,r=" + NONCE + ",x=anything")))
                .startsWith("r=" + NONCE);
    }

    @Test
    void itIsAskedForWithoutAnInitialResponse() {
        SaslExchange exchange = fixture.exchange("SCRAM-SHA-256", TLS);

        assertThat(said(begin(exchange))).isEmpty();
        assertThat(said(end(exchange.respond(("n,,n=app,r=" + NONCE).getBytes(UTF_8), Runnable::run))))
                .startsWith("r=" + NONCE);
    }
}
