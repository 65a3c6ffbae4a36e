package posthaste.delivery.client;

import java.util.List;
import java.util.Optional;
import posthaste.delivery.route.NextHop;
import posthaste.queue.DotSlots;

/**
 * How a transaction ended.
 *
 * @param transaction which
 * @param hop the host that was asked
 * @param recipients one result per recipient, in the order of the transaction
 * @param hostFailure the failure that cut it short; the same is given to {@link ConnectionListener#closed}, where it
 *     counts for the host
 * @param asked whether the host was asked at all; false where it lacks what the message needs, or had no time for it
 * @param passedOn which wishes of the sender the host was told of
 * @param slot marks the final dot on disk; to be released once the outcome is in the queue. Blank where no dot was sent
 */
public record TransactionResult(
        Transaction transaction,
        NextHop hop,
        List<RecipientResult> recipients,
        Optional<HostFailure> hostFailure,
        boolean asked,
        PassedOn passedOn,
        DotSlots.Slot slot) {}
