package posthaste.server.smtp;

import posthaste.smtp.Command;
import posthaste.smtp.Replies;

/** This listener wants TLS, and the client has not asked for it: until then it may do next to nothing (RFC 3207 §4). */
record Plaintext(Peer peer) implements SessionState {

    @Override
    public SessionState withoutTransaction() {
        return this;
    }

    @Override
    public Transition ehlo(Command.Ehlo command) {
        Peer named = peer.extended(command.domain());
        return new Transition(new Plaintext(named), new Action.Respond(named.ehlo()));
    }

    private Transition no() {
        return refuse(Replies.TLS_FIRST);
    }

    @Override
    public Transition helo(Command.Helo command) {
        return no();
    }

    @Override
    public Transition mail(Command.Mail command) {
        return no();
    }

    @Override
    public Transition rcpt(Command.Rcpt command) {
        return no();
    }

    @Override
    public Transition data(Command.Data command) {
        return no();
    }

    @Override
    public Transition bdat(Command.Bdat command) {
        return refuseChunk(command, Replies.TLS_FIRST);
    }

    @Override
    public Transition rset(Command.Rset command) {
        return no();
    }

    @Override
    public Transition help(Command.Help command) {
        return no();
    }

    @Override
    public Transition vrfy(Command.Vrfy command) {
        return no();
    }

    @Override
    public Transition expn(Command.Expn command) {
        return no();
    }

    @Override
    public Transition etrn(Command.Etrn command) {
        return no();
    }

    @Override
    public Transition turn(Command.Turn command) {
        return last(Replies.TLS_FIRST);
    }

    @Override
    public Transition atrn(Command.Atrn command) {
        return last(Replies.TLS_FIRST);
    }

    @Override
    public Transition auth(Command.Auth command) {
        return no();
    }

    @Override
    public Transition xclient(Command.Xclient command) {
        return no();
    }

    @Override
    public Transition xforward(Command.Xforward command) {
        return no();
    }

    /** Whoever begins with another protocol must not be read any further. */
    @Override
    public Transition foreign(Command.Foreign line) {
        return new Transition(this, new Action.Close(Replies.NOT_SMTP));
    }
}
