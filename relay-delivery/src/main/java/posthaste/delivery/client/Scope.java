package posthaste.delivery.client;

/** What a failure concerns, and so what may be tried next (docs: who gets another host, who waits). */
public enum Scope {
    /** No failure, or none that another host would cure. */
    NONE,
    /** This recipient: one more host, then wait. */
    RECIPIENT,
    /** This message: one more host, then wait. */
    MESSAGE,
    /** The host or the connection: every recipient may go to the next host now. */
    HOST
}
