package posthaste.delivery.dsn;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import posthaste.queue.Delivery;
import posthaste.queue.Settlement;

/** Writes the reports that a settlement carries; decides whether there is one at all. */
public interface Reports {
    /**
     * The failure report for these recipients of one delivery: none when its reverse-path is null or no recipient's
     * NOTIFY asks for it, else one for all of them together (RFC 3464).
     *
     * @param owner where the stage completes; it never fails: without a readable body the report goes without content
     */
    CompletionStage<List<Settlement.Report>> failed(
            Delivery delivery, List<FailedRecipient> failed, Instant now, Executor owner);

    /**
     * The notice that a host took the message which will tell the sender nothing more (RFC 3461 §5.2.2, RFC 2852 §4.1.4): none
     * for the null reverse-path and NOTIFY=NEVER.
     *
     * @param relayed those of whom the sender wants to hear it, with the reply of that host
     */
    CompletionStage<List<Settlement.Report>> relayed(
            Delivery delivery, List<FailedRecipient> relayed, Instant now, Executor owner);

    /** The delay notice, by the same rules with NOTIFY=DELAY. */
    CompletionStage<List<Settlement.Report>> delayed(
            Delivery delivery, List<FailedRecipient> waiting, Instant now, Instant expiresAt, Executor owner);
}
