package posthaste.queue.rocksdb;

import java.time.Duration;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.queue.DeliveryKey;
import posthaste.queue.PriorityClass;

/**
 * A wall clock that was set back between two runs: due times of the last run lie too far ahead by as much, and mail would
 * wait for hours or years. They are moved before the backlog is told of. How far the clock had come tells the state of the
 * last batch, and the last one of these sets it to the time of now.
 *
 * <p>A crash in between only repeats it, and then some are due earlier than they need be.
 */
final class ClockSetBack {
    private static final Logger LOG = LoggerFactory.getLogger(ClockSetBack.class);
    private static final long STEP_MILLIS = 60_000;
    private static final int BATCH_MAX = 1000;
    private static final byte[] BEHIND_ALL = {(byte) 0xff};

    private final Database database;
    private final long nowMillis;

    ClockSetBack(Database database, long nowMillis) {
        this.database = database;
        this.nowMillis = nowMillis;
    }

    /**
     * Moves due times where the clock was set back since they were written. Before anything else is written.
     *
     * @return the state of the queue from here on
     */
    QueueState mend() throws RocksDBException {
        QueueState state = QueueState.read(database);
        long setBackMillis = state.clockMillis() - nowMillis;
        if (setBackMillis < STEP_MILLIS) return state;
        LOG.warn("the wall clock was set back by {}: due times move with it", Duration.ofMillis(setBackMillis));
        QueueState mended = state.at(nowMillis);
        moveAll(setBackMillis, mended);
        return mended;
    }

    private void moveAll(long byMillis, QueueState mended) throws RocksDBException {
        try (Scan scan = database.scan(Family.DELIVERY, new byte[] {0}, BEHIND_ALL);
                WriteBatch batch = new WriteBatch()) {
            for (; scan.valid(); scan.next()) {
                DeliveryKey key = DeliveryKeyCodec.decode(scan.key());
                if (key.dueMillis() <= nowMillis || key.priority() == PriorityClass.HELD) continue;
                move(key, Math.max(nowMillis, key.dueMillis() - byMillis), scan.value(), batch);
                if (batch.count() < BATCH_MAX) continue;
                database.write(batch, false);
                batch.clear();
            }
            batch.put(database.handle(Family.STATE), QueueState.KEY, mended.encode());
            database.write(batch, true);
        }
    }

    private void move(DeliveryKey key, long dueMillis, byte[] value, WriteBatch batch) throws RocksDBException {
        DeliveryKey moved = new DeliveryKey(
                key.destination(), key.priority(), dueMillis, key.message(), key.part(), key.revision() + 1);
        batch.singleDelete(database.handle(Family.DELIVERY), DeliveryKeyCodec.encode(key));
        if (key.revision() > 0) batch.singleDelete(database.handle(Family.PART), Keys.part(key));
        batch.put(database.handle(Family.DELIVERY), DeliveryKeyCodec.encode(moved), value);
        batch.put(database.handle(Family.PART), Keys.part(moved), Settle.partValueOf(moved));
    }
}
