package posthaste.server.smtp;

import posthaste.smtp.Reply;

/** What one command takes off the {@link Budget} of its connection. */
enum Toll {
    NONE,
    /** A mistake of the client: counted against {@code errors}. */
    ERROR,
    /** A command that moves no mail, a chunk of no octets among them: counted against {@code junk-commands}. */
    JUNK,
    /** A transaction begins: counted against {@code messages-per-connection}. */
    TRANSACTION,
    /** The client has proved who it is: its budget of mistakes grows. */
    KNOWN,
    /** A message was accepted: the count of junk commands begins anew. */
    MESSAGE;

    private static final int FIRST_SYNTAX_ERROR = 500;
    private static final int LAST_SYNTAX_ERROR = 504;
    private static final int UNKNOWN_PARAMETER = 555;
    private static final int NO_SUCH_USER = 550;
    private static final int BAD_MAILBOX = 553;

    /** 500 to 504 and 555 are mistakes; a 4yz of ours never is one. */
    static Toll of(Reply reply) {
        boolean syntax = reply.code() >= FIRST_SYNTAX_ERROR && reply.code() <= LAST_SYNTAX_ERROR;
        return syntax || reply.code() == UNKNOWN_PARAMETER ? ERROR : NONE;
    }

    /** At RCPT 550 and 553 are mistakes too: they are what guessing at addresses earns. */
    static Toll ofRecipient(Reply reply) {
        return reply.code() == NO_SUCH_USER || reply.code() == BAD_MAILBOX ? ERROR : of(reply);
    }
}
