package posthaste.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.server.auth.AuthFixture.HERE;
import static posthaste.server.auth.AuthFixture.end;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import posthaste.server.auth.PasswordChecks.Answer;
import posthaste.server.policy.ClientKey;

/** What a check of a password costs, counted by the checks that were done. */
class PasswordChecksTest {
    private static final String PASSWORD = "correct horse battery";
    private static final ClientKey CLIENT = ClientKey.of(HERE);
    private static final long SECONDS_MAX = 30;

    private final AtomicLong nanos = new AtomicLong();
    private final AuthMetrics metrics = new AuthMetrics(new SimpleMeterRegistry());
    private final Workers workers = new Workers(metrics, 1, 2);
    private final PasswordChecks checks =
            new PasswordChecks(workers, ProcessSecret.random(new SecureRandom()), nanos::get);
    private final ScramVerifier verifier =
            AuthFixture.user("app", PASSWORD).password().orElseThrow();
    /** Holds the only thread until it is opened. */
    private final CountDownLatch gate = new CountDownLatch(1);

    @AfterEach
    void close() {
        gate.countDown();
        workers.close();
    }

    private CompletionStage<Answer> begin(String password) {
        return checks.check(CLIENT, verifier, password, Runnable::run);
    }

    private Answer check(String password) {
        return end(begin(password));
    }

    /** Once it returns the only thread is busy and nothing waits. */
    private void occupy() throws InterruptedException {
        var begun = new CountDownLatch(1);
        assertThat(workers.tryRun(() -> {
                    begun.countDown();
                    awaitGate();
                }))
                .isTrue();
        assertThat(begun.await(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
    }

    private void awaitGate() {
        try {
            assertThat(gate.await(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aRightPasswordIsCheckedOnceAMinute() {
        assertThat(check(PASSWORD)).isEqualTo(Answer.RIGHT);
        nanos.addAndGet(PasswordChecks.REMEMBERED.minusNanos(1).toNanos());
        assertThat(check(PASSWORD)).isEqualTo(Answer.RIGHT);
        assertThat(metrics.checks()).isEqualTo(1);

        nanos.addAndGet(Duration.ofNanos(1).toNanos());
        assertThat(check(PASSWORD)).isEqualTo(Answer.RIGHT);
        assertThat(metrics.checks()).isEqualTo(2);
    }

    @Test
    void aWrongPasswordIsCheckedEachTime() {
        assertThat(check("wrong horse battery")).isEqualTo(Answer.WRONG);
        assertThat(check("wrong horse battery")).isEqualTo(Answer.WRONG);

        assertThat(metrics.checks()).isEqualTo(2);
    }

    @Test
    void aNewPasswordEndsTheOldOneAtOnce() {
        assertThat(check(PASSWORD)).isEqualTo(Answer.RIGHT);
        ScramVerifier changed =
                AuthFixture.user("app", "another horse battery").password().orElseThrow();

        assertThat(end(checks.check(CLIENT, changed, PASSWORD, Runnable::run))).isEqualTo(Answer.WRONG);
    }

    @Test
    void clientsThatSendTheSameAtTheSameTimeShareOneCheck() throws Exception {
        occupy();
        CompletionStage<Answer> first = begin(PASSWORD);
        CompletionStage<Answer> second = begin(PASSWORD);
        assertThat(workers.waiting()).isEqualTo(1);
        gate.countDown();

        assertThat(end(first)).isEqualTo(Answer.RIGHT);
        assertThat(end(second)).isEqualTo(Answer.RIGHT);
        assertThat(metrics.checks()).isEqualTo(1);
    }

    @Test
    void whatDoesNotFitIsRefusedAtOnceAndTheRestIsChecked() throws Exception {
        occupy();
        CompletionStage<Answer> first = begin("wrong horse 1");
        CompletionStage<Answer> second = begin("wrong horse 2");

        assertThat(check("wrong horse 3")).isEqualTo(Answer.BUSY);
        assertThat(workers.waiting()).isEqualTo(2);
        gate.countDown();
        assertThat(end(first)).isEqualTo(Answer.WRONG);
        assertThat(end(second)).isEqualTo(Answer.WRONG);
        assertThat(check("wrong horse 3")).isEqualTo(Answer.WRONG);
    }

    @Test
    void oneClientLeavesTurnsForOthers() throws Exception {
        try (var roomy = new Workers(metrics, 1, Workers.WAITING_MAX)) {
            ClientKey other = ClientKey.of(AuthFixture.ELSEWHERE);
            for (int i = 0; i < Workers.PER_CLIENT_MAX; i++) {
                assertThat(hold(roomy, CLIENT)).as("check %d", i).isTrue();
            }

            assertThat(hold(roomy, CLIENT)).isFalse();
            assertThat(hold(roomy, other)).isTrue();
            gate.countDown();
        }
    }

    private boolean hold(Workers roomy, ClientKey client) {
        return roomy.tryRun(
                client,
                () -> {
                    awaitGate();
                    return Answer.WRONG;
                },
                new CompletableFuture<>());
    }
}
