package posthaste.server.smtp;

import posthaste.smtp.Command;
import posthaste.smtp.Replies;

/**
 * DATA was accepted: what comes is content, until its end, and then the queue is asked (RFC 5321 §4.1.1.4). No command
 * is read here, so none is legal.
 */
record Receiving(Peer peer, EnvelopeDraft draft) implements Finishing {

    @Override
    public Receiving with(EnvelopeDraft other) {
        return new Receiving(peer, other);
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
