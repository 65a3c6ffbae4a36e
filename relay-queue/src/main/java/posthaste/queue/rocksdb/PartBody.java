package posthaste.queue.rocksdb;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import posthaste.queue.StoredBody;

/** The body as one delivery sees it, and the proof that the delivery is settled once. Thread-safe. */
final class PartBody implements StoredBody {
    private final MessageBody body;
    private final boolean readFromDisk;
    private final AtomicBoolean released;
    private final AtomicBoolean settled = new AtomicBoolean();

    private PartBody(MessageBody body, boolean readFromDisk, boolean holds) {
        this.body = body;
        this.readFromDisk = readFromDisk;
        released = new AtomicBoolean(!holds);
    }

    /** Of a delivery just accepted: it holds the body in memory. */
    static PartBody fresh(MessageBody body) {
        return new PartBody(body, false, true);
    }

    /** Of a delivery just deferred. */
    static PartBody deferred(MessageBody body) {
        return new PartBody(body, false, false);
    }

    /** Of a delivery read from disk: it may be stale, which {@link Settle} checks. */
    static PartBody read(MessageBody body) {
        return new PartBody(body, true, false);
    }

    MessageBody shared() {
        return body;
    }

    boolean readFromDisk() {
        return readFromDisk;
    }

    /** False when this delivery was settled before. */
    boolean beginSettling() {
        return settled.compareAndSet(false, true);
    }

    /** The settlement failed: the delivery is in the queue as it was. */
    void settlingFailed() {
        settled.set(false);
    }

    @Override
    public long bytes() {
        return body.stored.message.bodyBytes();
    }

    @Override
    public int chunks() {
        return body.stored.chunkSums.length;
    }

    @Override
    public Optional<byte[]> resident(int index) {
        return body.resident(index);
    }

    @Override
    public CompletionStage<byte[]> read(int index, Executor owner) {
        return body.read(index, owner);
    }

    @Override
    public void release() {
        if (released.compareAndSet(false, true)) body.letGo();
    }
}
