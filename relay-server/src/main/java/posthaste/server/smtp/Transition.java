package posthaste.server.smtp;

/**
 * What a command or an event comes to.
 *
 * @param next the state from now on
 * @param action what the session does
 * @param toll what it costs the client; where its budget is spent, the session ends instead
 */
record Transition(SessionState next, Action action, Toll toll) {

    Transition(SessionState next, Action action) {
        this(next, action, Toll.NONE);
    }
}
