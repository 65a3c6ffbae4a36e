package posthaste.queue.rocksdb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.time.Duration;
import java.util.Optional;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.queue.DeliveryKey;
import posthaste.queue.MessageId;
import posthaste.queue.PriorityClass;

/**
 * A wall clock that was set back between two runs: due times of the last run lie too far ahead by as much, and mail would
 * wait for hours or years. They are moved before the backlog is told of. How far the clock had come tells the id
 * ceiling in the state; once moved, its value then is kept under {@code set-back}, version 1: version (1), milliseconds
 * (varint), because ids stay ahead of the time until it has caught up.
 *
 * <p>A crash in between only repeats it, and then some are due earlier than they need be.
 */
final class ClockSetBack {
    private static final Logger LOG = LoggerFactory.getLogger(ClockSetBack.class);
    private static final byte[] KEY = "set-back".getBytes(US_ASCII);
    private static final int VERSION = 1;
    private static final long STEP_MILLIS = 60_000;
    /** A start raises the ceiling by as much, even while the time is behind it. */
    private static final long RAISED_MILLIS = 2 * IdSource.AHEAD_MILLIS;

    private static final int BATCH_MAX = 1000;
    private static final byte[] BEHIND_ALL = {(byte) 0xff};

    private final Database database;
    private final long nowMillis;
    private final long ceilingMillis;

    /** @param ceiling of ids, as stored */
    ClockSetBack(Database database, long nowMillis, long ceiling) {
        this.database = database;
        this.nowMillis = nowMillis;
        ceilingMillis = new MessageId(ceiling).epochMillis();
    }

    /** Moves due times where the clock was set back since they were written. Before anything else is written. */
    void mend() throws RocksDBException {
        long setBackMillis = ceilingMillis - IdSource.AHEAD_MILLIS - nowMillis;
        if (setBackMillis < STEP_MILLIS) return;
        if (ceilingMillis > mendedAt() + RAISED_MILLIS) {
            LOG.warn("the wall clock was set back by {}: due times move with it", Duration.ofMillis(setBackMillis));
            moveAll(setBackMillis);
        }
        remember();
    }

    private long mendedAt() throws RocksDBException {
        Optional<byte[]> value = database.get(Family.STATE, KEY);
        if (value.isEmpty()) return 0;
        return new ByteReader(value.get(), "set-back").version(VERSION).varint();
    }

    private void remember() throws RocksDBException {
        try (WriteBatch batch = new WriteBatch()) {
            byte[] value = new ByteWriter(Long.BYTES + 2)
                    .octet(VERSION)
                    .varint(ceilingMillis)
                    .toArray();
            batch.put(database.handle(Family.STATE), KEY, value);
            database.write(batch, true);
        }
    }

    private void moveAll(long byMillis) throws RocksDBException {
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
