package posthaste.queue;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** What happened, in order, as far as it is synced. Consumers keep a cursor. Call from any thread; never blocks. */
public interface EventLog {
    /** Events behind {@code sequence}, oldest first, at most {@code max}; empty when there are none yet. */
    CompletionStage<List<QueueEvent>> after(long sequence, int max, Executor owner);

    /** The history of one message, oldest first, at most {@code max}; empty when it is unknown. */
    CompletionStage<List<QueueEvent>> of(MessageId message, int max, Executor owner);
}
