package posthaste.server.smtp;

import posthaste.queue.QueueException;
import posthaste.smtp.Replies;

/** What a client is told when the queue takes nothing. Each is a 4yz: the fault is ours, and a later try may succeed. */
final class Refusals {
    private Refusals() {}

    static Action of(QueueException why) {
        if (why instanceof QueueException.Closed) return new Action.Close(Replies.SHUTTING_DOWN);
        boolean full = why instanceof QueueException.Full;
        return new Action.Respond(full ? Replies.INSUFFICIENT_STORAGE : Replies.STORAGE_FAILED);
    }
}
