package posthaste.server.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import posthaste.smtp.Mailbox;

/** Looks over all aliases together: what one alone cannot show to be wrong. */
public final class AliasReview {
    private final Directory directory;
    private final List<Finding> findings = new ArrayList<>();
    private final Map<MailboxKey, Integer> seen = new HashMap<>();

    /**
     * What is wrong with one alias, or worth a warning.
     *
     * @param alias its place in the list, from 0
     * @param key the key of the alias that is meant
     * @param text what is wrong and how to mend it
     * @param problem whether it cannot stay so
     */
    public record Finding(int alias, String key, String text, boolean problem) {}

    private AliasReview(Directory directory) {
        this.directory = directory;
    }

    /** Everything that is to be said, in the order of the aliases. */
    public static List<Finding> of(Directory directory) {
        var review = new AliasReview(directory);
        List<Alias> aliases = directory.config().aliases();
        for (int i = 0; i < aliases.size(); i++) review.look(i, aliases.get(i));
        return List.copyOf(review.findings);
    }

    private void look(int index, Alias alias) {
        address(index, alias.address());
        for (Mailbox member : alias.members()) member(index, alias, member);
        if (alias.leadsOn()) expansion(index, alias);
    }

    private void address(int index, Mailbox address) {
        if (!directory.isLocal(address)) {
            problem(
                    index,
                    "address",
                    "\"%s\" is in no local domain; add %s to directory.domains, or write an address of one"
                            .formatted(address, address.domain()));
        } else if (directory.isPostmaster(address)) {
            problem(index, "address", "mail to the postmaster is set by bounce.postmaster, which may be an alias");
        }
        Integer before = seen.putIfAbsent(MailboxKey.of(address), index);
        if (before != null) {
            problem(
                    index,
                    "address",
                    "\"%s\" is there before, as alias %d of the file; letter case makes no difference"
                            .formatted(address, before + 1));
        }
    }

    private void member(int index, Alias alias, Mailbox member) {
        boolean gone = directory.isLocal(member)
                && !directory.isPostmaster(member)
                && directory.alias(member).isEmpty();
        if (!gone) return;
        String consequence = alias.isList() ? "what is sent to it bounces" : "mail to it is refused";
        warning(index, "\"%s\" is in a local domain and no alias: %s".formatted(member, consequence));
    }

    private void expansion(int index, Alias alias) {
        Expansion expansion = Expansion.of(alias, directory, directory.expansionMax());
        if (expansion.mailboxes().isEmpty()) {
            problem(index, "members", "they lead back to \"%s\" only; name somebody else".formatted(alias.address()));
        } else if (expansion.loops()) {
            warning(index, "one of them leads back to where it came from; it is cut there");
        }
        if (expansion.isTooDeep()) {
            problem(index, "members", "aliases stand for aliases more than %d times".formatted(Expansion.DEPTH_MAX));
        }
        if (expansion.isTooLong()) {
            problem(
                    index,
                    "members",
                    "they are more than %d addresses in the end; raise limits.recipients or split the list"
                            .formatted(directory.expansionMax()));
        }
    }

    private void problem(int index, String key, String text) {
        findings.add(new Finding(index, key, text, true));
    }

    private void warning(int index, String text) {
        findings.add(new Finding(index, "members", text, false));
    }
}
