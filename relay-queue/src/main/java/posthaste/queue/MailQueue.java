package posthaste.queue;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * The durable store of accepted mail. Every method may be called from any thread and never blocks, but {@link #close};
 * stages complete on the executor that the caller names.
 */
public interface MailQueue extends AutoCloseable {

    /**
     * Starts telling {@code listener} of deliveries: first of every destination that has a backlog, by a background
     * scan of one seek per destination and class, while new mail is reported from the first moment on.
     *
     * @param ambiguousDelayMillis after a restart, deliveries whose final dot was unanswered become due this much later
     */
    void start(DeliveryListener listener, long ambiguousDelayMillis);

    /** Why no message is taken now (disk below its reserve, failing disk, closing); empty when all is well. */
    Optional<QueueException> refusal();

    /** Begins a message; costs no I/O. */
    IncomingMessage begin();

    /**
     * Reads the backlog of a destination in key order.
     *
     * @param from the first key wanted, inclusive: only its due time, message, part and revision count
     * @param max at most so many deliveries, 1 to 10,000
     * @param untilMillis only those due at or before; milliseconds since 1970
     */
    CompletionStage<Backlog> backlog(
            String destination, PriorityClass priority, DeliveryKey from, long untilMillis, int max, Executor owner);

    /**
     * Messages accepted before {@code beforeMillis} behind the cursor {@code after}, for expiry: the open deliveries of
     * those whose lifetime is the default one and counts from their acceptance. HELD deliveries are left out.
     */
    CompletionStage<Aged> acceptedBefore(long beforeMillis, MessageId after, int maxMessages, Executor owner);

    /** Open deliveries of messages that have an end of their own ({@link Envelope#endsAt}) at or before {@code nowMillis}. */
    CompletionStage<List<Delivery>> expired(long nowMillis, int maxMessages, Executor owner);

    /**
     * Messages for which this moment came at or before {@code untilMillis}, behind the cursor {@code after} and in the order
     * of their moments: their open deliveries. They are found until they have left the queue. HELD deliveries are left out.
     */
    CompletionStage<Passed> passed(
            Moment moment, Passed.Cursor after, long untilMillis, int maxMessages, Executor owner);

    /**
     * Records how an attempt ended. Written with the next accept, or within a millisecond where none comes; synced with the
     * next accept or within 100 ms. The delivery must not be attempted again before the stage completes; when recipients
     * stay open, the listener is told of the next revision.
     *
     * @return completes when written; fails with {@link QueueException.Failed}, {@link QueueException.Corrupt} or
     *     {@link QueueException.Closed}, and then the delivery is still in the queue as it was; or with
     *     {@link QueueException.Stale} where something else has settled it
     */
    CompletionStage<Void> settle(Settlement settlement, Executor owner);

    /** Marks the messages whose final dot is on the wire; survives the end of the process, not a power cut. */
    DotSlots dotSlots();

    EventLog events();

    /** Counts for metrics and status, as of now. */
    QueueStatus status();

    /** The queue's clock: wall clock at start plus monotonic time, so it never steps. */
    InstantSource clock();

    /** Waits for what was submitted, flushes every family and closes. Blocks. */
    @Override
    void close();

    /**
     * @param deliveries in key order
     * @param nextDueMillis due time of the first delivery not returned; {@link Long#MAX_VALUE} when there is none
     */
    record Backlog(List<Delivery> deliveries, long nextDueMillis) {}

    /**
     * @param deliveries open deliveries of the messages read
     * @param cursor where to go on; equal to the given one when nothing was read
     * @param more whether further messages wait behind the cursor
     */
    record Aged(List<Delivery> deliveries, MessageId cursor, boolean more) {}

    /** What comes in the life of some messages, apart from attempts and from their end. */
    enum Moment {
        /** {@link Envelope#firstDue}, of those that are released later and have the default lifetime: it begins. */
        RELEASE,
        /** {@link Envelope#noticeAt}: the sender is to be told. */
        NOTICE
    }

    /**
     * @param deliveries open deliveries of the messages read
     * @param cursor where to go on; equal to the given one when nothing was read
     * @param more whether further messages wait behind the cursor
     */
    record Passed(List<Delivery> deliveries, Cursor cursor, boolean more) {

        /**
         * @param atMillis a moment, milliseconds since 1970
         * @param message of the messages with that moment the last one read
         */
        public record Cursor(long atMillis, MessageId message) {
            public static final Cursor START = new Cursor(0, new MessageId(0));
        }
    }

    /**
     * @param messages queued messages; an estimate after a restart until the scan has ended
     * @param fatal the error that stopped writing, when one did
     * @param waitingChanges changes in the committer's inbox
     * @param bodyBytesInMemory bytes of fresh and incoming bodies
     */
    record QueueStatus(long messages, Optional<QueueException> fatal, int waitingChanges, long bodyBytesInMemory) {}
}
