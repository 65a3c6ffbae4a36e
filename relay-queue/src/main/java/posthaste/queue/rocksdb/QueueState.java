package posthaste.queue.rocksdb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Optional;
import org.rocksdb.RocksDBException;

/**
 * The counters of the queue, put with every batch under {@code queue} in the {@code state} family, version 2: version
 * (1), batch, group, answered, next sequence, messages, id ceiling (varints). Version 1 has no answered group.
 *
 * @param batch number of the batch that wrote it: tells whether a batch whose write failed is on disk after all
 * @param group number of the last batch that was written with a sync: what recovery compares (docs/queue.md)
 * @param answered number of the last such group whose sync had returned when this was written: whoever reads this batch
 *     knows that clients rely on every group up to here, while the group of the batch itself may have been cut off
 * @param nextSequence sequence of the next event
 * @param messages queued messages
 * @param idCeiling no id at or above was ever given when this was written
 */
record QueueState(long batch, long group, long answered, long nextSequence, long messages, long idCeiling) {
    private static final int VERSION = 2;
    private static final int WITHOUT_ANSWERED = 1;
    private static final int TYPICAL_BYTES = 40;
    static final byte[] KEY = "queue".getBytes(US_ASCII);

    static final QueueState EMPTY = new QueueState(0, 0, 0, 1, 0, 0);

    static QueueState read(Database database) throws RocksDBException {
        Optional<byte[]> value = database.get(Family.STATE, KEY);
        return value.isPresent() ? decode(value.get()) : EMPTY;
    }

    void put(Group group) throws RocksDBException {
        group.put(Family.STATE, KEY, encode());
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
                .toArray();
    }

    static QueueState decode(byte[] bytes) {
        boolean old = bytes.length > 0 && bytes[0] == WITHOUT_ANSWERED;
        ByteReader value = new ByteReader(bytes, "queue state").version(old ? WITHOUT_ANSWERED : VERSION);
        long batch = value.varint();
        long group = value.varint();
        long answered = old ? group : value.varint(); // nothing better is known, and mail must not be given up
        QueueState state = new QueueState(batch, group, answered, value.varint(), value.varint(), value.varint());
        value.end();
        return state;
    }
}
