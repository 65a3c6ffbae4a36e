package posthaste.queue.rocksdb;

import org.rocksdb.RocksDBException;
import posthaste.queue.DeliveryListener;
import posthaste.queue.MessageId;
import posthaste.queue.QueueException;

/**
 * A chunk of a message that is still being received; written unsynced, the accepting commit syncs it. With the first
 * one the message enters {@code receiving}, so that recovery finds what was never accepted.
 */
final class AppendChunk implements QueueChange {
    private final IncomingBody incoming;
    private final MessageId id;
    private final int index;
    private final byte[] chunk;
    private final boolean kept;

    /** @param kept whether the chunk stays in memory for the first attempt */
    AppendChunk(IncomingBody incoming, int index, byte[] chunk, boolean kept) {
        this.incoming = incoming;
        this.id = incoming.id();
        this.index = index;
        this.chunk = chunk;
        this.kept = kept;
    }

    @Override
    public boolean needsSync() {
        return false;
    }

    @Override
    public boolean doneAgain() {
        return false;
    }

    @Override
    public int bytes() {
        return chunk.length;
    }

    @Override
    public void addTo(Group group) throws RocksDBException {
        incoming.writeIn(group.generation());
        if (index == 0) group.put(Family.RECEIVING, Keys.message(id));
        group.put(Family.BODY, Keys.body(id, index), chunk);
    }

    @Override
    public void written(DeliveryListener listener, Completions completions) {
        incoming.chunkDone(kept ? 0 : chunk.length, completions);
    }

    @Override
    public void failed(QueueException failure, Completions completions) {
        incoming.fail(failure);
        incoming.chunkDone(kept ? 0 : chunk.length, completions);
    }
}
