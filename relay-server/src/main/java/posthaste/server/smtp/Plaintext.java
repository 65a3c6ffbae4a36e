package posthaste.server.smtp;

import posthaste.smtp.Command;
import posthaste.smtp.Replies;

/** This listener wants TLS, and the client has not asked for it: until then it may do next to nothing (RFC 3207 §4). */
record Plaintext(Peer peer) implements Refusing {

    @Override
    public Transition ehlo(Command.Ehlo command) {
        Peer named = peer.extended(command.domain());
        return new Transition(new Plaintext(named), new Action.Respond(named.ehlo()));
    }

    @Override
    public Transition no() {
        return refuse(Replies.TLS_FIRST);
    }

    @Override
    public Transition bdat(Command.Bdat command) {
        return refuseChunk(command, Replies.TLS_FIRST);
    }

    @Override
    public Transition turn(Command.Turn command) {
        return last(Replies.TLS_FIRST);
    }

    @Override
    public Transition atrn(Command.Atrn command) {
        return last(Replies.TLS_FIRST);
    }

    /** Whoever begins with another protocol must not be read any further. */
    @Override
    public Transition foreign(Command.Foreign line) {
        return new Transition(this, new Action.Close(Replies.NOT_SMTP));
    }
}
