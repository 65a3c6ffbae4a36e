package posthaste.server.smtp;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import posthaste.queue.Envelope;
import posthaste.queue.Envelope.Source;
import posthaste.queue.MessageId;
import posthaste.server.auth.Login;
import posthaste.server.auth.SaslStep;
import posthaste.server.policy.Verdict;
import posthaste.smtp.ClientAttributes;
import posthaste.smtp.Command;
import posthaste.smtp.MailVerb;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Reply;
import posthaste.smtp.ReversePath;

/** What a state asks its session to do. */
sealed interface Action {

    /** Calls the method of {@code performer} that is named after this action. */
    void perform(Performer performer);

    /** Whether somebody else is asked, and the session waits for the answer. */
    default boolean asksOn() {
        return false;
    }

    /** Says something. */
    record Respond(Reply reply) implements Action {
        @Override
        public void perform(Performer performer) {
            performer.respond(this);
        }
    }

    /** Tells the client to go ahead with a TLS handshake, unless it has sent more in the clear: then the session ends. */
    record Secure() implements Action {
        @Override
        public void perform(Performer performer) {
            performer.secure(this);
        }
    }

    /** Has a mechanism go on; what is said depends on what it comes to. */
    record Authenticate(Function<Executor, CompletionStage<SaslStep>> step) implements Action {
        @Override
        public void perform(Performer performer) {
            performer.authenticate(this);
        }
    }

    /** Says something, and takes the line that follows as a response. */
    record Challenge(Reply reply) implements Action {
        @Override
        public void perform(Performer performer) {
            performer.challenge(this);
        }
    }

    /** Says something, unless the client has sent more without waiting for it: then the session ends. */
    record RespondLast(Reply reply) implements Action {
        @Override
        public void perform(Performer performer) {
            performer.respondLast(this);
        }
    }

    /** Begins anew with the client for whom this one speaks, unless it has sent more: then the session ends. */
    record SpeakFor(ClientAttributes attributes) implements Action {
        @Override
        public void perform(Performer performer) {
            performer.speakFor(this);
        }
    }

    /** Keeps in mind from whom the next message comes, for the log. */
    record TellApart(ClientAttributes attributes) implements Action {
        @Override
        public void perform(Performer performer) {
            performer.tellApart(this);
        }
    }

    /**
     * How a message is received.
     *
     * @param trace writes the field on top of it
     * @param recipient for the trace field, where there is only one
     * @param binary whether it may hold any octets at all (RFC 3030 §3)
     * @param kept whether it may have to be queued
     * @param shown whether terminals are to be written it
     * @param screened what content filters are told of it; empty where there are none
     */
    record Content(
            TraceHeader trace,
            Optional<Mailbox> recipient,
            boolean binary,
            boolean kept,
            boolean shown,
            Optional<Screened> screened) {}

    /** Who hands in the message that content filters are shown, and its envelope. */
    record Screened(Source source, EnvelopeDraft draft) {

        ScreenedMessage named(MessageId id) {
            MailOptions options = draft.options();
            return new ScreenedMessage(
                    id, source, draft.reversePath(), options.body(), options.smtpUtf8(), draft.addresses());
        }
    }

    /** Tells the client to go ahead, and takes what follows as the content of a message, up to its dot. */
    record Receive(Reply reply, Content content) implements Action {
        @Override
        public void perform(Performer performer) {
            performer.receive(this);
        }
    }

    /**
     * Takes what follows as a chunk of the message.
     *
     * @param begins how the message is received, with its first chunk
     */
    record ReceiveChunk(Command.Bdat chunk, Optional<Content> begins) implements Action {
        @Override
        public void perform(Performer performer) {
            performer.receiveChunk(this);
        }
    }

    /** Says something, and throws away the {@code octets} that follow. */
    record SkipChunk(Reply reply, long octets) implements Action {
        @Override
        public void perform(Performer performer) {
            performer.skipChunk(this);
        }
    }

    /** Asks the content filters about the message that was received; what becomes of it depends on them. */
    record AskFilters(posthaste.server.smtp.Content content, Instant now) implements Action {
        @Override
        public boolean asksOn() {
            return true;
        }

        @Override
        public void perform(Performer performer) {
            performer.askFilters(this);
        }
    }

    /** Writes the message that was received to terminals; what is said depends on how that ends. */
    record Show(
            MailVerb verb,
            ReversePath from,
            List<Mailbox> addresses,
            posthaste.server.smtp.Content content,
            Instant now)
            implements Action {
        @Override
        public boolean asksOn() {
            return true;
        }

        @Override
        public void perform(Performer performer) {
            performer.show(this);
        }
    }

    /**
     * Asks the name system about the domain of a recipient; what is said depends on its answer.
     *
     * @param terminal of the recipient, where the message goes there too
     */
    record CheckDomain(Mailbox recipient, Verdict.Accepted accepted, Optional<Mailbox> terminal) implements Action {
        @Override
        public boolean asksOn() {
            return true;
        }

        @Override
        public void perform(Performer performer) {
            performer.checkDomain(this);
        }
    }

    /** Has what waits for a node tried now, and says how much that is. */
    record Flush(Command.Etrn command) implements Action {
        @Override
        public boolean asksOn() {
            return true;
        }

        @Override
        public void perform(Performer performer) {
            performer.flush(this);
        }
    }

    /**
     * Has what waits for some domains sent over this connection, and changes roles for it; what is said depends on what
     * waits.
     *
     * @param atrn whether nothing is worth a refusal (RFC 2645 §5.2.1)
     */
    record Turn(Set<String> domains, Login login, boolean atrn) implements Action {
        @Override
        public void perform(Performer performer) {
            performer.turn(this);
        }
    }

    /** Hands the message that was received to the queue; what is said depends on how that ends. */
    record Commit(Envelope envelope) implements Action {
        @Override
        public boolean asksOn() {
            return true;
        }

        @Override
        public void perform(Performer performer) {
            performer.commit(this);
        }
    }

    /** Forgets the message that is being received, if any, and says something. */
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

        void respondLast(RespondLast action);

        void secure(Secure action);

        void authenticate(Authenticate action);

        void challenge(Challenge action);

        void speakFor(SpeakFor action);

        void tellApart(TellApart action);

        void receive(Receive action);

        void receiveChunk(ReceiveChunk action);

        void skipChunk(SkipChunk action);

        void askFilters(AskFilters action);

        void show(Show action);

        void checkDomain(CheckDomain action);

        void flush(Flush action);

        void turn(Turn action);

        void commit(Commit action);

        void drop(Drop action);

        void close(Close action);
    }
}
