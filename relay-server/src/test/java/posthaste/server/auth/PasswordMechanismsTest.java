package posthaste.server.auth;

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

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import posthaste.server.auth.SaslStep.Kind;

/** PLAIN and LOGIN. */
class PasswordMechanismsTest {
    private static final String PASSWORD = "correct horse battery";

    private final AuthFixture fixture = new AuthFixture(
            user("app", PASSWORD),
            user("old", "an old password", ScramHash.SHA_1, 4096),
            user("Jürgen", "Größe ist relativ"));

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void plainTakesTheRightPasswordAtOnce() {
        SaslStep step = begin(fixture.exchange("PLAIN", TLS), "\0app\0" + PASSWORD);

        assertThat(login(step).user()).isEqualTo("app");
        assertThat(fixture.counted("PLAIN", "success")).isEqualTo(1);
    }

    @Test
    void plainWithoutAnInitialResponseIsAskedForIt() {
        SaslExchange exchange = fixture.exchange("PLAIN", TLS);

        SaslStep first = begin(exchange);
        SaslStep second = respond(exchange, "app\0app\0" + PASSWORD);

        assertThat(said(first)).isEmpty();
        assertThat(login(second).user()).isEqualTo("app");
    }

    @Test
    void aWrongPasswordIsRefusedAndNeverShown() {
        SaslStep.Failure failure = failure(begin(fixture.exchange("PLAIN", TLS), "\0app\0wrong horse battery"));

        assertThat(failure.kind()).isEqualTo(Kind.BAD_CREDENTIALS);
        assertThat(failure.detail()).contains("PLAIN", "app").doesNotContain("horse");
        assertThat(fixture.counted("PLAIN", "bad-credentials")).isEqualTo(1);
    }

    @Test
    void nobodyActsForSomebodyElse() {
        SaslStep step = begin(fixture.exchange("PLAIN", TLS), "boss\0app\0" + PASSWORD);

        assertThat(kind(step)).isEqualTo(Kind.BAD_CREDENTIALS);
        assertThat(fixture.checks()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\0", "\0\0", "\0app", "\0app\0", "\0\0secret", "app", "\0app\0secret\0", "\0\0\0\0"})
    void whatIsNotThreeFieldsIsMalformed(String message) {
        assertThat(kind(begin(fixture.exchange("PLAIN", TLS), message))).isEqualTo(Kind.MALFORMED);
    }

    @Test
    void octetsThatAreNoTextAreMalformed() {
        byte[] message = {0, 'a', 0, (byte) 0xff};

        SaslStep step = end(fixture.exchange("PLAIN", TLS).begin(Optional.of(message), Runnable::run));

        assertThat(kind(step)).isEqualTo(Kind.MALFORMED);
    }

    @Test
    void namesAndPasswordsMeanTheSameHoweverTheyAreComposed() {
        String decomposed = "Ju\u0308rgen\0Gro\u0308\u00dfe\u00a0ist relativ";

        assertThat(login(begin(fixture.exchange("PLAIN", TLS), "\0" + decomposed))
                        .user())
                .isEqualTo("Jürgen");
    }

    @Test
    void aPasswordKeptBySha1ServesToo() {
        assertThat(login(fixture.plain("old", "an old password", HERE)).user()).isEqualTo("old");
        assertThat(kind(fixture.plain("old", "a new password", HERE))).isEqualTo(Kind.BAD_CREDENTIALS);
    }

    @Test
    void loginAsksForNameAndPassword() {
        SaslExchange exchange = fixture.exchange("LOGIN", TLS);

        assertThat(said(begin(exchange))).isEqualTo("Username:");
        assertThat(said(respond(exchange, "app"))).isEqualTo("Password:");
        assertThat(login(respond(exchange, PASSWORD)).user()).isEqualTo("app");
    }

    @Test
    void loginTakesTheNameAtOnceFromClientsThatSendIt() {
        SaslExchange exchange = fixture.exchange("LOGIN", TLS);

        assertThat(said(begin(exchange, "app"))).isEqualTo("Password:");
        assertThat(kind(respond(exchange, "wrong horse battery"))).isEqualTo(Kind.BAD_CREDENTIALS);
    }

    @Test
    void loginTakesNoEmptyName() {
        SaslExchange exchange = fixture.exchange("LOGIN", TLS);
        begin(exchange);

        assertThat(kind(respond(exchange, ""))).isEqualTo(Kind.MALFORMED);
    }

    /** By the work, not by the clock. */
    @Test
    void somebodyUnknownCostsTheSameWorkAsSomebodyKnown() {
        fixture.plain("app", "wrong horse battery", HERE);
        long known = fixture.checks();
        fixture.plain("nobody", "wrong horse battery", AuthFixture.ELSEWHERE);
        long unknown = fixture.checks() - known;

        assertThat(known).isEqualTo(1);
        assertThat(unknown).isEqualTo(1);
    }

    @Test
    void somebodyUnknownIsToldNothingElseThanSomebodyKnown() {
        SaslStep.Failure known = failure(fixture.plain("app", "wrong horse battery", HERE));
        SaslStep.Failure unknown = failure(fixture.plain("nob", "wrong horse battery", HERE));

        assertThat(unknown.kind()).isEqualTo(known.kind());
        assertThat(unknown.delay()).isEqualTo(known.delay());
        assertThat(unknown.detail().replace("nob", "app")).isEqualTo(known.detail());
    }

    @Test
    void namesAndPasswordsBeyondEveryBoundFailWithoutWork() {
        for (String message : List.of("\0" + "a".repeat(256) + "\0b", "\0app\0" + "b".repeat(1025), "\0a\u0007\0b")) {
            assertThat(kind(begin(fixture.exchange("PLAIN", AuthFixture.context(AuthFixture.ELSEWHERE)), message)))
                    .isEqualTo(Kind.BAD_CREDENTIALS);
        }
        assertThat(fixture.checks()).isZero();
    }

    @Test
    void theAnswerComesOnTheLoopThatAsked() throws Exception {
        ExecutorService loop = Executors.newSingleThreadExecutor(work -> new Thread(work, "loop"));
        try {
            Optional<byte[]> message = Optional.of(("\0app\0" + PASSWORD).getBytes(UTF_8));
            String thread = end(fixture.exchange("PLAIN", TLS)
                    .begin(message, loop)
                    .thenApply(step ->
                            Thread.currentThread().getName() + " " + login(step).user()));

            assertThat(thread).isEqualTo("loop app");
        } finally {
            loop.shutdown();
        }
    }
}
