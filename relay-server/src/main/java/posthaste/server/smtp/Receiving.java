package posthaste.server.smtp;

import java.time.Instant;
import java.util.Optional;
import posthaste.queue.MessageId;
import posthaste.queue.QueueException;
import posthaste.smtp.Command;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/**
 * DATA was accepted: what comes is content, until its end, and then the queue is asked (RFC 5321 §4.1.1.4). No command
 * is read here, so none is legal.
 */
record Receiving(Peer peer, EnvelopeDraft draft) implements SessionState {

    @Override
    public Transition received(Content content, Instant now) {
        Optional<Reply> refusal = content.refusal(peer.limits());
        if (refusal.isPresent()) return new Transition(withoutTransaction(), new Action.Drop(refusal.get()));
        var envelope = draft.envelope(content.bodyType(), now, peer.reportLifetime(), peer.source());
        return new Transition(this, new Action.Commit(envelope));
    }

    @Override
    public Transition accepted(MessageId id) {
        return new Transition(withoutTransaction(), new Action.Respond(Replies.queued(id.toString())), Toll.MESSAGE);
    }

    @Override
    public Transition notAccepted(QueueException why) {
        return new Transition(withoutTransaction(), Refusals.of(why));
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
