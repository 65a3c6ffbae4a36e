package posthaste.server.smtp;

import posthaste.smtp.Command;
import posthaste.smtp.Replies;

/** MAIL was accepted: what must wait for the end of the transaction, or for RSET. */
sealed interface InTransaction extends SessionState permits Addressing, Finishing {

    @Override
    default Transition etrn(Command.Etrn command) {
        return refuse(Replies.NOT_IN_TRANSACTION);
    }

    @Override
    default Transition turn(Command.Turn command) {
        return last(Replies.NOT_IN_TRANSACTION);
    }

    @Override
    default Transition atrn(Command.Atrn command) {
        return last(Replies.NOT_IN_TRANSACTION);
    }

    @Override
    default Transition startTls(Command.StartTls command) {
        return last(Replies.NOT_IN_TRANSACTION);
    }

    @Override
    default Transition auth(Command.Auth command) {
        return refuse(Replies.NOT_IN_TRANSACTION);
    }

    @Override
    default Transition xclient(Command.Xclient command) {
        return refuse(Replies.NOT_IN_TRANSACTION);
    }

    @Override
    default Transition xforward(Command.Xforward command) {
        return refuse(Replies.NOT_IN_TRANSACTION);
    }
}
