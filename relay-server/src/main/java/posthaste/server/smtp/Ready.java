package posthaste.server.smtp;

import java.util.Optional;
import posthaste.queue.QueueException;
import posthaste.smtp.Command;
import posthaste.smtp.Replies;

/** The client has said who it is, and no transaction is under way (RFC 5321 §3.3). */
record Ready(Peer peer) implements SessionState {

    @Override
    public Transition mail(Command.Mail command) {
        boolean tooLarge = command.parameters().size().orElse(0) > peer.limits().messageSize();
        if (tooLarge) return refuse(Replies.MESSAGE_TOO_LARGE);
        Optional<QueueException> refusal = peer.refusal();
        if (refusal.isPresent()) return new Transition(this, Refusals.of(refusal.get()));
        var next = new Addressing(peer, new EnvelopeDraft(command.reversePath()));
        return new Transition(next, new Action.Respond(Replies.SENDER_OK), Toll.TRANSACTION);
    }
}
