package posthaste.queue.rocksdb;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.queue.DeliveryKey;
import posthaste.queue.Envelope;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueueException;

/**
 * A wall clock that was set back between two runs: due times of the last run lie too far ahead by as much, and mail would
 * wait for hours or years. They are moved before the backlog is told of. How far the clock had come tells the state of the
 * last batch, and the last one of these sets it to the time of now.
 *
 * <p>What was held until a fixed time keeps that time: it is what the client named, not what our clock made of it.
 *
 * <p>A crash in between only repeats it, and then some are due earlier than they need be.
 */
final class ClockSetBack {
    private static final Logger LOG = LoggerFactory.getLogger(ClockSetBack.class);
    private static final long STEP_MILLIS = 60_000;
    private static final int BATCH_MAX = 1000;
    private static final byte[] BEHIND_ALL = {(byte) 0xff};
    private static final byte[] NEVER_TRIED = DeliveryState.FRESH.encode();
    /** How the request of a fixed time begins (RFC 4865 §7). */
    private static final String UNTIL = "until;";

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
                long earlier = Math.max(nowMillis, key.dueMillis() - byMillis);
                long dueMillis = Math.max(earlier, untilMillis(key, scan.value()));
                if (dueMillis < key.dueMillis()) move(key, dueMillis, scan.value(), batch);
                if (batch.count() < BATCH_MAX) continue;
                database.write(batch, false);
                batch.clear();
            }
            batch.put(database.handle(Family.STATE), QueueState.KEY, mended.encode());
            database.write(batch, true);
        }
    }

    /**
     * Before which time a delivery is not released, by a clock that is right: HOLDUNTIL (RFC 4865 §4.2). HOLDFOR counts from
     * the acceptance and moves with it. Only what was never tried may wait for its release.
     */
    private long untilMillis(DeliveryKey key, byte[] value) throws RocksDBException {
        if (!Arrays.equals(value, NEVER_TRIED)) return 0;
        Optional<byte[]> message = database.get(Family.MESSAGE, Keys.message(key.message()));
        if (message.isEmpty()) return 0;
        try {
            Envelope envelope =
                    MessageCodec.decode(key.message(), message.get()).message.envelope();
            boolean untilATime = envelope.requests()
                    .futureRelease()
                    .filter(request -> request.startsWith(UNTIL))
                    .isPresent();
            return untilATime ? envelope.firstDue().toEpochMilli() : 0;
        } catch (QueueException.Corrupt unreadable) {
            return 0; // told when it is read for delivery
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
