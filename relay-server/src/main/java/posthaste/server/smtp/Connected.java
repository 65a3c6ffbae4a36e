package posthaste.server.smtp;

import posthaste.smtp.Command;
import posthaste.smtp.Replies;

/** The client was greeted and has not said who it is (RFC 5321 §4.1.4). */
record Connected(Peer peer) implements SessionState {

    @Override
    public SessionState withoutTransaction() {
        return this;
    }

    @Override
    public Transition mail(Command.Mail command) {
        return refuse(Replies.HELLO_FIRST);
    }

    @Override
    public Transition etrn(Command.Etrn command) {
        return refuse(Replies.HELLO_FIRST);
    }

    @Override
    public Transition turn(Command.Turn command) {
        return last(Replies.HELLO_FIRST);
    }

    @Override
    public Transition atrn(Command.Atrn command) {
        return last(Replies.HELLO_FIRST);
    }

    @Override
    public Transition auth(Command.Auth command) {
        return refuse(Replies.HELLO_FIRST);
    }

    /** The header and the body of an HTTP request may be made of commands: none of them is read. */
    @Override
    public Transition foreign(Command.Foreign line) {
        return new Transition(this, new Action.Close(Replies.NOT_SMTP));
    }
}
