package posthaste.server.smtp;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import posthaste.smtp.Command;

/** Has what waits for a node tried now (RFC 1985). */
public interface Flushing {

    /** For {@code DOMAIN} and {@code SUBDOMAINS}; the caller was asked who may. Completes on {@code owner}. */
    CompletionStage<Begun> attemptNow(Command.Etrn command, Executor owner);

    /**
     * What is tried now.
     *
     * @param messages how many wait, counted up to some bound
     * @param more whether there are more
     */
    record Begun(long messages, boolean more) {}
}
