package posthaste.queue.rocksdb;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The content of one message, shared by its parts: in memory until the last of them lets go, on disk after that.
 * Thread-safe.
 */
final class MessageBody {
    private static final byte[][] NOT_RESIDENT = {};

    final StoredMessage stored;
    private final BodyReads reads;
    private final BodyMemory memory;
    private final AtomicInteger holders;
    private volatile byte[][] resident;
    /** How many copies had been settled when it was accepted; of the committer, negative where it was read from disk. */
    private long copiesSettledBefore = -1;

    private MessageBody(StoredMessage stored, BodyReads reads, BodyMemory memory, byte[][] resident) {
        this.stored = stored;
        this.reads = reads;
        this.memory = memory;
        this.resident = resident;
        holders = new AtomicInteger(stored.parts.size());
    }

    /** A body of which every chunk is in memory and was reserved there. */
    static MessageBody resident(StoredMessage stored, BodyReads reads, BodyMemory memory, byte[][] chunks) {
        return new MessageBody(stored, reads, memory, chunks);
    }

    static MessageBody onDisk(StoredMessage stored, BodyReads reads, BodyMemory memory) {
        return new MessageBody(stored, reads, memory, NOT_RESIDENT);
    }

    Optional<byte[]> resident(int index) {
        byte[][] chunks = resident;
        return chunks.length == 0 ? Optional.empty() : Optional.of(chunks[index]);
    }

    CompletionStage<byte[]> read(int index, Executor owner) {
        return reads.chunk(stored, index, owner);
    }

    // Of the committer.

    /** It is accepted now, so that nobody has a copy of its deliveries yet. */
    void acceptedAfter(long copiesSettled) {
        copiesSettledBefore = copiesSettled;
    }

    /** Whether a copy of one of its deliveries may have been settled. */
    boolean mayHaveCopiesSettled(long copiesSettled) {
        return copiesSettledBefore != copiesSettled;
    }

    /** One part has no more use for the memory. */
    void letGo() {
        if (holders.decrementAndGet() == 0) drop();
    }

    private void drop() {
        boolean held = resident.length > 0;
        resident = NOT_RESIDENT;
        if (held) memory.release(stored.message.bodyBytes());
    }
}
