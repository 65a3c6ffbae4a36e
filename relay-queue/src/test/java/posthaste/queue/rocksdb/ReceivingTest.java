package posthaste.queue.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.WALRecoveryMode;
import posthaste.queue.MessageId;
import posthaste.queue.QueueConfig;

class ReceivingTest {
    private static final int CHUNKS = 3;
    private static final int KEYS = CHUNKS + 1;
    private static final int MANY = 20_000;

    @TempDir
    Path directory;

    private RocksTuning tuning;
    private Database database;
    private Group group;
    private final Receiving receiving = new Receiving();

    @BeforeEach
    void openIt() throws RocksDBException {
        tuning = new RocksTuning(QueueConfig.defaults(directory));
        database = Database.open(directory, tuning, WALRecoveryMode.TolerateCorruptedTailRecords);
        group = new Group(database, new DoneParts());
    }

    @AfterEach
    void closeIt() {
        group.close();
        database.close();
        tuning.close();
    }

    private void beginBatch() {
        group.begin(database, 0, QueueState.EMPTY);
    }

    /** Messages from {@code first} on, as they stand on disk while they are received. */
    private List<MessageId> halfway(long first, int count) throws RocksDBException {
        List<MessageId> ids = new ArrayList<>();
        beginBatch();
        for (long i = first; i < first + count; i++) {
            MessageId id = new MessageId(i);
            ids.add(id);
            receiving.begun(id);
            group.put(Family.RECEIVING, Keys.message(id));
            for (int chunk = 0; chunk < CHUNKS; chunk++) group.put(Family.BODY, Keys.body(id, chunk), new byte[10]);
        }
        database.write(group.batch(), false);
        return ids;
    }

    private long entries(Family family) throws RocksDBException {
        long count = 0;
        try (Scan scan = database.scan(family, new byte[] {0}, new byte[] {(byte) 0xff})) {
            for (; scan.valid(); scan.next()) count++;
        }
        return count;
    }

    /** Returns the number of batches. */
    private int removeAll() throws RocksDBException {
        int batches = 0;
        while (receiving.hasLeftovers()) {
            beginBatch();
            receiving.removeSome(group);
            assertThat(group.batch().count()).isLessThan(Receiving.KEYS_PER_BATCH_MAX + KEYS);
            database.write(group.batch(), false);
            batches++;
        }
        return batches;
    }

    @Test
    void anyNumberIsRemovedInBatchesOfBoundedSizeAndWhatIsBeingReceivedIsSpared() throws RocksDBException {
        halfway(1, 5);
        List<MessageId> refused = halfway(100, MANY);
        halfway(1_000_000, 7);
        refused.forEach(receiving::abandoned);

        int batches = removeAll();

        assertThat(batches).isGreaterThan(MANY * KEYS / (Receiving.KEYS_PER_BATCH_MAX + KEYS));
        assertThat(entries(Family.RECEIVING)).isEqualTo(12);
        assertThat(entries(Family.BODY)).isEqualTo(12 * CHUNKS);
    }

    @Test
    void whatIsRefusedWhileOthersAreRemovedIsRemovedToo() throws RocksDBException {
        MessageId low = halfway(1, 1).get(0);
        halfway(100, MANY).forEach(receiving::abandoned);
        beginBatch();
        receiving.removeSome(group);
        database.write(group.batch(), false);

        receiving.abandoned(low); // the removal is past it

        removeAll();
        assertThat(entries(Family.RECEIVING)).isZero();
        assertThat(entries(Family.BODY)).isZero();
    }

    @Test
    void aBatchThatWasNotWrittenIsDoneAgain() throws RocksDBException {
        halfway(100, MANY).forEach(receiving::abandoned);
        beginBatch();
        receiving.removeSome(group);
        receiving.uncertain();

        removeAll();
        assertThat(entries(Family.RECEIVING)).isZero();
    }

    @Test
    void aMessageOfWhichNothingWasSubmittedAsksForNoRemoval() {
        receiving.abandoned(new MessageId(1));

        assertThat(receiving.hasLeftovers()).isFalse();
    }
}
