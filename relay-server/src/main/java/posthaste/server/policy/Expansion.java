package posthaste.server.policy;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import posthaste.smtp.Mailbox;

/**
 * Follows members to where the mail goes in the end, each address once. A member of ours that takes no mail is kept as
 * it is: it bounces, and the others get theirs. One use, one thread; the directory bounds what is followed.
 */
final class Expansion {
    /** How deep aliases may stand for aliases. */
    static final int DEPTH_MAX = 20;

    private final Directory directory;
    private final int max;
    private final Map<MailboxKey, Mailbox> found = new LinkedHashMap<>();
    private final Set<MailboxKey> followed = new HashSet<>();
    private final Set<MailboxKey> path = new HashSet<>();
    private boolean loops;
    private boolean tooDeep;
    private boolean tooMany;

    private Expansion(Directory directory, int max) {
        this.directory = directory;
        this.max = max;
    }

    /** Of the members of one alias. */
    static Expansion of(Alias alias, Directory directory, int max) {
        var expansion = new Expansion(directory, max);
        expansion.follow(MailboxKey.of(alias.address()), alias.members());
        return expansion;
    }

    /** Of one address, which need not be ours. */
    static Expansion of(Mailbox mailbox, Directory directory, int max) {
        var expansion = new Expansion(directory, max);
        expansion.add(mailbox);
        return expansion;
    }

    private void follow(MailboxKey key, Collection<Mailbox> members) {
        if (path.contains(key)) {
            loops = true;
        } else if (path.size() >= DEPTH_MAX) {
            tooDeep = true;
        } else if (followed.add(key)) {
            path.add(key);
            for (Mailbox member : members) add(member);
            path.remove(key);
        }
    }

    private void add(Mailbox member) {
        Optional<List<Mailbox>> further = directory.membersOf(member);
        if (further.isPresent()) {
            follow(MailboxKey.of(member), further.get());
        } else if (found.size() < max) {
            found.putIfAbsent(MailboxKey.exact(member), member);
        } else if (!found.containsKey(MailboxKey.exact(member))) {
            tooMany = true;
        }
    }

    /** In the order of the members. */
    List<Mailbox> mailboxes() {
        return List.copyOf(found.values());
    }

    /** Whether an address led back to itself, where it was cut. */
    boolean loops() {
        return loops;
    }

    /** Whether it was cut because aliases stand for aliases too often. */
    boolean isTooDeep() {
        return tooDeep;
    }

    /** Whether it was cut because it holds too many addresses. */
    boolean isTooLong() {
        return tooMany;
    }
}
