package posthaste.queue;

/**
 * Told by the queue what waits for delivery. Called on threads of the queue: implementations post to the owner of the
 * destination and return; they never throw, and never block but in {@link #backlog}.
 */
public interface DeliveryListener {
    /** A batch was written that put this delivery: fresh mail (its body in memory if the budget allows) or a deferral. */
    void queued(Delivery delivery);

    /**
     * After a restart: {@code destination} has deliveries of this class on disk, the earliest due at {@code
     * earliestDueMillis}. Never called for HELD. Called on a thread that has nothing else to do and may be kept waiting
     * for a moment.
     */
    void backlog(String destination, PriorityClass priority, long earliestDueMillis);

    /**
     * After a restart: the final dot of this delivery was sent before the process ended and its reply is unknown. The
     * queue has already deferred it as AMBIGUOUS; here it is logged and counted.
     */
    void ambiguous(MessageId message, int part, String host);

    /** The queue cannot go on (three failed reopens in 60 s): end the process with exit code 74. */
    void fatal(QueueException reason);
}
