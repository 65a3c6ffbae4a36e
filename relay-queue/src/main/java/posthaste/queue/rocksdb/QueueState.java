package posthaste.queue.rocksdb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Optional;
import org.rocksdb.RocksDBException;

/**
 * The counters of the queue, put with every batch under {@code queue} in the {@code state} family, version 1: version
 * (1), batch, group, next sequence, messages, id ceiling (varints).
 *
 * @param batch number of the batch that wrote it: tells whether a batch whose write failed is on disk after all
 * @param group number of the last batch that was written with a sync: what recovery compares (docs/queue.md)
 * @param nextSequence sequence of the next event
 * @param messages queued messages
 * @param idCeiling no id at or above was ever given when this was written
 */
record QueueState(long batch, long group, long nextSequence, long messages, long idCeiling) {
    private static final int VERSION = 1;
    private static final int TYPICAL_BYTES = 40;
    static final byte[] KEY = "queue".getBytes(US_ASCII);

    static final QueueState EMPTY = new QueueState(0, 0, 1, 0, 0);

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
                .varint(nextSequence)
                .varint(messages)
                .varint(idCeiling)
                .toArray();
    }

    static QueueState decode(byte[] bytes) {
        ByteReader value = new ByteReader(bytes, "queue state").version(VERSION);
        QueueState state =
                new QueueState(value.varint(), value.varint(), value.varint(), value.varint(), value.varint());
        value.end();
        return state;
    }
}
