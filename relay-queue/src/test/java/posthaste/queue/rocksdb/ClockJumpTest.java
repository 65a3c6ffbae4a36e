package posthaste.queue.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.queue.Mails.noise;
import static posthaste.queue.rocksdb.QueueFixture.DIRECT;
import static posthaste.queue.rocksdb.QueueFixture.accept;
import static posthaste.queue.rocksdb.QueueFixture.await;
import static posthaste.queue.rocksdb.QueueFixture.backlog;
import static posthaste.queue.rocksdb.QueueFixture.deferred;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryKey;
import posthaste.queue.Envelope;
import posthaste.queue.Envelope.Requests;
import posthaste.queue.IncomingMessage;
import posthaste.queue.Mails;
import posthaste.queue.MessageId;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueueConfig;
import posthaste.queue.QueueMetrics;
import posthaste.queue.Recorder;
import posthaste.smtp.MailVerb;
import posthaste.smtp.ReturnContent;

/** A wall clock that jumps by hours, while the queue runs and while it does not. */
class ClockJumpTest {
    private static final long START = 1_800_000_000_000L;
    private static final long JUMP = Duration.ofHours(6).toMillis();
    private static final long LIFETIME = Duration.ofDays(5).toMillis();
    /** More than a test takes. */
    private static final long SLACK = Duration.ofMinutes(5).toMillis();

    private static final String EXAMPLE = "example.com";

    @TempDir
    Path directory;

    private final AtomicLong wall = new AtomicLong(START);

    private RocksMailQueue open() {
        return RocksMailQueue.open(
                QueueConfig.defaults(directory),
                new QueueMetrics(new SimpleMeterRegistry()),
                () -> java.time.Instant.ofEpochMilli(wall.get()));
    }

    private static List<Delivery> due(RocksMailQueue queue) {
        DeliveryKey first = new DeliveryKey(EXAMPLE, PriorityClass.NORMAL, 0, new MessageId(0), 0, 0);
        long now = queue.clock().millis();
        return await(queue.backlog(EXAMPLE, PriorityClass.NORMAL, first, now, 1000, DIRECT))
                .deliveries();
    }

    private static List<Delivery> olderThan(RocksMailQueue queue, long millis) {
        long before = queue.clock().millis() - millis;
        return await(queue.acceptedBefore(before, new MessageId(0), 1000, DIRECT))
                .deliveries();
    }

    private static void acceptUntil(RocksMailQueue queue, long expiryMillis) {
        IncomingMessage message = queue.begin();
        message.append(noise(10, 1), 0, 10);
        await(message.accept(
                Mails.envelope(
                        queue.clock().instant(),
                        PriorityClass.NORMAL,
                        Optional.of(java.time.Instant.ofEpochMilli(expiryMillis)),
                        "alice@" + EXAMPLE),
                DIRECT));
    }

    @Test
    void queueTimeDoesNotStepWhileItRuns() {
        try (RocksMailQueue queue = open()) {
            for (long jump : new long[] {JUMP, -JUMP}) {
                wall.set(START + jump);
                assertThat(queue.clock().millis()).isBetween(START, START + SLACK);
                assertThat(queue.begin().id().epochMillis()).isBetween(START, START + SLACK);
            }
        }
    }

    @Test
    void nothingExpiresOrComesDueByAJumpWhileItRuns() {
        try (RocksMailQueue queue = open()) {
            accept(queue, noise(10, 1), "alice@" + EXAMPLE);
            acceptUntil(queue, START + JUMP / 2);
            await(queue.settle(deferred(backlog(queue, EXAMPLE).get(0), START + JUMP / 2), DIRECT));

            wall.set(START + JUMP);

            assertThat(olderThan(queue, LIFETIME)).isEmpty();
            assertThat(await(queue.expired(queue.clock().millis(), 100, DIRECT)))
                    .isEmpty();
            assertThat(due(queue)).hasSize(1);
        }
    }

    @Test
    void idsNeverRepeatAndGrowOverRestartsWithJumps() {
        Set<MessageId> given = new HashSet<>();
        MessageId last = new MessageId(0);
        for (long jump : new long[] {0, JUMP, -JUMP, 0, -2 * JUMP, 3 * JUMP, 0}) {
            wall.set(START + jump);
            try (RocksMailQueue queue = open()) {
                for (int i = 0; i < 20; i++) {
                    MessageId id = accept(queue, noise(10, i), "alice@" + EXAMPLE);
                    assertThat(id).isGreaterThan(last);
                    assertThat(given.add(id)).isTrue();
                    last = id;
                }
            }
        }
        try (RocksMailQueue queue = open()) {
            assertThat(backlog(queue, EXAMPLE))
                    .extracting(each -> each.message().id())
                    .containsExactlyInAnyOrderElementsOf(given);
        }
    }

    @Test
    void afterAJumpForwardTheDueAreDueAndNothingOfFiveDaysExpires() {
        try (RocksMailQueue queue = open()) {
            accept(queue, noise(10, 1), "alice@" + EXAMPLE);
            accept(queue, noise(10, 2), "alice@" + EXAMPLE);
            await(queue.settle(deferred(backlog(queue, EXAMPLE).get(0), START + JUMP / 2), DIRECT));
        }
        wall.set(START + JUMP);
        try (RocksMailQueue queue = open()) {
            assertThat(due(queue)).hasSize(2);
            assertThat(olderThan(queue, LIFETIME)).isEmpty();
        }
    }

    @Test
    void aClockThatIsSetBackAgainWhileIdsAreAheadMovesDueTimesAgain() {
        wall.set(START + 3 * JUMP);
        MessageId id;
        try (RocksMailQueue queue = open()) {
            id = accept(queue, noise(10, 1), "alice@" + EXAMPLE);
        }
        for (int jumps = 2; jumps >= 0; jumps--) {
            wall.set(START + jumps * JUMP);
            try (RocksMailQueue queue = open()) {
                Delivery delivery = backlog(queue, EXAMPLE).get(0);
                assertThat(delivery.message().id()).isEqualTo(id);
                assertThat(delivery.key().dueMillis())
                        .isLessThanOrEqualTo(queue.clock().millis() + 2 * SLACK);
                long retry = queue.clock().millis() + SLACK;
                await(queue.settle(deferred(delivery, retry), DIRECT));
            }
        }
    }

    @Test
    void aTimeThatTheClientNamedStaysWhenTheClockIsSetBack() {
        long release = START + 3 * JUMP;
        wall.set(START + JUMP);
        try (RocksMailQueue queue = open()) {
            await(submit(queue, "until;then", release));
            await(submit(queue, "for;43200", release));
        }
        wall.set(START);
        try (RocksMailQueue queue = open()) {
            assertThat(backlog(queue, EXAMPLE))
                    .extracting(each ->
                            each.message().envelope().requests().futureRelease().orElseThrow())
                    .containsExactly("for;43200", "until;then");
            assertThat(backlog(queue, EXAMPLE).get(0).key().dueMillis())
                    .isBetween(release - JUMP - SLACK, release - JUMP + SLACK);
            assertThat(backlog(queue, EXAMPLE).get(1).key().dueMillis()).isEqualTo(release);
        }
    }

    private static CompletionStage<MessageId> submit(RocksMailQueue queue, String request, long releaseMillis) {
        IncomingMessage message = queue.begin();
        message.append(noise(10, 1), 0, 10);
        Envelope plain = Mails.envelope(queue.clock().instant(), "alice@" + EXAMPLE);
        var requests = new Requests(
                MailVerb.MAIL,
                ReturnContent.UNSPECIFIED,
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.of(request));
        return message.accept(
                new Envelope(
                        plain.reversePath(),
                        plain.recipients(),
                        plain.priority(),
                        plain.bodyType(),
                        plain.smtpUtf8(),
                        requests,
                        plain.receivedAt(),
                        java.time.Instant.ofEpochMilli(releaseMillis),
                        Optional.empty(),
                        plain.source()),
                DIRECT);
    }

    @Test
    void afterAJumpBackNothingIsStuck() {
        wall.set(START + JUMP); // the clock was wrong, and is set right
        try (RocksMailQueue queue = open()) {
            accept(queue, noise(10, 1), "alice@" + EXAMPLE);
            accept(queue, noise(10, 2), "alice@" + EXAMPLE);
            long retry = START + JUMP + Duration.ofMinutes(5).toMillis();
            await(queue.settle(deferred(backlog(queue, EXAMPLE).get(0), retry), DIRECT));
        }
        wall.set(START);
        for (int restart = 0; restart < 2; restart++) {
            try (RocksMailQueue queue = open()) {
                Recorder told = new Recorder();
                queue.start(told, 1000);

                assertThat(told.nextBacklog().earliestDueMillis())
                        .isLessThanOrEqualTo(queue.clock().millis());
                assertThat(due(queue)).hasSize(1);
                assertThat(backlog(queue, EXAMPLE))
                        .extracting(each -> each.key().dueMillis())
                        .allMatch(due -> due <= START + 2 * SLACK);
                assertThat(backlog(queue, EXAMPLE))
                        .extracting(Delivery::attempts)
                        .containsExactlyInAnyOrder(0, 1);
            }
        }
    }
}
