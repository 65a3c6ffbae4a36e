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
import posthaste.smtp.Mailbox;
import posthaste.smtp.ReversePath;

/**
 * A transaction as far as it has come. Adding a recipient copies a list that {@code limits.recipients} bounds, and in
 * return a draft is a value.
 *
 * @param reversePath of MAIL
 * @param options what else MAIL said
 * @param recipients accepted as mail, each once
 * @param terminals accepted for their terminals, each once
 * @param refusedAny whether a recipient was refused: then DATA without any is 554, not 503 (RFC 5321 §3.3)
 */
record EnvelopeDraft(
        ReversePath reversePath,
        MailOptions options,
        List<Recipient> recipients,
        List<TerminalRecipient> terminals,
        boolean refusedAny) {

    /**
     * A recipient whose terminal was active.
     *
     * @param instead who gets the message as mail where the terminal has gone meanwhile; nobody for SEND, and for SAML,
     *     whose mail goes out in any case
     */
    record TerminalRecipient(Mailbox address, List<Recipient> instead) {}

    EnvelopeDraft(ReversePath reversePath) {
        this(reversePath, MailOptions.NONE);
    }

    EnvelopeDraft(ReversePath reversePath, MailOptions options) {
        this(reversePath, options, List.of(), List.of(), false);
    }

    /** With those that are not there yet; the same where all are. */
    EnvelopeDraft plus(List<Recipient> accepted) {
        List<Recipient> more = new ArrayList<>(recipients.size() + accepted.size());
        more.addAll(recipients);
        for (Recipient each : accepted) if (!contains(each.mailbox())) more.add(each);
        boolean grown = more.size() > recipients.size();
        List<Recipient> all = Collections.unmodifiableList(more);
        return grown ? new EnvelopeDraft(reversePath, options, all, terminals, refusedAny) : this;
    }

    /** With a terminal, once. */
    EnvelopeDraft plus(TerminalRecipient terminal) {
        for (TerminalRecipient each : terminals) if (isSame(each.address(), terminal.address())) return this;
        List<TerminalRecipient> more = new ArrayList<>(terminals);
        more.add(terminal);
        return new EnvelopeDraft(reversePath, options, recipients, List.copyOf(more), refusedAny);
    }

    /** Where nothing goes to terminals: who had an active one gets mail, as far as mail may stand in for it. */
    EnvelopeDraft asMail() {
        var draft = new EnvelopeDraft(reversePath, options, recipients, List.of(), refusedAny);
        for (TerminalRecipient each : terminals) draft = draft.plus(each.instead());
        return draft;
    }

    /** The same, and an operator has to look at it before anybody gets it. */
    EnvelopeDraft held() {
        List<Recipient> held = recipients.stream()
                .map(each -> new Recipient(each.mailbox(), each.notifyOn(), each.originalRecipient(), true))
                .toList();
        return new EnvelopeDraft(reversePath, options, held, terminals, refusedAny);
    }

    /** Who gets it, as mail or on a terminal; each once. */
    List<Mailbox> addresses() {
        List<Mailbox> all = new ArrayList<>(size());
        for (Recipient each : recipients) all.add(each.mailbox());
        for (TerminalRecipient each : terminals) if (!contains(each.address())) all.add(each.address());
        return Collections.unmodifiableList(all);
    }

    EnvelopeDraft withRefusal() {
        return refusedAny ? this : new EnvelopeDraft(reversePath, options, recipients, terminals, true);
    }

    /** Domains are compared in any letter case, local parts as they are (RFC 5321 §2.4). */
    boolean contains(Mailbox mailbox) {
        for (Recipient recipient : recipients) if (isSame(recipient.mailbox(), mailbox)) return true;
        return false;
    }

    private static boolean isSame(Mailbox one, Mailbox other) {
        return one.localPart().equals(other.localPart()) && one.domain().equalsIgnoreCase(other.domain());
    }

    boolean isEmpty() {
        return recipients.isEmpty() && terminals.isEmpty();
    }

    int size() {
        return recipients.size() + terminals.size();
    }

    /** Whether anything of it may have to be queued. */
    boolean mayBeMail() {
        if (!recipients.isEmpty()) return true;
        for (TerminalRecipient each : terminals) if (!each.instead().isEmpty()) return true;
        return false;
    }

    /** Its recipient, where it has one only. */
    Optional<Mailbox> onlyRecipient() {
        return size() == 1 && !recipients.isEmpty()
                ? Optional.of(recipients.get(0).mailbox())
                : Optional.empty();
    }

    /**
     * The envelope of what goes out as mail.
     *
     * @param content what the message really holds, so that the next host is told the truth
     * @param reportLifetime how long mail from the null reverse-path is kept, from its release on
     */
    Envelope envelope(Content content, Instant now, Duration reportLifetime, Source source) {
        Instant firstDue = options.releaseAt().filter(now::isBefore).orElse(now);
        Optional<Instant> expiresAt =
                reversePath.isNull() ? Optional.of(firstDue.plus(reportLifetime)) : Optional.empty();
        Requests requests = options.requests();
        return new Envelope(
                reversePath,
                recipients,
                requests.priorityLevel().isPresent()
                        ? PriorityClass.ofLevel(requests.priorityLevel().getAsInt())
                        : PriorityClass.NORMAL,
                content.bodyType(),
                needsSmtpUtf8(content),
                requests,
                now,
                firstDue,
                expiresAt,
                source);
    }

    /**
     * A message that is ASCII in all but its body can go to every host (RFC 6531 §3.2). Addresses may be beyond ASCII even
     * where MAIL was not: those that ours stand for.
     */
    private boolean needsSmtpUtf8(Content content) {
        if ((options.smtpUtf8() && content.eightBitHeader()) || !reversePath.isAscii()) return true;
        for (Recipient each : recipients) if (!isAscii(each)) return true;
        return false;
    }

    private static boolean isAscii(Recipient recipient) {
        Optional<String> original = recipient.originalRecipient();
        return recipient.mailbox().isAscii()
                && (original.isEmpty() || original.get().chars().allMatch(c -> c < 0x80));
    }
}
