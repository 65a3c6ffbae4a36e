package posthaste.server.smtp;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import posthaste.queue.Envelope;
import posthaste.queue.Envelope.Requests;
import posthaste.queue.Envelope.Source;
import posthaste.queue.PriorityClass;
import posthaste.queue.Recipient;
import posthaste.smtp.BodyType;
import posthaste.smtp.Mailbox;
import posthaste.smtp.ReversePath;

/**
 * A transaction as far as it has come. Adding a recipient copies a list that {@code limits.recipients} bounds, and in
 * return a draft is a value.
 *
 * @param reversePath of MAIL
 * @param recipients accepted, each once
 * @param refusedAny whether a recipient was refused: then DATA without any is 554, not 503 (RFC 5321 §3.3)
 */
record EnvelopeDraft(ReversePath reversePath, List<Recipient> recipients, boolean refusedAny) {

    EnvelopeDraft(ReversePath reversePath) {
        this(reversePath, List.of(), false);
    }

    /** With those that are not there yet; the same where all are. */
    EnvelopeDraft plus(List<Recipient> accepted) {
        List<Recipient> more = new ArrayList<>(recipients.size() + accepted.size());
        more.addAll(recipients);
        for (Recipient each : accepted) if (!contains(each.mailbox())) more.add(each);
        boolean grown = more.size() > recipients.size();
        return grown ? new EnvelopeDraft(reversePath, Collections.unmodifiableList(more), refusedAny) : this;
    }

    EnvelopeDraft withRefusal() {
        return refusedAny ? this : new EnvelopeDraft(reversePath, recipients, true);
    }

    /** Domains are compared in any letter case, local parts as they are (RFC 5321 §2.4). */
    boolean contains(Mailbox mailbox) {
        for (Recipient recipient : recipients) {
            Mailbox other = recipient.mailbox();
            boolean same = other.localPart().equals(mailbox.localPart())
                    && other.domain().equalsIgnoreCase(mailbox.domain());
            if (same) return true;
        }
        return false;
    }

    boolean isEmpty() {
        return recipients.isEmpty();
    }

    /** Its recipient, where it has one only. */
    Optional<Mailbox> onlyRecipient() {
        return recipients.size() == 1 ? Optional.of(recipients.get(0).mailbox()) : Optional.empty();
    }

    /**
     * @param bodyType what the content really holds, so that the next host is told the truth
     * @param reportLifetime how long mail from the null reverse-path is kept
     */
    Envelope envelope(BodyType bodyType, Instant now, Duration reportLifetime, Source source) {
        Optional<Instant> expiresAt = reversePath.isNull() ? Optional.of(now.plus(reportLifetime)) : Optional.empty();
        return new Envelope(
                reversePath,
                recipients,
                PriorityClass.NORMAL,
                bodyType,
                false,
                Requests.NONE,
                now,
                now,
                expiresAt,
                source);
    }
}
