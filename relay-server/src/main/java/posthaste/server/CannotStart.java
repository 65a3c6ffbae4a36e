package posthaste.server;

/** Why the relay does not run; the message is one sentence that names what to do. */
public final class CannotStart extends Exception {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    CannotStart(int exitCode, String sentence) {
        super(sentence);
        this.exitCode = exitCode;
    }

    /** That of the process. */
    public int exitCode() {
        return exitCode;
    }

    /** The sentence. */
    public String sentence() {
        return String.valueOf(getMessage());
    }
}
