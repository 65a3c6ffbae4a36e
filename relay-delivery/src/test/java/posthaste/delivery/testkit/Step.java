package posthaste.delivery.testkit;

/** A point of a session at which a {@link ScriptedHop} can be told what to do. */
public enum Step {
    /** The client has connected. */
    GREETING,
    EHLO,
    HELO,
    MAIL,
    RCPT,
    DATA,
    /** The first line of a content has arrived. */
    BODY,
    /** The final dot has arrived. */
    DOT,
    RSET,
    QUIT,
    /** Any other command. */
    OTHER
}
