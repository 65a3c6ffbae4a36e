package posthaste.queue.rocksdb;

import posthaste.queue.DeliveryListener;
import posthaste.queue.QueueException;

/** Changes nothing, but wakes the committer. */
enum Nudge implements QueueChange {
    INSTANCE;

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
        return 0;
    }

    @Override
    public void addTo(Group group) {}

    @Override
    public void written(DeliveryListener listener, Completions completions) {}

    @Override
    public void failed(QueueException failure, Completions completions) {}
}
