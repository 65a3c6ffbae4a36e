package posthaste.server.auth;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import posthaste.server.policy.MailboxKey;
import posthaste.server.policy.MailboxText;
import posthaste.smtp.Mailbox;
import posthaste.smtp.ReversePath;

/**
 * The reverse-paths that a user may put into MAIL. Addresses are compared in any letter case, since they are addresses of
 * this place. The null reverse-path is nobody's: everybody may use it, or no program could send a report. Immutable.
 */
public final class SenderRights {
    public static final SenderRights ANY = new SenderRights(true, Set.of(), Set.of(), Set.of());

    private static final String SUBDOMAINS = "@*.";

    private final boolean any;
    private final Set<MailboxKey> addresses;
    private final Set<String> domains;
    /** What they end in, without the first dot. */
    private final Set<String> parents;

    private SenderRights(boolean any, Set<MailboxKey> addresses, Set<String> domains, Set<String> parents) {
        this.any = any;
        this.addresses = Set.copyOf(addresses);
        this.domains = Set.copyOf(domains);
        this.parents = Set.copyOf(parents);
    }

    /**
     * @param patterns {@code name@example.org}, {@code @example.org}, or {@code @*.example.org}, which means every name
     *     below it and not itself; none at all permits the null reverse-path only
     * @throws IllegalArgumentException naming the first that is none of these, and what was expected
     */
    public static SenderRights of(List<String> patterns) {
        var addresses = new HashSet<MailboxKey>();
        var domains = new HashSet<String>();
        var parents = new HashSet<String>();
        for (String pattern : patterns) {
            if (pattern.startsWith(SUBDOMAINS)) {
                parents.add(domain(pattern, pattern.substring(SUBDOMAINS.length())));
            } else if (pattern.startsWith("@")) {
                domains.add(domain(pattern, pattern.substring(1)));
            } else {
                addresses.add(MailboxKey.of(mailbox(pattern, pattern)));
            }
        }
        return new SenderRights(false, addresses, domains, parents);
    }

    /** This address alone. */
    static SenderRights of(Mailbox address) {
        return new SenderRights(false, Set.of(MailboxKey.of(address)), Set.of(), Set.of());
    }

    private static String domain(String pattern, String domain) {
        return mailbox(pattern, "x@" + domain).destination();
    }

    private static Mailbox mailbox(String pattern, String text) {
        return MailboxText.parse(text)
                .orElseThrow(() -> new IllegalArgumentException("\"" + pattern
                        + "\" is no sender; write \"name@example.org\", \"@example.org\" or \"@*.example.org\""));
    }

    /** Whether MAIL may have this reverse-path. */
    public boolean permit(ReversePath path) {
        return any || path.mailbox().map(this::permit).orElse(true);
    }

    private boolean permit(Mailbox sender) {
        String destination = sender.destination();
        return domains.contains(destination) || isBelowParent(destination) || addresses.contains(MailboxKey.of(sender));
    }

    private boolean isBelowParent(String destination) {
        if (parents.isEmpty()) return false;
        for (int dot = destination.indexOf('.'); dot >= 0; dot = destination.indexOf('.', dot + 1)) {
            if (parents.contains(destination.substring(dot + 1))) return true;
        }
        return false;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SenderRights rights
                && any == rights.any
                && addresses.equals(rights.addresses)
                && domains.equals(rights.domains)
                && parents.equals(rights.parents);
    }

    @Override
    public int hashCode() {
        return addresses.hashCode() + 31 * (domains.hashCode() + 31 * parents.hashCode());
    }
}
