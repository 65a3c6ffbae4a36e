package posthaste.queue.rocksdb;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import posthaste.queue.DeliveryKey;
import posthaste.queue.MessageId;

/** The batch that the committer is building. Owned by the committer thread. */
final class Group implements AutoCloseable {
    private static final byte[] NO_VALUE = {};

    private final WriteBatch batch = new WriteBatch();
    private final DoneParts doneParts;
    private Database database;
    private int generation;
    private long nextSequence;
    private long messages;
    private int accepted;
    private int settled;
    /** Deliveries that this batch puts by a deferral (true) or removes (false). */
    private final Map<DeliveryKey, Boolean> rewritten = new HashMap<>();
    /** Settled by a copy that was read from disk, since the start. */
    private long copiesSettled;

    Group(Database database, DoneParts doneParts) {
        this.database = database;
        this.doneParts = doneParts;
    }

    /** Begins an empty batch on this handle; {@code generation} counts the handles. */
    void begin(Database on, int ofGeneration, QueueState from) {
        batch.clear();
        database = on;
        generation = ofGeneration;
        nextSequence = from.nextSequence();
        messages = from.messages();
        accepted = 0;
        settled = 0;
        rewritten.clear();
    }

    WriteBatch batch() {
        return batch;
    }

    DoneParts doneParts() {
        return doneParts;
    }

    Database database() {
        return database;
    }

    int generation() {
        return generation;
    }

    long nextSequence() {
        return nextSequence;
    }

    long messages() {
        return messages;
    }

    int accepted() {
        return accepted;
    }

    int settled() {
        return settled;
    }

    Optional<byte[]> get(Family family, byte[] key) throws RocksDBException {
        return database.get(family, key);
    }

    void put(Family family, byte[] key, byte[] value) throws RocksDBException {
        batch.put(database.handle(family), key, value);
    }

    void put(Family family, byte[] key) throws RocksDBException {
        put(family, key, NO_VALUE);
    }

    void remove(Family family, byte[] key) throws RocksDBException {
        if (family.rewritten()) throw new IllegalArgumentException(family + " is trimmed by range only");
        batch.singleDelete(database.handle(family), key);
    }

    void removeRange(Family family, byte[] from, byte[] until) throws RocksDBException {
        batch.deleteRange(database.handle(family), from, until);
    }

    /** Numbers an event and puts it with its trace entry. */
    void event(MessageId message, byte[] event) throws RocksDBException {
        long sequence = nextSequence++;
        put(Family.EVENT, Keys.event(sequence), event);
        put(Family.TRACE, Keys.trace(message, sequence));
    }

    /** Whether the delivery exists as far as this batch is concerned; empty when the batch does not touch it. */
    Optional<Boolean> rewritten(DeliveryKey key) {
        return Optional.ofNullable(rewritten.get(key));
    }

    void deliveryRemoved(DeliveryKey key) {
        rewritten.put(key, false);
    }

    void deliveryPut(DeliveryKey key) {
        rewritten.put(key, true);
    }

    long copiesSettled() {
        return copiesSettled;
    }

    void copySettled() {
        copiesSettled++;
    }

    void messageAdded() {
        messages++;
        accepted++;
    }

    void messageRemoved() {
        messages--;
    }

    void partSettled() {
        settled++;
    }

    @Override
    public void close() {
        batch.close();
    }
}
