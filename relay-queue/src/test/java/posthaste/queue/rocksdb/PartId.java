package posthaste.queue.rocksdb;

import posthaste.queue.DeliveryKey;
import posthaste.queue.MessageId;

/** A part of a message, whatever its revision. */
record PartId(MessageId message, int part) {

    static PartId of(DeliveryKey key) {
        return new PartId(key.message(), key.part());
    }
}
