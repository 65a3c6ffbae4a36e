package posthaste.queue;

import java.util.List;

/** Told what a salvage finds while it works, so that nothing has to be kept. Called on the thread that salvages. */
public interface SalvageListener {
    /** A message that was accepted and cannot be rescued. */
    void missing(Missing message);

    /** Something else that an operator has to know, in one sentence. */
    void note(String sentence);

    /**
     * A message that is not in the new queue.
     *
     * @param what which of its parts is damaged or gone
     * @param recipients those still open, as far as the envelope can be read
     * @param events what happened to it, oldest first, at most {@link #EVENTS_MAX}
     */
    record Missing(MessageId id, String what, List<Recipient> recipients, List<QueueEvent> events) {
        public static final int EVENTS_MAX = 100;

        public Missing {
            recipients = List.copyOf(recipients);
            events = List.copyOf(events);
        }
    }
}
