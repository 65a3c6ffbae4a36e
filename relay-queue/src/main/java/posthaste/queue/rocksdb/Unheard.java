package posthaste.queue.rocksdb;

import posthaste.queue.Delivery;
import posthaste.queue.DeliveryListener;
import posthaste.queue.MessageId;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueueException;

/** Listens before the real listener is there: what is written until then, the scan at its start finds on disk. */
enum Unheard implements DeliveryListener {
    INSTANCE;

    @Override
    public void queued(Delivery delivery) {
        delivery.body().release();
    }

    @Override
    public void backlog(String destination, PriorityClass priority, long earliestDueMillis) {}

    @Override
    public void ambiguous(MessageId message, int part, String host) {}

    @Override
    public void fatal(QueueException reason) {}
}
