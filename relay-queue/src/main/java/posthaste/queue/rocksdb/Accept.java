package posthaste.queue.rocksdb;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.rocksdb.RocksDBException;
import posthaste.queue.DeliveryListener;
import posthaste.queue.MessageId;
import posthaste.queue.QueueException;

/** A message becomes ours: body, envelope and every recipient in one batch, and one sync that covers them all. */
final class Accept implements QueueChange {
    private final IncomingBody incoming;
    private final NewMessage message;
    /** Bytes of memory to give back once written; 0 where the body stays in memory. */
    private final int bytesToRelease;

    private final Executor owner;
    private final CompletableFuture<MessageId> waiter = new CompletableFuture<>();

    Accept(IncomingBody incoming, NewMessage message, int bytesToRelease, Executor owner) {
        this.incoming = incoming;
        this.message = message;
        this.bytesToRelease = bytesToRelease;
        this.owner = owner;
    }

    CompletableFuture<MessageId> waiter() {
        return waiter;
    }

    /** It is not even submitted: its memory is given back. */
    void withdraw() {
        incoming.release(bytesToRelease);
        message.abandon();
    }

    @Override
    public boolean needsSync() {
        return true;
    }

    @Override
    public boolean doneAgain() {
        return false;
    }

    @Override
    public int bytes() {
        return message.bytes();
    }

    @Override
    public void addTo(Group group) throws RocksDBException {
        incoming.requireWhole(group.generation());
        message.addTo(group);
    }

    @Override
    public void undo(Group group, boolean onDisk) throws RocksDBException {
        message.undo(group);
        if (onDisk) group.messageRemoved();
    }

    @Override
    public void written(DeliveryListener listener, Completions completions) {
        incoming.release(bytesToRelease);
        incoming.accepted();
        message.announce(listener);
        completions.complete(waiter, message.stored().id(), owner);
    }

    @Override
    public void failed(QueueException failure, Completions completions) {
        withdraw();
        incoming.abandoned();
        completions.fail(waiter, failure, owner);
    }
}
