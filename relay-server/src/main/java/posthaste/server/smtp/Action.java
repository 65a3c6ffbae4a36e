package posthaste.server.smtp;

import java.util.Optional;
import posthaste.queue.Envelope;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Reply;

/** What a state asks its session to do. */
sealed interface Action {

    /** Calls the method of {@code performer} that is named after this action. */
    void perform(Performer performer);

    /** Says something. */
    record Respond(Reply reply) implements Action {
        @Override
        public void perform(Performer performer) {
            performer.respond(this);
        }
    }

    /**
     * Tells the client to go ahead, and takes what follows as the content of a message.
     *
     * @param trace writes the field on top of it
     * @param recipient for the trace field, where there is only one
     */
    record Receive(Reply reply, TraceHeader trace, Optional<Mailbox> recipient) implements Action {
        @Override
        public void perform(Performer performer) {
            performer.receive(this);
        }
    }

    /** Hands the message that was received to the queue; what is said depends on how that ends. */
    record Commit(Envelope envelope) implements Action {
        @Override
        public void perform(Performer performer) {
            performer.commit(this);
        }
    }

    /** Forgets the message that was received, and says why. */
    record Drop(Reply reply) implements Action {
        @Override
        public void perform(Performer performer) {
            performer.drop(this);
        }
    }

    /** Says something and ends the session; what the client still sends is not read. */
    record Close(Reply reply) implements Action {
        @Override
        public void perform(Performer performer) {
            performer.close(this);
        }
    }

    /** One method per action. */
    interface Performer {
        void respond(Respond action);

        void receive(Receive action);

        void commit(Commit action);

        void drop(Drop action);

        void close(Close action);
    }
}
