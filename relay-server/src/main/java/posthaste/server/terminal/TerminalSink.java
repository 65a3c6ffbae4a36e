package posthaste.server.terminal;

import io.vertx.core.Future;
import posthaste.smtp.Mailbox;

/** One terminal of one address. Any thread may call it. */
public interface TerminalSink {

    /** Whether it would take a message now, as far as is known. Never blocks. */
    boolean isUp();

    /**
     * Writes a message. Never blocks.
     *
     * @param to the address whose terminal this is
     * @return completes, on any thread and after a bounded time, when the message was written; fails when it was not
     */
    Future<Void> write(TerminalMessage message, Mailbox to);
}
