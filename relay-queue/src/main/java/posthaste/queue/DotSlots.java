package posthaste.queue;

/**
 * Which messages have their final dot on the wire, in a small memory-mapped file that is never forced: it survives
 * kill -9, costs no write and waits for no commit (docs/queue.md). Thread-safe, non-blocking.
 */
public interface DotSlots {
    /** Taken before the final dot is written. When all slots are taken the slot is a blank one: delivery goes on. */
    Slot claim(MessageId message, int part, String host);

    /** One claim. */
    interface Slot {
        /** Called once the outcome is in the queue (settle completed), or the dot was never sent. Idempotent. */
        void release();
    }
}
