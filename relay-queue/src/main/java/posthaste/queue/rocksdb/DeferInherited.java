package posthaste.queue.rocksdb;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.queue.DeliveryListener;
import posthaste.queue.QueueException;

/**
 * Defers what had its final dot on the wire when the last process ended, all in one batch and one sync, before anything
 * else of the backlog is reported.
 */
final class DeferInherited implements QueueChange {
    private static final Logger LOG = LoggerFactory.getLogger(DeferInherited.class);

    private final List<Settle> deferrals;
    private final List<Settle> added = new ArrayList<>();
    private final CompletableFuture<Void> waiter = new CompletableFuture<>();

    DeferInherited(List<Settle> deferrals) {
        this.deferrals = List.copyOf(deferrals);
    }

    /** Completes once all of them are on disk; on a thread of the queue. */
    CompletableFuture<Void> waiter() {
        return waiter;
    }

    @Override
    public boolean needsSync() {
        return true;
    }

    @Override
    public boolean doneAgain() {
        return true;
    }

    @Override
    public int bytes() {
        return deferrals.stream().mapToInt(Settle::bytes).sum();
    }

    @Override
    public void addTo(Group group) throws RocksDBException {
        added.clear();
        for (Settle deferral : deferrals) {
            try {
                deferral.addTo(group);
                added.add(deferral);
            } catch (QueueException stale) {
                LOG.warn("unanswered final dot of the last run: {}", stale.getMessage());
            }
        }
    }

    @Override
    public void written(DeliveryListener listener, Completions completions) {
        for (Settle deferral : added) deferral.written(listener, completions);
        waiter.complete(null);
    }

    @Override
    public void failed(QueueException failure, Completions completions) {
        for (Settle deferral : deferrals) deferral.failed(failure, completions);
        waiter.completeExceptionally(failure);
    }
}
