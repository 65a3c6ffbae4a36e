package posthaste.queue;

import java.util.List;
import java.util.Optional;
import posthaste.smtp.Reply;

/**
 * One part of a message that waits for its next attempt: the recipients of one destination that are still open.
 *
 * @param key where it stands in the backlog
 * @param message the message it is a part of
 * @param recipients those still open; at least one
 * @param attempts how many attempts were charged to it
 * @param told what the sender was told of the wait
 * @param lastReply why it is still here; empty before the first attempt
 * @param lastHost the host that gave lastReply, as logged; empty where no host was reached
 * @param body the content: in memory for fresh mail while the budget lasts, else read on demand
 */
public record Delivery(
        DeliveryKey key,
        QueuedMessage message,
        List<Recipient> recipients,
        int attempts,
        Notices told,
        Optional<Reply> lastReply,
        String lastHost,
        StoredBody body) {}
