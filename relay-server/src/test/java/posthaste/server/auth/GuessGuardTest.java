package posthaste.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.server.auth.AuthFixture.ELSEWHERE;
import static posthaste.server.auth.AuthFixture.HERE;
import static posthaste.server.auth.AuthFixture.address;
import static posthaste.server.auth.AuthFixture.failure;
import static posthaste.server.auth.AuthFixture.kind;
import static posthaste.server.auth.AuthFixture.login;
import static posthaste.server.auth.AuthFixture.user;

import com.ongres.scram.client.ScramClient;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import posthaste.server.auth.SaslStep.Kind;
import posthaste.server.policy.ClientKey;

/** Guessing, on virtual time. */
class GuessGuardTest {
    private static final Duration BLOCK = Duration.ofMinutes(10);
    private static final int FAILURES = 10;
    private static final ClientKey A = ClientKey.of(HERE);
    private static final ClientKey B = ClientKey.of(ELSEWHERE);

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - BLOCK.toNanos());
    private final GuessGuard guard =
            new GuessGuard(FAILURES, BLOCK, ProcessSecret.random(new SecureRandom()), nanos::get);

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private List<Duration> delays(int failures, String user) {
        return Stream.generate(() -> guard.failed(A, user).delay())
                .limit(failures)
                .toList();
    }

    @Test
    void whoMistypesIsAnsweredAtOnceAndWhoGoesOnLaterAndLater() {
        assertThat(delays(9, "app"))
                .containsExactly(
                        Duration.ZERO,
                        Duration.ZERO,
                        Duration.ofMillis(500),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(4),
                        Duration.ofSeconds(8),
                        Duration.ofSeconds(8),
                        Duration.ofSeconds(8));
    }

    @Test
    void otherUsersOfTheSameClientAreNotDelayed() {
        delays(5, "app");

        assertThat(guard.failed(A, "other").delay()).isZero();
        assertThat(guard.failed(B, "app").delay()).isZero();
    }

    @Test
    void aLoginForgivesWhatTheUserMistypedThere() {
        delays(5, "app");
        guard.succeeded(A, "app");

        assertThat(guard.failed(A, "app").delay()).isZero();
    }

    @Test
    void aClientIsBlockedWhateverUsersItTries() {
        for (int i = 1; i < FAILURES; i++) {
            assertThat(guard.failed(A, "user" + i).blocked())
                    .as("failure %d", i)
                    .isFalse();
        }

        assertThat(guard.failed(A, "last").blocked()).isTrue();
        assertThat(guard.isBlocked(A)).isTrue();
        assertThat(guard.isBlocked(B)).isFalse();
        assertThat(guard.blocked()).isEqualTo(1);
    }

    /** Else whoever has one password could guess at all the others. */
    @Test
    void aLoginDoesNotForgiveTheClientItsOtherFailures() {
        for (int i = 1; i < FAILURES; i++) {
            guard.failed(A, "victim" + i);
            guard.succeeded(A, "own");
        }

        assertThat(guard.failed(A, "victim").blocked()).isTrue();
    }

    @Test
    void theBlockEndsAndTheCountBeginsAnew() {
        for (int i = 0; i < FAILURES; i++) guard.failed(A, "app");

        pass(BLOCK.minusNanos(1));
        assertThat(guard.isBlocked(A)).isTrue();
        pass(Duration.ofNanos(1));
        assertThat(guard.isBlocked(A)).isFalse();
        assertThat(guard.blocked()).isZero();
        assertThat(guard.failed(A, "app").blocked()).isFalse();
    }

    @Test
    void failuresDuringABlockDoNotMakeItLonger() {
        for (int i = 0; i < FAILURES; i++) guard.failed(A, "app");
        pass(BLOCK.dividedBy(2));
        guard.failed(A, "app");
        pass(BLOCK.dividedBy(2));

        assertThat(guard.isBlocked(A)).isFalse();
    }

    @Test
    void failuresAreForgivenOneByOne() {
        for (int i = 0; i < 100; i++) {
            assertThat(guard.failed(A, "app").blocked()).as("failure %d", i).isFalse();
            pass(BLOCK.dividedBy(FAILURES));
        }
    }

    @Test
    void oneNetworkOfIpv6IsOneClient() {
        assertThat(ClientKey.of(address("2001:db8:0:1::1"))).isEqualTo(ClientKey.of(address("2001:db8:0:1:ffff::2")));
        assertThat(ClientKey.of(address("2001:db8:0:1::1"))).isNotEqualTo(ClientKey.of(address("2001:db8:0:2::1")));
        assertThat(ClientKey.of(address("::ffff:192.0.2.1"))).isEqualTo(A);
        assertThat(ClientKey.of(address("0:0:0:0:1::"))).isNotEqualTo(ClientKey.of(address("0.0.0.0")));
    }

    @Test
    void whatIsRememberedIsBounded() {
        for (int i = 0; i < 2 * GuessGuard.CLIENTS_MAX; i++) guard.failed(new ClientKey(i, true), "user" + i);

        assertThat(guard.remembered())
                .isLessThanOrEqualTo(GuessGuard.CLIENTS_MAX)
                .isPositive();
    }

    // ---- what a client sees of it

    @Test
    void guessesAreDelayedThenTurnedAwayAndNobodyElseIs() {
        try (var fixture = new AuthFixture(user("app", "correct horse battery"))) {
            for (int i = 1; i < 5; i++) {
                SaslStep.Failure failure = failure(fixture.plain("app", "guess number " + i, HERE));
                assertThat(failure.kind()).isEqualTo(Kind.BAD_CREDENTIALS);
                assertThat(failure.delay().isZero()).as("failure %d", i).isEqualTo(i < 3);
            }

            assertThat(kind(fixture.plain("app", "guess number 5", HERE))).isEqualTo(Kind.BLOCKED);
            assertThat(kind(fixture.plain("app", "correct horse battery", HERE)))
                    .isEqualTo(Kind.BLOCKED);
            assertThat(fixture.registry.get("posthaste.auth.blocked").gauge().value())
                    .isEqualTo(1);
            assertThat(login(fixture.plain("app", "correct horse battery", ELSEWHERE))
                            .user())
                    .isEqualTo("app");

            fixture.pass(BLOCK);
            assertThat(login(fixture.plain("app", "correct horse battery", HERE))
                            .user())
                    .isEqualTo("app");
        }
    }

    @Test
    void aBlockedClientGetsNoFurtherThanItsFirstStep() {
        try (var fixture = new AuthFixture(user("app", "correct horse battery"))) {
            for (int i = 0; i < 5; i++) fixture.plain("app", "guess number " + i, HERE);

            for (String mechanism : List.of("PLAIN", "LOGIN", "SCRAM-SHA-256")) {
                SaslStep step = AuthFixture.begin(fixture.exchange(mechanism, AuthFixture.TLS));
                assertThat(kind(step)).as(mechanism).isEqualTo(Kind.BLOCKED);
            }
        }
    }

    /** Guesses that many connections began before the block must not be answered behind it. */
    @Test
    void aProofThatComesBehindTheBlockIsNotJudged() throws Exception {
        try (var fixture = new AuthFixture(user("app", "correct horse battery"))) {
            ScramClient client = ScramClient.builder()
                    .advertisedMechanisms(List.of("SCRAM-SHA-256"))
                    .username("app")
                    .password("correct horse battery".toCharArray())
                    .build();
            SaslExchange begun = fixture.exchange("SCRAM-SHA-256", AuthFixture.TLS);
            client.serverFirstMessage(AuthFixture.said(
                    AuthFixture.begin(begun, client.clientFirstMessage().toString())));
            for (int i = 0; i < 5; i++) fixture.plain("app", "guess number " + i, HERE);

            SaslStep step =
                    AuthFixture.respond(begun, client.clientFinalMessage().toString());

            assertThat(kind(step)).isEqualTo(Kind.BLOCKED);
        }
    }
}
