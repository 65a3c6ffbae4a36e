package posthaste.queue.rocksdb;

import java.util.ArrayList;
import java.util.List;
import org.rocksdb.RocksDBException;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryListener;
import posthaste.queue.Envelope;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueueEvent;

/**
 * The keys and values of one message to accept, encoded on the thread of the caller so that the committer only copies
 * them into its batch.
 */
final class NewMessage {
    private static final byte[] FRESH = DeliveryState.FRESH.encode();

    private final MessageBody body;
    private final byte[] messageValue;
    private final byte[] lastChunk;
    private final byte[] event;
    private final List<Delivery> deliveries;
    private final List<byte[]> deliveryKeys;

    /**
     * @param body of the message; its chunks but the last are on disk
     * @param lastChunk empty only where the content is
     */
    NewMessage(MessageBody body, byte[] lastChunk, long nowMillis) {
        this.body = body;
        this.lastChunk = lastChunk;
        StoredMessage stored = body.stored;
        messageValue = MessageCodec.encode(stored);
        event = EventCodec.encode(accepted(stored, nowMillis));
        deliveries = new ArrayList<>(stored.parts.size());
        deliveryKeys = new ArrayList<>(stored.parts.size());
        for (int part = 0; part < stored.parts.size(); part++) {
            Delivery delivery = stored.delivery(stored.firstKey(part), DeliveryState.FRESH, PartBody.fresh(body));
            deliveries.add(delivery);
            deliveryKeys.add(DeliveryKeyCodec.encode(delivery.key()));
        }
    }

    private static QueueEvent accepted(StoredMessage stored, long nowMillis) {
        Envelope envelope = stored.message.envelope();
        String sender = envelope.reversePath().mailbox().map(Object::toString).orElse("");
        String client = envelope.source().address();
        return new QueueEvent(0, nowMillis, QueueEvent.Kind.ACCEPTED, stored.id(), sender, "", 0, client, "", 0);
    }

    StoredMessage stored() {
        return body.stored;
    }

    int bytes() {
        return messageValue.length + lastChunk.length + event.length;
    }

    void addTo(Group group) throws RocksDBException {
        StoredMessage stored = body.stored;
        body.acceptedAfter(group.copiesSettled());
        group.put(Family.MESSAGE, Keys.message(stored.id()), messageValue);
        int last = stored.chunkSums.length - 1;
        if (last >= 0) group.put(Family.BODY, Keys.body(stored.id(), last), lastChunk);
        if (last > 0) group.remove(Family.RECEIVING, Keys.message(stored.id()));
        for (byte[] key : deliveryKeys) group.put(Family.DELIVERY, key, FRESH);
        for (byte[] key : Moments.keysOf(stored)) group.put(Family.DEADLINE, key, Moments.valueOf(key));
        if (stored.parts.size() > 1) group.doneParts().accepted(stored.id());
        group.event(stored.id(), event);
        group.messageAdded();
    }

    /** After a failed write: nothing of it may be delivered, whether it reached the disk or not. */
    void undo(Group group) throws RocksDBException {
        removeContent(body.stored, group);
        group.remove(Family.RECEIVING, Keys.message(body.stored.id()));
        for (byte[] key : deliveryKeys) group.remove(Family.DELIVERY, key);
    }

    /** Removes what is left of a message without deliveries. */
    static void removeContent(StoredMessage stored, Group group) throws RocksDBException {
        group.remove(Family.MESSAGE, Keys.message(stored.id()));
        for (int chunk = 0; chunk < stored.chunkSums.length; chunk++) {
            group.remove(Family.BODY, Keys.body(stored.id(), chunk));
        }
        for (byte[] key : Moments.keysOf(stored)) group.remove(Family.DEADLINE, key);
    }

    /** Held mail waits for an operator, so nobody is told and no memory is kept for it. */
    void announce(DeliveryListener listener) {
        for (Delivery delivery : deliveries) {
            if (delivery.key().priority() == PriorityClass.HELD) {
                delivery.body().release();
            } else {
                listener.queued(delivery);
            }
        }
    }

    /** It was not accepted: its memory is given back. */
    void abandon() {
        for (Delivery delivery : deliveries) delivery.body().release();
    }
}
