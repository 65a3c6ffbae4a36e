package posthaste.server.smtp;

import posthaste.queue.MessageId;
import posthaste.smtp.Command;
import posthaste.smtp.Replies;

/**
 * A content filter wants an operator to look at the message: it is handed to the queue, and every delivery of it is held
 * there. No command is read here, so none is legal.
 */
record Quarantined(Peer peer, EnvelopeDraft draft) implements Finishing {

    @Override
    public Quarantined with(EnvelopeDraft other) {
        return new Quarantined(peer, other);
    }

    @Override
    public Transition accepted(MessageId id) {
        return new Transition(
                withoutTransaction(), new Action.Respond(Replies.queuedAndHeld(id.toString())), Toll.MESSAGE);
    }

    @Override
    public Transition rcpt(Command.Rcpt command) {
        return refuse(Replies.BAD_SEQUENCE);
    }

    @Override
    public Transition data(Command.Data command) {
        return refuse(Replies.BAD_SEQUENCE);
    }
}
