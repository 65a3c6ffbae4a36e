package posthaste.delivery.dsn;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.delivery.BounceConfig;
import posthaste.delivery.RetryConfig;
import posthaste.delivery.route.OwnMailboxes;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryKey;
import posthaste.queue.Envelope;
import posthaste.queue.Envelope.Requests;
import posthaste.queue.PriorityClass;
import posthaste.queue.Recipient;
import posthaste.queue.Settlement;
import posthaste.queue.StoredBody;
import posthaste.smtp.BodyType;
import posthaste.smtp.Mailbox;
import posthaste.smtp.ReversePath;

/**
 * Writes delivery status notifications (RFC 3464) in the name of {@code MAILER-DAEMON@hostname}. Thread-safe. Where
 * the recipients of one delivery are too many for one report of 64 KiB, there are several.
 */
public final class DsnReports implements Reports {
    private static final Logger log = LoggerFactory.getLogger(DsnReports.class);

    private final OwnMailboxes own;
    private final DsnWriter writer;
    private final RetryConfig retry;

    /**
     * @param hostname our name, which the reports come from
     * @param bounce whom to name as a person to write to
     * @param retry how long a report itself is tried
     */
    public DsnReports(String hostname, BounceConfig bounce, RetryConfig retry, OwnMailboxes own) {
        this.own = own;
        this.writer = new DsnWriter(hostname, bounce.postmaster());
        this.retry = retry;
    }

    @Override
    public CompletionStage<List<Settlement.Report>> failed(
            Delivery delivery, List<FailedRecipient> failed, Instant now, Executor owner) {
        return reports(DsnReport.Kind.FAILED, delivery, failed, now, Optional.empty(), owner);
    }

    @Override
    public CompletionStage<List<Settlement.Report>> relayed(
            Delivery delivery, List<FailedRecipient> relayed, Instant now, Executor owner) {
        return reports(DsnReport.Kind.RELAYED, delivery, relayed, now, Optional.empty(), owner);
    }

    @Override
    public CompletionStage<List<Settlement.Report>> delayed(
            Delivery delivery, List<FailedRecipient> waiting, Instant now, Instant expiresAt, Executor owner) {
        return reports(DsnReport.Kind.DELAYED, delivery, waiting, now, Optional.of(expiresAt), owner);
    }

    private CompletionStage<List<Settlement.Report>> reports(
            DsnReport.Kind kind,
            Delivery delivery,
            List<FailedRecipient> recipients,
            Instant now,
            Optional<Instant> retryUntil,
            Executor owner) {
        Envelope envelope = delivery.message().envelope();
        List<FailedRecipient> named = DsnPolicy.named(kind, envelope, recipients);
        if (named.isEmpty()) return CompletableFuture.completedStage(List.of());

        Mailbox sender = envelope.reversePath().mailbox().orElseThrow();
        return original(kind, delivery, owner)
                .thenApply(original -> written(new DsnReport(
                        kind, id(kind, delivery.key()), sender, delivery.message(), named, now, retryUntil, original)));
    }

    private List<Settlement.Report> written(DsnReport all) {
        var reports = new ArrayList<Settlement.Report>();
        for (List<FailedRecipient> group : groups(all)) {
            String id = all.id() + (reports.isEmpty() ? "" : "." + reports.size());
            byte[] content = writer.write(new DsnReport(
                    all.kind(), id, all.sender(), all.message(), group, all.now(), all.retryUntil(), all.original()));
            reports.add(new Settlement.Report(envelope(all, content), content));
        }
        return reports;
    }

    private List<List<FailedRecipient>> groups(DsnReport all) {
        var groups = new ArrayList<List<FailedRecipient>>();
        var group = new ArrayList<FailedRecipient>();
        int groupBytes = 0;
        for (FailedRecipient each : all.recipients()) {
            int bytes = writer.sizeOf(all, each);
            if (!group.isEmpty() && groupBytes + bytes > DsnWriter.RECIPIENTS_MAX) {
                groups.add(List.copyOf(group));
                group.clear();
                groupBytes = 0;
            }
            group.add(each);
            groupBytes += bytes;
        }
        groups.add(List.copyOf(group));
        return groups;
    }

    /** A report itself fails silently: it comes from the null reverse-path (RFC 3464 §2, RFC 5321 §4.5.5). */
    private Envelope envelope(DsnReport report, byte[] content) {
        boolean eightBit = ReturnedContent.hasEightBit(content);
        List<Recipient> readers = own.readers(report.sender());
        return new Envelope(
                ReversePath.NULL,
                readers,
                PriorityClass.NORMAL,
                eightBit ? BodyType.EIGHT_BIT_MIME : BodyType.SEVEN_BIT,
                !readers.stream().allMatch(reader -> reader.mailbox().isAscii())
                        || !ForeignText.isAscii(report.sender().toString()),
                Requests.NONE,
                report.now(),
                report.now(),
                Optional.of(report.now().plus(retry.expireBounce())),
                Envelope.Source.LOCAL);
    }

    /** The same for a settlement that is written again, so that a duplicate can be seen as one. */
    private static String id(DsnReport.Kind kind, DeliveryKey key) {
        return key.message() + "." + key.part() + "." + key.revision() + "." + kind.action();
    }

    private static CompletionStage<DsnReport.Original> original(
            DsnReport.Kind kind, Delivery delivery, Executor owner) {
        StoredBody body = delivery.body();
        boolean complete = body.bytes() <= DsnWriter.ORIGINAL_MAX
                && DsnPolicy.returnsWholeMessage(kind, delivery.message().envelope());
        return BodyStart.read(body, DsnWriter.ORIGINAL_MAX, owner)
                .thenApply(start -> new DsnReport.Original(Optional.of(start), complete))
                .exceptionally(failure -> {
                    log.warn(
                            "{}: report without the message: {}",
                            delivery.message().id(),
                            failure.toString());
                    return DsnReport.Original.UNREADABLE;
                });
    }
}
