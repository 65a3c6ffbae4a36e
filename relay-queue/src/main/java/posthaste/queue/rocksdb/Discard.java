package posthaste.queue.rocksdb;

import org.rocksdb.RocksDBException;
import posthaste.queue.DeliveryListener;
import posthaste.queue.MessageId;
import posthaste.queue.QueueException;

/**
 * Removes the chunks of a message that was never accepted.
 *
 * @param receiving where the message is until then
 * @param chunks how many may be on disk; at least one
 */
record Discard(Receiving receiving, MessageId id, int chunks) implements QueueChange {
    private static final int BYTES_PER_KEY = 20;

    @Override
    public boolean needsSync() {
        return false;
    }

    /** What is left is found again: {@code receiving} still lists the message. */
    @Override
    public boolean doneAgain() {
        return false;
    }

    @Override
    public int bytes() {
        return chunks * BYTES_PER_KEY;
    }

    @Override
    public void addTo(Group group) throws RocksDBException {
        group.remove(Family.RECEIVING, Keys.message(id));
        for (int chunk = 0; chunk < chunks; chunk++) group.remove(Family.BODY, Keys.body(id, chunk));
    }

    @Override
    public void written(DeliveryListener listener, Completions completions) {
        receiving.ended(id);
    }

    @Override
    public void failed(QueueException failure, Completions completions) {
        receiving.abandoned(id);
    }
}
