package posthaste.server.smtp;

import posthaste.smtp.Command;
import posthaste.smtp.Replies;

/** The client was greeted with 554: nothing is done for it until it leaves (RFC 5321 §3.1). */
record Denied(Peer peer) implements SessionState {

    @Override
    public SessionState withoutTransaction() {
        return this;
    }

    private Transition no() {
        return refuse(Replies.ONLY_QUIT);
    }

    @Override
    public Transition helo(Command.Helo command) {
        return no();
    }

    @Override
    public Transition ehlo(Command.Ehlo command) {
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

    /** What follows is never looked at. */
    @Override
    public Transition bdat(Command.Bdat command) {
        return new Transition(this, new Action.Close(Replies.ONLY_QUIT));
    }

    @Override
    public Transition rset(Command.Rset command) {
        return no();
    }

    @Override
    public Transition noop(Command.Noop command) {
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
        return no();
    }

    @Override
    public Transition atrn(Command.Atrn command) {
        return no();
    }

    @Override
    public Transition startTls(Command.StartTls command) {
        return no();
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

    @Override
    public Transition unimplemented(Command.Unimplemented command) {
        return no();
    }

    @Override
    public Transition foreign(Command.Foreign line) {
        return no();
    }

    @Override
    public Transition malformed(Command.Malformed line) {
        return no();
    }
}
