package posthaste.server.policy;

import java.util.List;
import posthaste.queue.Recipient;
import posthaste.smtp.Reply;

/** Whether a recipient is taken. */
public sealed interface Verdict {

    /** Calls the method of {@code handler} that is about this verdict. */
    <R> R accept(Handler<R> handler);

    /**
     * It is.
     *
     * @param reply what the client is told: 250, or 251 where its mail belongs elsewhere (RFC 5321 §3.4)
     * @param recipients who gets its mail, with what the client asked for; others than asked for where the address stands
     *     for others, several where it is that of a list; at least one
     */
    record Accepted(Reply reply, List<Recipient> recipients) implements Verdict {

        public Accepted {
            recipients = List.copyOf(recipients);
        }

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
