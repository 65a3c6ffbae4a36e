package posthaste.delivery.route;

import java.util.List;
import java.util.Optional;
import posthaste.queue.Recipient;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Reply;

/**
 * Which addresses end here: a domain of ours has mailboxes, and what it has not is returned without asking anybody. Called on
 * event loops for every recipient: thread-safe, never blocks.
 */
@FunctionalInterface
public interface OwnMailboxes {
    /** No domain is ours. */
    OwnMailboxes NONE = recipient -> Optional.empty();

    /**
     * Why mail for this address is returned, permanently: 550 5.1.1 where it does not exist, 552 5.2.2 where it is full.
     * Empty: it is delivered like any other.
     */
    Optional<Reply> refusal(Mailbox recipient);

    /**
     * Who gets a report to this address: those that it stands for, where it is one of ours; else itself.
     *
     * @return at least one
     */
    default List<Recipient> readers(Mailbox address) {
        return List.of(new Recipient(address));
    }

    /**
     * Whether addresses of this destination may be refused. Then what waits on disk for it is judged without a look-up of
     * its hosts first; mail that was just accepted is so in any case.
     *
     * @param destination domain in lower case or address literal
     */
    default boolean mayRefuse(String destination) {
        return false;
    }
}
