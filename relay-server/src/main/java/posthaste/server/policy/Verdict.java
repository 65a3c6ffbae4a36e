package posthaste.server.policy;

import posthaste.queue.PriorityClass;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Reply;

/** Whether a recipient is taken. */
public sealed interface Verdict {

    /** Calls the method of {@code handler} that is about this verdict. */
    <R> R accept(Handler<R> handler);

    /**
     * It is.
     *
     * @param mailbox where its mail is delivered; another than asked for where an address is rewritten
     * @param priority NORMAL, or HELD for mail that an operator has to look at
     */
    record Accepted(Mailbox mailbox, PriorityClass priority) implements Verdict {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.take(this);
        }
    }

    /** It is not; the reply says why. */
    record Refused(Reply reply) implements Verdict {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.turnAway(this);
        }
    }

    /** One method per verdict. */
    interface Handler<R> {
        R take(Accepted accepted);

        R turnAway(Refused refused);
    }
}
