package posthaste.peer;

import java.nio.file.Path;

/**
 * How a client reaches the server, and as whom.
 *
 * @param way whether and when TLS is spoken
 * @param mechanism of AUTH; empty for none
 * @param user who logs in
 * @param secret a password, or a token
 * @param authority PEM file of the authority that the client believes, and no other
 */
record Access(Way way, String mechanism, String user, String secret, Path authority) {
    static final Access NONE = new Access(Way.PLAIN, "", "", "", Path.of("/dev/null"));

    /** Whether and when TLS is spoken. */
    enum Way {
        PLAIN,
        STARTTLS,
        IMPLICIT
    }

    boolean isSecured() {
        return way != Way.PLAIN;
    }

    boolean isAuthenticated() {
        return !mechanism.isEmpty();
    }

    boolean isToken() {
        return mechanism.equals("OAUTHBEARER") || mechanism.equals("XOAUTH2");
    }
}
