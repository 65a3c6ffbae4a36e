package posthaste.queue.rocksdb;

import java.util.List;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryKey;
import posthaste.queue.MessageId;
import posthaste.queue.QueuedMessage;

/** What the {@code message} family holds of one message. */
final class StoredMessage {
    final QueuedMessage message;
    /** CRC32C of each body chunk. */
    final int[] chunkSums;

    final List<Part> parts;

    StoredMessage(QueuedMessage message, int[] chunkSums, List<Part> parts) {
        this.message = message;
        this.chunkSums = chunkSums;
        this.parts = parts;
    }

    MessageId id() {
        return message.id();
    }

    /** Where part {@code index} stands until its first rewrite. */
    DeliveryKey firstKey(int index) {
        return new DeliveryKey(
                parts.get(index).destination,
                parts.get(index).priority(message.envelope().priority()),
                message.envelope().firstDue().toEpochMilli(),
                message.id(),
                index,
                0);
    }

    /** Part {@code key.part()} as {@code state} has it. */
    Delivery delivery(DeliveryKey key, DeliveryState state, PartBody body) {
        return new Delivery(
                key,
                message,
                state.recipientsOf(this, key.part()),
                state.attempts(),
                state.told(),
                state.lastReply(),
                state.lastHost(),
                body);
    }
}
