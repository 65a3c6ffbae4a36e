package posthaste.queue;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * A message that is being received. Owned by one thread (the session's event loop) until {@link #accept} or {@link
 * #discard}; never blocks. Content is copied into chunks; each full chunk is handed to the committer and written
 * unsynced, so a large message costs a bounded number of chunks of memory.
 */
public interface IncomingMessage {
    /** Given at the start, so that the Received field can carry it. */
    MessageId id();

    /** Octets appended so far. */
    long bytes();

    /**
     * Appends content, which is copied.
     *
     * @return false when the caller should stop reading from its peer until {@link #onWritable} calls back: too many
     *     bytes of this message, or of all messages, wait to be written. Content appended all the same is kept.
     */
    boolean append(byte[] content, int offset, int length);

    /** Runs {@code resume} once on {@code owner} when more may be appended; at once when it already may. */
    void onWritable(Runnable resume, Executor owner);

    /**
     * Makes the message durable and due for its first delivery. Once the stage completes the relay is responsible for
     * the message (RFC 5321 §6.1), so the caller may send its 250; never before.
     *
     * @param envelope the reverse-path and at least one recipient
     * @param owner where the stage completes: the event loop of the session
     * @return the id for the 250; or fails with {@link QueueException.Full} (answer 452 4.3.1), {@link
     *     QueueException.Failed} (451 4.3.0) or {@link QueueException.Closed} (421 4.3.2); then nothing was kept
     * @throws IllegalStateException if the message was accepted or discarded before
     */
    CompletionStage<MessageId> accept(Envelope envelope, Executor owner);

    /** Forgets the message and removes what was written of it. Idempotent; does nothing after {@link #accept}. */
    void discard();
}
