package posthaste.queue;

import java.util.List;
import java.util.Optional;

/**
 * How an attempt ended: one value, written in one atomic batch with its events and the reports it caused. Recipients
 * of the delivery that are neither in {@code finished} nor in {@code deferral} would be lost, so the constructor
 * refuses that.
 *
 * @param delivery what was attempted; its key is removed
 * @param finished what each recipient that is done came to
 * @param deferral the next revision, when recipients stay open
 * @param reports delivery status notifications to accept in the same batch
 */
public record Settlement(
        Delivery delivery, List<Finished> finished, Optional<Deferral> deferral, List<Report> reports) {

    public Settlement {
        finished = List.copyOf(finished);
        reports = List.copyOf(reports);
        int accounted =
                finished.size() + deferral.map(open -> open.recipients().size()).orElse(0);
        if (accounted != delivery.recipients().size()) {
            throw new IllegalArgumentException(
                    accounted + " outcomes for " + delivery.recipients().size() + " recipients of "
                            + delivery.message().id());
        }
    }

    /**
     * A recipient that needs no further attempt.
     *
     * @param kind which event tells of it
     * @param reply the deciding reply in one line, ours where the host gave none
     * @param host name and address of the host that gave it; empty where none did
     */
    public record Finished(Recipient recipient, QueueEvent.Kind kind, String reply, String host) {}

    /**
     * What stays open, and until when.
     *
     * @param recipients those still open; at least one
     * @param dueMillis the next attempt; milliseconds since 1970
     * @param attempts charged so far, this attempt included when it was
     * @param told what the sender was told of the wait, now or before
     * @param lastReply why
     * @param lastHost who said so; empty where no host was reached
     * @param kind DEFERRED, or AMBIGUOUS where the reply to the final dot was lost
     */
    public record Deferral(
            List<Recipient> recipients,
            long dueMillis,
            int attempts,
            Notices told,
            posthaste.smtp.Reply lastReply,
            String lastHost,
            QueueEvent.Kind kind) {

        public Deferral {
            recipients = List.copyOf(recipients);
            if (recipients.isEmpty()) throw new IllegalArgumentException("a deferral keeps at least one recipient");
        }
    }

    /** A message of our own: a report to the sender, at most one chunk long; the array must not change any more. */
    @SuppressWarnings("ArrayRecordComponent") // never compared; a copy per report would serve nobody
    public record Report(Envelope envelope, byte[] content) {}
}
