package posthaste.server.smtp;

import posthaste.smtp.Command;

/** Next to nothing is done for the client: what does not say otherwise in the state has one answer. */
sealed interface Refusing extends SessionState permits Denied, Plaintext {

    /** The answer. */
    Transition no();

    @Override
    default SessionState withoutTransaction() {
        return this;
    }

    @Override
    default Transition helo(Command.Helo command) {
        return no();
    }

    @Override
    default Transition mail(Command.Mail command) {
        return no();
    }

    @Override
    default Transition rcpt(Command.Rcpt command) {
        return no();
    }

    @Override
    default Transition data(Command.Data command) {
        return no();
    }

    @Override
    default Transition rset(Command.Rset command) {
        return no();
    }

    @Override
    default Transition help(Command.Help command) {
        return no();
    }

    @Override
    default Transition vrfy(Command.Vrfy command) {
        return no();
    }

    @Override
    default Transition expn(Command.Expn command) {
        return no();
    }

    @Override
    default Transition etrn(Command.Etrn command) {
        return no();
    }

    @Override
    default Transition turn(Command.Turn command) {
        return no();
    }

    @Override
    default Transition atrn(Command.Atrn command) {
        return no();
    }

    @Override
    default Transition auth(Command.Auth command) {
        return no();
    }

    @Override
    default Transition xclient(Command.Xclient command) {
        return no();
    }

    @Override
    default Transition xforward(Command.Xforward command) {
        return no();
    }
}
