package posthaste.server.policy;

import java.util.List;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Reply;

/** What the directory knows of an address in a local domain. */
sealed interface Resolution {

    /** Calls the method of {@code handler} that is about this resolution. */
    <R> R accept(Handler<R> handler);

    /**
     * Its mail is taken.
     *
     * @param mailboxes where it goes, at least one, each once
     * @param list whether the address is that of a list
     */
    record Local(List<Mailbox> mailboxes, boolean list) implements Resolution {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.local(this);
        }
    }

    /**
     * Its mail is taken, and belongs elsewhere.
     *
     * @param to the new address
     * @param mailboxes where the mail goes: {@code to}, or what that stands for in turn
     */
    record Forwarded(Mailbox to, List<Mailbox> mailboxes) implements Resolution {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.forwarded(this);
        }
    }

    /** Its mail is to be sent to the new address by the client itself. */
    record Moved(Mailbox to) implements Resolution {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.moved(this);
        }
    }

    /** Its mail is not taken; the reply says why. */
    record Unavailable(Reply reply) implements Resolution {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.unavailable(this);
        }
    }

    /** One method per resolution. */
    interface Handler<R> {
        R local(Local resolution);

        R forwarded(Forwarded resolution);

        R moved(Moved resolution);

        R unavailable(Unavailable resolution);
    }
}
