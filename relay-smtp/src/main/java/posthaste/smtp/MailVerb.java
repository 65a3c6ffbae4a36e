package posthaste.smtp;

/**
 * The commands that begin a transaction (RFC 821 §3.4, RFC 5321 Appendix F.6). They differ in where the message goes: to
 * the mailbox, or to a terminal on which a user takes messages at once. The next hop always gets MAIL.
 */
public enum MailVerb {
    /** To the mailbox. */
    MAIL,
    /** To the terminal; a recipient without an active one is refused. */
    SEND,
    /** To the terminal where one is active, else to the mailbox. */
    SOML,
    /** To the terminal where one is active, and to the mailbox in any case. */
    SAML;

    /** Whether mail to a recipient with an active terminal goes to the mailbox too. */
    public boolean alwaysMails() {
        return this == MAIL || this == SAML;
    }

    /** Whether a terminal is looked for. */
    public boolean seeksTerminal() {
        return this != MAIL;
    }
}
