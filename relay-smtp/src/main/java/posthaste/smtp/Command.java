package posthaste.smtp;

import java.util.List;
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

    /** MAIL FROM and its kin SEND, SOML and SAML (RFC 5321 §4.1.1.2, RFC 821 §3.4): begins a transaction. */
    record Mail(MailVerb verb, ReversePath reversePath, MailParameters parameters) implements Command {
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

    /**
     * BDAT (RFC 3030 §2): a chunk of the message follows at once, whatever the answer will be.
     *
     * @param octets of the chunk, 0 or more; a number too large for a long is {@link Long#MAX_VALUE}
     * @param last whether the message ends with it
     */
    record Bdat(long octets, boolean last) implements Command {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.bdat(this);
        }
    }

    /** A BDAT whose chunk has no known length: what follows cannot be told from commands, so the connection must end. */
    record LostBdat(Reply refusal) implements Command {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.lostBdat(this);
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
     * @param user as written, without control characters: a name, a quoted string or an address with or without brackets
     * @param smtpUtf8 whether the answer may hold UTF-8 (RFC 6531 §3.7.4.2)
     */
    record Vrfy(String user, boolean smtpUtf8) implements Command {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.vrfy(this);
        }
    }

    /**
     * EXPN (RFC 5321 §4.1.1.7).
     *
     * @param list as written, without control characters: a name, a quoted string or an address with or without brackets
     * @param smtpUtf8 whether the answer may hold UTF-8 (RFC 6531 §3.7.4.2)
     */
    record Expn(String list, boolean smtpUtf8) implements Command {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.expn(this);
        }
    }

    /**
     * ETRN (RFC 1985): delivery of what waits for a node is begun.
     *
     * @param scope what is meant by {@code node}
     * @param node a domain in its form as written, or the name of a queue
     */
    record Etrn(Scope scope, String node) implements Command {
        /** The first octet of the argument tells (RFC 1985 §5.3). */
        public enum Scope {
            /** {@code node}: this domain. */
            DOMAIN,
            /** {@code @node}: this domain and those below it. */
            SUBDOMAINS,
            /** {@code #node}: a queue of the server's. */
            QUEUE
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.etrn(this);
        }
    }

    /** TURN (RFC 821 §3.8): client and server change roles. */
    record Turn() implements Command {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.turn(this);
        }
    }

    /**
     * ATRN (RFC 2645 §5.2): TURN for an authenticated client.
     *
     * @param domains whose mail the client wants; empty: all that are its own
     */
    record Atrn(List<String> domains) implements Command {
        public Atrn {
            domains = List.copyOf(domains);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.atrn(this);
        }
    }

    /** STARTTLS (RFC 3207 §4): TLS follows the answer. */
    record StartTls() implements Command {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.startTls(this);
        }
    }

    /**
     * AUTH (RFC 4954 §4).
     *
     * @param mechanism of SASL, in upper case
     * @param initialResponse in base64 as written, {@code =} for one of no octets; a secret
     */
    record Auth(String mechanism, Optional<String> initialResponse) implements Command {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.auth(this);
        }

        @Override
        public String toString() {
            return "Auth[" + mechanism + "]";
        }
    }

    /** XCLIENT, of Postfix: whoever speaks does so for another client, and the session begins anew with that one. */
    record Xclient(ClientAttributes attributes) implements Command {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.xclient(this);
        }
    }

    /** XFORWARD, of Postfix: from whom the next message really comes, for the log. */
    record Xforward(ClientAttributes attributes) implements Command {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.xforward(this);
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

        R bdat(Bdat command);

        R lostBdat(LostBdat command);

        R rset(Rset command);

        R noop(Noop command);

        R help(Help command);

        R vrfy(Vrfy command);

        R expn(Expn command);

        R etrn(Etrn command);

        R turn(Turn command);

        R atrn(Atrn command);

        R startTls(StartTls command);

        R auth(Auth command);

        R xclient(Xclient command);

        R xforward(Xforward command);

        R quit(Quit command);

        R unimplemented(Unimplemented command);

        R foreign(Foreign line);

        R malformed(Malformed line);
    }
}
