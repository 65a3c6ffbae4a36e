package posthaste.delivery.client;

/** The steps of a connection, in order: where something went wrong. */
public enum Stage {
    CONNECT,
    GREETING,
    /** EHLO, and HELO where EHLO was refused. */
    EHLO,
    RSET,
    MAIL,
    RCPT,
    DATA,
    /** From the 354 until the final dot is handed to the socket. */
    BODY,
    /** From the final dot to its reply. */
    DOT,
    /** Between transactions. */
    IDLE
}
