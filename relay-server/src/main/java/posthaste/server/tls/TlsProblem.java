package posthaste.server.tls;

/** A certificate or a key cannot be used; the message names the file and what to do about it. */
public final class TlsProblem extends Exception {
    private static final long serialVersionUID = 1L;

    TlsProblem(String message) {
        super(message);
    }
}
