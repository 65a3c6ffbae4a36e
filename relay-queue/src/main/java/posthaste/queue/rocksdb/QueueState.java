package posthaste.queue.rocksdb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Optional;
import org.rocksdb.RocksDBException;
import posthaste.queue.MessageId;

/**
 * The counters of the queue, put with every batch under {@code queue} in the {@code state} family, version 3: version
 * (1), batch, group, answered, next sequence, messages, id ceiling, clock (varints). Version 2 has no clock, version 1 no
 * answered group either.
 *
 * @param batch number of the batch that wrote it: tells whether a batch whose write failed is on disk after all
 * @param group number of the last batch that was written with a sync: what recovery compares (docs/queue.md)
 * @param answered number of the last such group whose sync had returned when this was written: whoever reads this batch
 *     knows that clients rely on every group up to here, while the group of the batch itself may have been cut off
 * @param nextSequence sequence of the next event
 * @param messages queued messages
 * @param idCeiling no id at or above was ever given when this was written
 * @param clockMillis the queue's clock when this was written: due times of before are relative to it
 */
record QueueState(
        long batch, long group, long answered, long nextSequence, long messages, long idCeiling, long clockMillis) {
    private static final int VERSION = 3;
    private static final int WITHOUT_CLOCK = 2;
    private static final int WITHOUT_ANSWERED = 1;
    private static final int TYPICAL_BYTES = 48;
    static final byte[] KEY = "queue".getBytes(US_ASCII);

    static final QueueState EMPTY = new QueueState(0, 0, 0, 1, 0, 0, 0);

    static QueueState read(Database database) throws RocksDBException {
        Optional<byte[]> value = database.get(Family.STATE, KEY);
        return value.isPresent() ? decode(value.get()) : EMPTY;
    }

    void put(Group group) throws RocksDBException {
        group.put(Family.STATE, KEY, encode());
    }

    /** The same at another time. */
    QueueState at(long millis) {
        return new QueueState(batch, group, answered, nextSequence, messages, idCeiling, millis);
    }

    byte[] encode() {
        return new ByteWriter(TYPICAL_BYTES)
                .octet(VERSION)
                .varint(batch)
                .varint(group)
                .varint(answered)
                .varint(nextSequence)
                .varint(messages)
                .varint(idCeiling)
                .varint(clockMillis)
                .toArray();
    }

    static QueueState decode(byte[] bytes) {
        int version = bytes.length > 0 && bytes[0] > 0 && bytes[0] < VERSION ? bytes[0] : VERSION;
        ByteReader value = new ByteReader(bytes, "queue state").version(version);
        long batch = value.varint();
        long group = value.varint();
        // Nothing better is known, and mail must not be given up.
        long answered = version == WITHOUT_ANSWERED ? group : value.varint();
        long nextSequence = value.varint();
        long messages = value.varint();
        long idCeiling = value.varint();
        long clockMillis = version <= WITHOUT_CLOCK ? clockOf(idCeiling) : value.varint();
        value.end();
        return new QueueState(batch, group, answered, nextSequence, messages, idCeiling, clockMillis);
    }

    /** About how far the clock had come, unless it was set back. */
    private static long clockOf(long idCeiling) {
        return Math.max(0, new MessageId(idCeiling).epochMillis() - IdSource.AHEAD_MILLIS);
    }
}
