package posthaste.queue;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * The content of a queued message, chunk by chunk: CRLF line ends only, not dot-stuffed. Arrays handed out are shared
 * and must not be changed. Call from any thread; never blocks.
 */
public interface StoredBody {
    /** Octets in all. */
    long bytes();

    /** How many chunks; each holds at least one octet and at most the chunk size of the queue that wrote it. */
    int chunks();

    /** Chunk {@code index} when it is in memory at this moment: the path of fresh mail, without a hand-over. */
    Optional<byte[]> resident(int index);

    /**
     * Reads chunk {@code index}, its checksum verified.
     *
     * @param owner where the stage completes
     * @return the chunk, or fails with {@link QueueException.Corrupt} or {@link QueueException.Failed}
     */
    CompletionStage<byte[]> read(int index, Executor owner);

    /**
     * Gives back the memory of a fresh body once its part has no more use for it, normally after the first attempt.
     * Afterwards chunks are read from disk. Idempotent per Delivery; a body shared by several parts is let go by the
     * last.
     */
    void release();
}
