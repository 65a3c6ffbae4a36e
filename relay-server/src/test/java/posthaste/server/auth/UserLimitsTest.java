package posthaste.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import posthaste.smtp.Replies;

class UserLimitsTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final UserLimits limits = new UserLimits(nanos::get);

    private static Login login(String user, Optional<Integer> messages, Optional<Integer> recipients) {
        return new Login(user, SenderRights.ANY, new UserQuota(messages, recipients));
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void whoHasNoQuotaIsNeverCounted() {
        Login free = login("free", Optional.empty(), Optional.empty());

        for (int i = 0; i < 1000; i++) {
            assertThat(limits.message(free)).isEmpty();
            assertThat(limits.recipient(free)).isEmpty();
        }
    }

    @Test
    void messagesOfAnHourMayComeAtOnceAndThenEvenly() {
        Login app = login("app", Optional.of(60), Optional.empty());
        for (int i = 0; i < 60; i++)
            assertThat(limits.message(app)).as("message %d", i).isEmpty();

        assertThat(limits.message(app)).contains(Replies.TOO_MANY_MESSAGES_OF_USER);
        pass(Duration.ofSeconds(59));
        assertThat(limits.message(app)).contains(Replies.TOO_MANY_MESSAGES_OF_USER);
        pass(Duration.ofSeconds(2));
        assertThat(limits.message(app)).isEmpty();
        assertThat(limits.message(app)).contains(Replies.TOO_MANY_MESSAGES_OF_USER);
        pass(Duration.ofHours(5));
        for (int i = 0; i < 60; i++)
            assertThat(limits.message(app)).as("later %d", i).isEmpty();
        assertThat(limits.message(app)).contains(Replies.TOO_MANY_MESSAGES_OF_USER);
    }

    @Test
    void recipientsAreCountedByTheDay() {
        Login app = login("app", Optional.empty(), Optional.of(3));
        for (int i = 0; i < 3; i++) assertThat(limits.recipient(app)).isEmpty();

        assertThat(limits.recipient(app)).contains(Replies.TOO_MANY_RECIPIENTS_OF_USER);
        pass(Duration.ofDays(1).minusNanos(1));
        assertThat(limits.recipient(app)).contains(Replies.TOO_MANY_RECIPIENTS_OF_USER);
        pass(Duration.ofNanos(1));
        for (int i = 0; i < 3; i++) assertThat(limits.recipient(app)).isEmpty();
        assertThat(limits.recipient(app)).contains(Replies.TOO_MANY_RECIPIENTS_OF_USER);
    }

    @Test
    void oneUsersQuotaIsNotAnothers() {
        assertThat(limits.message(login("a", Optional.of(1), Optional.empty()))).isEmpty();
        assertThat(limits.message(login("b", Optional.of(1), Optional.empty()))).isEmpty();
        assertThat(limits.message(login("a", Optional.of(1), Optional.empty()))).isPresent();
    }

    @Test
    void aQuotaThatWasRaisedCountsFromTheNextLogin() {
        assertThat(limits.recipient(login("a", Optional.empty(), Optional.of(1))))
                .isEmpty();
        assertThat(limits.recipient(login("a", Optional.empty(), Optional.of(1))))
                .isPresent();
        assertThat(limits.recipient(login("a", Optional.empty(), Optional.of(2))))
                .isEmpty();
    }

    @Test
    void sessionsOfOneUserShareTheQuotaToTheLast() throws Exception {
        Login app = login("app", Optional.of(500), Optional.empty());
        ExecutorService sessions = Executors.newFixedThreadPool(4);
        try {
            Callable<Integer> session = () -> {
                int taken = 0;
                for (int i = 0; i < 1000; i++) if (limits.message(app).isEmpty()) taken++;
                return taken;
            };
            List<Future<Integer>> results = sessions.invokeAll(List.of(session, session, session, session));
            var taken = new ArrayList<Integer>();
            for (Future<Integer> each : results) taken.add(each.get());

            assertThat(taken.stream().mapToInt(Integer::intValue).sum()).isEqualTo(500);
        } finally {
            sessions.shutdown();
        }
    }
}
