package posthaste.queue.rocksdb;

import posthaste.queue.DeliveryListener;
import posthaste.queue.QueueException;

/** Changes nothing, but wakes the committer. */
enum Nudge implements QueueChange {
    /** It sees that it is to end. */
    END,
    /** It sees what waits beside; dropped on the way. */
    WAKE;

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
