package posthaste.server.smtp;

import posthaste.smtp.Command;
import posthaste.smtp.Replies;

/** The client was greeted with 554: nothing is done for it until it leaves (RFC 5321 §3.1). */
record Denied(Peer peer) implements Refusing {

    @Override
    public Transition no() {
        return refuse(Replies.ONLY_QUIT);
    }

    @Override
    public Transition ehlo(Command.Ehlo command) {
        return no();
    }

    /** What follows is never looked at. */
    @Override
    public Transition bdat(Command.Bdat command) {
        return new Transition(this, new Action.Close(Replies.ONLY_QUIT));
    }

    @Override
    public Transition noop(Command.Noop command) {
        return no();
    }

    @Override
    public Transition startTls(Command.StartTls command) {
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
