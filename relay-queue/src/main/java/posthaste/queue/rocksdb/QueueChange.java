package posthaste.queue.rocksdb;

import org.rocksdb.RocksDBException;
import posthaste.queue.DeliveryListener;
import posthaste.queue.QueueException;

/**
 * One change of the queue, as a value: everything that is ever written goes through the {@link Committer} in this form.
 * All methods are called by the committer.
 */
sealed interface QueueChange permits AppendChunk, Accept, Discard, Settle, DeferInherited, TrimEvents, Nudge {

    /** Whether its waiter may be told only after a sync. */
    boolean needsSync();

    /**
     * Whether a failed write must not lose it: it is done again as soon as the database works. What was never promised
     * (a message that is being accepted) is refused instead.
     */
    boolean doneAgain();

    /** About how much it adds to a batch, in bytes. */
    int bytes();

    /**
     * Adds its keys. Whatever it reads it reads before it adds anything, so that it fails alone.
     *
     * @throws QueueException when it cannot be done; the other changes of the group go on
     */
    void addTo(Group group) throws RocksDBException;

    /** Written, and synced where {@link #needsSync}. */
    void written(DeliveryListener listener, Completions completions);

    void failed(QueueException failure, Completions completions);

    /**
     * Removes whatever it may have left on disk, after its write had failed and it was refused.
     *
     * @param onDisk whether its batch is on disk although the write failed
     */
    default void undo(Group group, boolean onDisk) throws RocksDBException {}
}
