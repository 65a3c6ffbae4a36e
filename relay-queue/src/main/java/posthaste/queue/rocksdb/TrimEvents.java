package posthaste.queue.rocksdb;

import org.rocksdb.RocksDBException;
import posthaste.queue.DeliveryListener;
import posthaste.queue.MessageId;
import posthaste.queue.QueueException;

/** Removes the events below a sequence and the traces of messages below an id, which whole files did not hold alone. */
record TrimEvents(long belowSequence, MessageId belowMessage) implements QueueChange {

    @Override
    public boolean needsSync() {
        return false;
    }

    /** The next minute trims again. */
    @Override
    public boolean doneAgain() {
        return false;
    }

    @Override
    public int bytes() {
        return 64;
    }

    @Override
    public void addTo(Group group) throws RocksDBException {
        group.removeRange(Family.EVENT, Keys.event(0), Keys.event(belowSequence));
        group.removeRange(Family.TRACE, Keys.trace(new MessageId(0), 0), Keys.trace(belowMessage, 0));
    }

    @Override
    public void written(DeliveryListener listener, Completions completions) {}

    @Override
    public void failed(QueueException failure, Completions completions) {}
}
