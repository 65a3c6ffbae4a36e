package posthaste.server.policy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import posthaste.queue.Recipient;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/**
 * Which addresses of the local domains there are, and where their mail goes. Immutable, so any thread may ask; a
 * look-up is one of a hash table, and what lists stand for is followed when it is asked for, because every alias of every
 * list kept in its expanded form could fill the memory.
 */
public final class Directory {
    private static final String POSTMASTER = "postmaster";

    private final DirectoryConfig config;
    private final LocalDomains local;
    private final int expansionMax;
    private final Map<MailboxKey, Alias> aliases = new HashMap<>();

    /**
     * @param expansionMax addresses that one alias can stand for at most: the setting {@code limits.recipients}, since
     *     they are the recipients of one message
     */
    public Directory(DirectoryConfig config, int expansionMax) {
        this.config = config;
        this.local = config.local();
        this.expansionMax = expansionMax;
        for (Alias alias : config.aliases()) aliases.put(MailboxKey.of(alias.address()), alias);
    }

    DirectoryConfig config() {
        return config;
    }

    int expansionMax() {
        return expansionMax;
    }

    boolean isLocal(Mailbox mailbox) {
        return local.contains(mailbox);
    }

    Optional<Alias> alias(Mailbox mailbox) {
        return Optional.ofNullable(aliases.get(MailboxKey.of(mailbox)));
    }

    /** Whether it is a postmaster of ours, in any letter case, quoted or not (RFC 5321 §4.5.1). */
    boolean isPostmaster(Mailbox mailbox) {
        return isLocal(mailbox) && isPostmaster(mailbox.localPart());
    }

    static boolean isPostmaster(String localPart) {
        return MailboxKey.name(localPart).equals(POSTMASTER);
    }

    /** The one that {@code <Postmaster>} means. */
    Mailbox postmaster() {
        return new Mailbox(POSTMASTER, local.hostname());
    }

    /** Whether nobody reads the mail of this postmaster, so that it waits for an operator. */
    boolean isHeld(Mailbox mailbox) {
        return local.postmaster().isEmpty() && (isPostmaster(mailbox) || mailbox.equals(postmaster()));
    }

    /** What becomes of mail to the postmaster. */
    Resolution findPostmaster() {
        Mailbox reader = local.postmaster().orElseGet(this::postmaster);
        List<Mailbox> mailboxes = Expansion.of(reader, this, expansionMax).mailboxes();
        // It is always taken (RFC 5321 §4.5.1).
        return new Resolution.Local(mailboxes.isEmpty() ? List.of(reader) : mailboxes, mailboxes.size() > 1);
    }

    /** What becomes of mail to an address in a local domain. */
    Resolution find(Mailbox mailbox) {
        if (isPostmaster(mailbox)) return findPostmaster();
        Optional<Alias> alias = alias(mailbox);
        return alias.map(this::resolve).orElseGet(() -> new Resolution.Unavailable(unknown()));
    }

    private Reply unknown() {
        return unknown(Replies.UNKNOWN_RECIPIENT);
    }

    /** What a client is told of an address that is not here; {@code otherwise} where that is certain. */
    Reply unknown(Reply otherwise) {
        return config.complete() ? otherwise : DirectoryReplies.UNREADABLE;
    }

    private Resolution resolve(Alias alias) {
        return switch (alias.state()) {
            case ACTIVE, FORWARDED -> follow(alias);
            case MOVED -> new Resolution.Moved(alias.target());
            case HOLD -> new Resolution.Unavailable(DirectoryReplies.ON_HOLD);
            case FULL -> new Resolution.Unavailable(DirectoryReplies.FULL);
            case AMBIGUOUS -> new Resolution.Unavailable(DirectoryReplies.AMBIGUOUS);
        };
    }

    private Resolution follow(Alias alias) {
        List<Mailbox> mailboxes = Expansion.of(alias, this, expansionMax).mailboxes();
        if (mailboxes.isEmpty()) return new Resolution.Unavailable(DirectoryReplies.LEADS_NOWHERE);
        if (mailboxes.size() == 1) {
            // Where nobody else gets the message the client can be told at once that this one does not.
            Optional<Reply> refusal = refusalNow(mailboxes.get(0), unknown());
            if (refusal.isPresent()) return new Resolution.Unavailable(refusal.get());
        }
        return alias.state() == Alias.State.FORWARDED
                ? new Resolution.Forwarded(alias.target(), mailboxes)
                : new Resolution.Local(mailboxes, alias.isList());
    }

    /** What the address stands for, if it is one of ours that stands for others. */
    Optional<List<Mailbox>> membersOf(Mailbox mailbox) {
        if (!isLocal(mailbox)) return Optional.empty();
        if (isPostmaster(mailbox)) {
            return local.postmaster().filter(reader -> !isPostmaster(reader)).map(List::of);
        }
        return alias(mailbox).filter(Alias::leadsOn).map(Alias::members);
    }

    /**
     * Who gets a report to this address: whom it stands for where it is one of ours, and the operator where nobody reads the
     * postmaster's mail; else itself. Any thread may ask.
     */
    public List<Recipient> readersOf(Mailbox address) {
        if (isHeld(address)) return List.of(Recipient.held(address));
        List<Mailbox> mailboxes = membersOf(address).isPresent()
                ? Expansion.of(address, this, expansionMax).mailboxes()
                : List.of();
        if (mailboxes.isEmpty()) return List.of(new Recipient(address));
        return mailboxes.stream().map(Recipient::new).toList();
    }

    /** Whether mail for this destination, a domain in lower case, ends here. */
    public boolean isLocal(String destination) {
        return local.domains().contains(destination);
    }

    /**
     * Why mail that is already accepted for this recipient can go nowhere: it is an address in a local domain that is
     * unknown, full, on hold, ambiguous or has moved. Empty for every recipient that is delivered like any other: remote
     * ones, the postmaster and who reads the postmaster's mail, and addresses that stand for others. The reply is permanent,
     * because the mail is returned. Any thread may ask.
     */
    public Optional<Reply> refusalOf(Mailbox recipient) {
        return refusalNow(recipient, Replies.UNKNOWN_RECIPIENT)
                .map(reply -> reply.isTransient() ? DirectoryReplies.NOT_TAKEN : reply);
    }

    /**
     * The same, as a client is told of it that could come back.
     *
     * @param unknown of an address that is not here
     */
    private Optional<Reply> refusalNow(Mailbox recipient, Reply unknown) {
        if (!isLocal(recipient) || isPostmaster(recipient) || isReader(recipient)) return Optional.empty();
        Optional<Alias> alias = alias(recipient);
        if (alias.isEmpty()) return Optional.of(unknown);
        return switch (alias.get().state()) {
            case ACTIVE, FORWARDED -> Optional.empty();
            case MOVED ->
                Optional.of(DirectoryReplies.moved(disclosed(alias.get().target()), false));
            case HOLD -> Optional.of(DirectoryReplies.ON_HOLD);
            case FULL -> Optional.of(DirectoryReplies.FULL);
            case AMBIGUOUS -> Optional.of(DirectoryReplies.AMBIGUOUS);
        };
    }

    /** The operator named it, so where its mail goes is the operator's word, a route as a rule. */
    private boolean isReader(Mailbox recipient) {
        return local.postmaster()
                .map(MailboxKey::of)
                .filter(MailboxKey.of(recipient)::equals)
                .isPresent();
    }

    /** Who reads the postmaster's mail at an address in a local domain that the directory does not know. */
    public Optional<Mailbox> strayReader() {
        return local.postmaster()
                .filter(reader -> isLocal(reader) && alias(reader).isEmpty());
    }

    /** The new address, where it may be told. */
    Optional<Mailbox> disclosed(Mailbox target) {
        return config.disclose() ? Optional.of(target) : Optional.empty();
    }
}
