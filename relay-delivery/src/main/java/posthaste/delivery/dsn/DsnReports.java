package posthaste.delivery.dsn;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import posthaste.delivery.BounceConfig;
import posthaste.delivery.RetryConfig;
import posthaste.queue.Delivery;
import posthaste.queue.Settlement;

/** Writes delivery status notifications (RFC 3464) in the name of {@code MAILER-DAEMON@hostname}. Thread-safe. */
public final class DsnReports implements Reports {

    /**
     * @param hostname our name, which the reports come from
     * @param bounce whom to name as a person to write to
     * @param retry how long a report itself is tried
     */
    public DsnReports(String hostname, BounceConfig bounce, RetryConfig retry) {}

    @Override
    public CompletionStage<List<Settlement.Report>> failed(
            Delivery delivery, List<FailedRecipient> failed, Instant now, Executor owner) {
        return CompletableFuture.completedStage(List.of());
    }

    @Override
    public CompletionStage<List<Settlement.Report>> delayed(
            Delivery delivery, List<FailedRecipient> waiting, Instant now, Instant expiresAt, Executor owner) {
        return CompletableFuture.completedStage(List.of());
    }
}
