package posthaste.server.smtp;

import io.vertx.core.internal.ContextInternal;

/** Shows each message to the content filters of the operator while it comes in, and asks them what becomes of it. */
public interface ContentFilters {

    /** Whether there is none: then nothing is ever begun. */
    boolean isEmpty();

    /**
     * Begins to show a message. Call on the event loop of {@code loop}, on which the screening lives.
     *
     * @param message what is known of it before its content
     */
    Screening begin(ScreenedMessage message, ContextInternal loop);
}
