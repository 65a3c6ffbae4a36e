package posthaste.server.smtp;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Reply;

/** Asks the name system whether the domain of a recipient takes mail at all. */
public interface DomainCheck {

    /**
     * Call on an event loop.
     *
     * @return why the recipient is refused: 550 5.1.2, 556 5.1.10, or 451 4.4.3 where the name system does not answer; empty
     *     where its domain takes mail. Completes on {@code owner}; never fails.
     */
    CompletionStage<Optional<Reply>> refusal(Mailbox recipient, Executor owner);
}
