package posthaste.delivery.dsn;

import java.util.List;
import posthaste.queue.Envelope;
import posthaste.smtp.BodyType;
import posthaste.smtp.ReturnContent;

/** Who is told what (RFC 3461 §4 and §6, RFC 5321 §4.5.5). A report never causes a report. */
final class DsnPolicy {

    private DsnPolicy() {}

    /** Those of {@code recipients} that a report of this kind names; none for the null reverse-path. */
    static List<FailedRecipient> named(DsnReport.Kind kind, Envelope envelope, List<FailedRecipient> recipients) {
        if (envelope.reversePath().isNull()) return List.of();
        return recipients.stream()
                .filter(each -> kind.isWantedBy(each.recipient().notifyOn()))
                .toList();
    }

    /**
     * Whether the sender gets the whole message back: where RET allows it, and only with a failure (RFC 3461 §4.3).
     * Binary content has no place in a report of lines, and what had to be encrypted on its way none in a report that may not
     * be (RFC 8689 §5).
     */
    static boolean returnsWholeMessage(DsnReport.Kind kind, Envelope envelope) {
        return kind == DsnReport.Kind.FAILED
                && envelope.requests().returnContent() != ReturnContent.HEADERS
                && !envelope.requests().requireTls()
                && envelope.bodyType() != BodyType.BINARY_MIME;
    }
}
