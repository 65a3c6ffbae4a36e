package posthaste.queue.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.queue.Mails.envelope;
import static posthaste.queue.Mails.noise;
import static posthaste.queue.rocksdb.QueueFixture.DIRECT;
import static posthaste.queue.rocksdb.QueueFixture.accept;
import static posthaste.queue.rocksdb.QueueFixture.await;
import static posthaste.queue.rocksdb.QueueFixture.backlog;
import static posthaste.queue.rocksdb.QueueFixture.delivered;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import posthaste.queue.Delivery;
import posthaste.queue.IncomingMessage;
import posthaste.queue.MessageId;
import posthaste.queue.QueueConfig;
import posthaste.queue.Recorder;

class EventTrimTest {
    private static final Duration WEEK = Duration.ofDays(7);

    @TempDir
    Path directory;

    private MessageId first = new MessageId(0);

    /** Eleven messages; the one in the middle stays queued where {@code keepOne}. */
    private void fill(boolean keepOne) {
        try (RocksMailQueue queue = RocksMailQueueTest.openIn(directory)) {
            Recorder told = new Recorder();
            queue.start(told, 1000);
            for (int i = 0; i < 11; i++) {
                MessageId id = accept(queue, noise(10, i), "alice@example.com");
                if (i == 0) first = id;
                var delivery = told.nextDelivery();
                if (!keepOne || i != 5) await(queue.settle(delivered(delivery), DIRECT));
            }
        }
    }

    private interface Check {
        void in(Database database, long nowMillis, long lastSequence) throws RocksDBException;
    }

    private void check(Check check) throws RocksDBException {
        QueueConfig config = QueueConfig.defaults(directory);
        try (RocksTuning tuning = new RocksTuning(config);
                Database database = Database.open(
                        directory.resolve("queue"), tuning, WALRecoveryMode.TolerateCorruptedTailRecords)) {
            QueueState state = QueueState.read(database);
            check.in(database, first.epochMillis(), state.nextSequence() - 1);
        }
    }

    @Test
    void youngEventsStay() throws RocksDBException {
        fill(false);
        check((database, now, last) -> {
            EventTrim trim = new EventTrim(WEEK, Long.MAX_VALUE);
            assertThat(trim.trim(database, now + WEEK.toMillis() / 2, last).belowSequence())
                    .isZero();
        });
    }

    @Test
    void oldEventsAndTheirTracesGo() throws RocksDBException {
        fill(false);
        check((database, now, last) -> {
            EventTrim trim = new EventTrim(WEEK, Long.MAX_VALUE);
            TrimEvents rest = trim.trim(database, now + 2 * WEEK.toMillis(), last);
            assertThat(rest.belowSequence()).isEqualTo(last + 1);
            write(database, rest);
            assertThat(count(database, Family.EVENT)).isZero();
            assertThat(count(database, Family.TRACE)).isZero();
            assertThat(trim.trim(database, now + 2 * WEEK.toMillis(), last).belowSequence())
                    .isZero();
        });
    }

    @Test
    void nothingOfAQueuedMessageIsForgotten() throws RocksDBException {
        fill(true);
        check((database, now, last) -> {
            EventTrim trim = new EventTrim(WEEK, Long.MAX_VALUE);
            TrimEvents rest = trim.trim(database, now + 2 * WEEK.toMillis(), last);
            assertThat(rest.belowSequence()).isEqualTo(11);
            write(database, rest);
            assertThat(count(database, Family.EVENT)).isEqualTo(last - 10);
        });
    }

    @Test
    void ofMessagesThatWereReceivedSideBySideNothingIsForgottenEither() {
        try (RocksMailQueue queue = RocksMailQueueTest.openIn(directory)) {
            IncomingMessage slow = queue.begin();
            accept(queue, noise(10, 1), "alice@example.com");
            await(slow.accept(envelope(queue.clock().instant(), "bob@example.com"), DIRECT));

            assertThat(trimmedLater(queue, new EventTrim(WEEK, Long.MAX_VALUE))).isZero();
        }
    }

    @Test
    void aMessageThatWasReceivedDuringATrimIsKnownToTheNext() {
        try (RocksMailQueue queue = RocksMailQueueTest.openIn(directory)) {
            EventTrim trim = new EventTrim(WEEK, Long.MAX_VALUE);
            IncomingMessage slow = queue.begin();
            accept(queue, noise(10, 1), "alice@example.com");
            assertThat(trimmedLater(queue, trim)).isZero();
            await(slow.accept(envelope(queue.clock().instant(), "bob@example.com"), DIRECT));
            for (Delivery each : backlog(queue, "example.com")) {
                if (!each.message().id().equals(slow.id())) await(queue.settle(delivered(each), DIRECT));
            }

            assertThat(trimmedLater(queue, trim)).isEqualTo(2); // the event of bob's message
        }
    }

    private static long trimmedLater(RocksMailQueue queue, EventTrim trim) {
        long later = queue.clock().millis() + 2 * WEEK.toMillis();
        return queue.store()
                .read(database -> trim.trim(
                                database, later, QueueState.read(database).nextSequence() - 1)
                        .belowSequence());
    }

    private static void write(Database database, TrimEvents rest) throws RocksDBException {
        try (Group group = new Group(database, new DoneParts())) {
            group.begin(database, 0, QueueState.read(database));
            rest.addTo(group);
            WriteBatch batch = group.batch();
            database.write(batch, true);
        }
    }

    private static long count(Database database, Family family) throws RocksDBException {
        long count = 0;
        try (Scan scan = database.scan(family, new byte[] {0}, Keys.ofLong(Long.MAX_VALUE))) {
            for (; scan.valid(); scan.next()) count++;
        }
        return count;
    }
}
