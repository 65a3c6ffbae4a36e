package posthaste.queue.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.queue.Mails.noise;
import static posthaste.queue.rocksdb.QueueFixture.DIRECT;
import static posthaste.queue.rocksdb.QueueFixture.accept;
import static posthaste.queue.rocksdb.QueueFixture.await;
import static posthaste.queue.rocksdb.QueueFixture.backlog;
import static posthaste.queue.rocksdb.QueueFixture.deferred;
import static posthaste.queue.rocksdb.QueueFixture.delivered;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import posthaste.queue.Delivery;
import posthaste.queue.MessageId;

/** A damaged block of {@code done}: which parts are settled cannot be read, but the deliveries that are left tell it. */
class DoneDamageTest {
    private static final int MESSAGES = 300;

    @TempDir
    Path directory;

    private final Set<MessageId> messages = new HashSet<>();

    /** Of each message one part is settled, one is fresh and one deferred. */
    private void makeQueue() {
        try (RocksMailQueue queue = DamagedQueue.openSmall(directory)) {
            for (int i = 0; i < MESSAGES; i++) {
                messages.add(accept(queue, noise(100, i), "a@one.example", "b@two.example", "c@three.example"));
            }
            for (Delivery each : backlog(queue, "one.example")) await(queue.settle(delivered(each), DIRECT));
            for (Delivery each : backlog(queue, "three.example")) {
                await(queue.settle(deferred(each, each.key().dueMillis() + 1), DIRECT));
            }
        }
    }

    private boolean isReadable(RocksMailQueue queue, MessageId id) {
        return queue.store().read(database -> {
            try {
                return DoneParts.read(id, database).cardinality() == 1;
            } catch (RocksDBException damage) {
                return false;
            }
        });
    }

    @Test
    void outcomesAreRecordedAllTheSameAndTheLastPartTakesTheMessageAway() throws Exception {
        makeQueue();
        Damage.FLIP_MIDDLE.on(CompactionDamageTest.tableOf(directory, "done"), new Random(1));

        try (RocksMailQueue queue = DamagedQueue.openSmall(directory)) {
            assertThat(messages).anyMatch(id -> !isReadable(queue, id));

            List<Delivery> fresh = backlog(queue, "two.example");
            assertThat(fresh).hasSize(MESSAGES);
            for (Delivery each : fresh) await(queue.settle(delivered(each), DIRECT));
            assertThat(queue.status().messages()).isEqualTo(MESSAGES);
            List<Delivery> last = backlog(queue, "three.example");
            assertThat(last).hasSize(MESSAGES);
            for (Delivery each : last) await(queue.settle(delivered(each), DIRECT));
            assertThat(queue.status().messages()).isZero();
        }
    }

    @Test
    void whatIsStillOpenAfterARestartIsSettledToo() throws Exception {
        makeQueue();
        Damage.FLIP_MIDDLE.on(CompactionDamageTest.tableOf(directory, "done"), new Random(1));
        try (RocksMailQueue queue = DamagedQueue.openSmall(directory)) {
            for (Delivery each : backlog(queue, "three.example")) await(queue.settle(delivered(each), DIRECT));
        }

        try (RocksMailQueue queue = DamagedQueue.openSmall(directory)) {
            assertThat(backlog(queue, "one.example")).isEmpty();
            assertThat(backlog(queue, "three.example")).isEmpty();
            List<Delivery> last = backlog(queue, "two.example");
            assertThat(last).extracting(each -> each.message().id()).containsExactlyInAnyOrderElementsOf(messages);
            for (Delivery each : last) await(queue.settle(delivered(each), DIRECT));
            assertThat(queue.status().messages()).isZero();
        }
    }
}
