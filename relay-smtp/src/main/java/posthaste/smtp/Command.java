package posthaste.smtp;

import java.util.Optional;

/** One line from the client, parsed. A line we refuse is a command too: its refusal is its meaning. */
public sealed interface Command {

    /** Calls the method of {@code handler} that is named after this command. */
    <R> R accept(Handler<R> handler);

    /**
     * HELO (RFC 5321 §4.1.1.1).
     *
     * @param domain domain name or address literal as written; what a client claims, never proof of anything
     */
    record Helo(String domain) implements Command {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.helo(this);
        }
    }

    /**
     * EHLO (RFC 5321 §4.1.1.1).
     *
     * @param domain domain name or address literal as written; what a client claims, never proof of anything
     */
    record Ehlo(String domain) implements Command {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.ehlo(this);
        }
    }

    /** MAIL FROM (RFC 5321 §4.1.1.2): begins a transaction. */
    record Mail(ReversePath reversePath, MailParameters parameters) implements Command {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.mail(this);
        }
    }

    /** RCPT TO (RFC 5321 §4.1.1.3): adds one recipient. */
    record Rcpt(ForwardPath forwardPath, RcptParameters parameters) implements Command {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.rcpt(this);
        }
    }

    /** DATA (RFC 5321 §4.1.1.4): the message follows after a 354. */
    record Data() implements Command {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.data(this);
        }
    }

    /** RSET (RFC 5321 §4.1.1.5): drops the transaction. */
    record Rset() implements Command {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.rset(this);
        }
    }

    /** NOOP (RFC 5321 §4.1.1.9); its argument is ignored. */
    record Noop() implements Command {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.noop(this);
        }
    }

    /**
     * HELP (RFC 5321 §4.1.1.8).
     *
     * @param topic as written, printable ASCII; empty where the client named none
     */
    record Help(Optional<String> topic) implements Command {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.help(this);
        }
    }

    /**
     * VRFY (RFC 5321 §4.1.1.6).
     *
     * @param user as written, printable ASCII: a name, a quoted string or an address with or without brackets
     */
    record Vrfy(String user) implements Command {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.vrfy(this);
        }
    }

    /** QUIT (RFC 5321 §4.1.1.10). */
    record Quit() implements Command {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.quit(this);
        }
    }

    /**
     * A verb that SMTP knows and this relay does not offer: answered 502 (RFC 5321 §4.2.4).
     *
     * @param verb in upper case
     */
    record Unimplemented(String verb) implements Command {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.unimplemented(this);
        }
    }

    /** A line of another protocol, HTTP or TLS: whoever sends it does not mean us, and what follows is no command. */
    record Foreign() implements Command {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.foreign(this);
        }
    }

    /** Unknown verb, bad syntax or unknown parameter; {@code refusal} is 500, 501, 504, 550, 553 or 555, ready to send. */
    record Malformed(Reply refusal) implements Command {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.malformed(this);
        }
    }

    /** One method per command, so a new command does not compile until every handler answers it. */
    interface Handler<R> {
        R helo(Helo command);

        R ehlo(Ehlo command);

        R mail(Mail command);

        R rcpt(Rcpt command);

        R data(Data command);

        R rset(Rset command);

        R noop(Noop command);

        R help(Help command);

        R vrfy(Vrfy command);

        R quit(Quit command);

        R unimplemented(Unimplemented command);

        R foreign(Foreign line);

        R malformed(Malformed line);
    }
}
