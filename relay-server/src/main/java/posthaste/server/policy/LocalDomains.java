package posthaste.server.policy;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import posthaste.smtp.Mailbox;

/**
 * The domains whose mail ends here: the {@code [directory]} section and {@code bounce.postmaster}. They have no
 * mailboxes beside the postmaster's.
 *
 * @param hostname where mail to {@code <Postmaster>} goes when no address is configured for it
 * @param domains in lower case; at least one
 * @param postmaster who reads mail to the postmaster of these domains; empty: it is kept for an operator
 */
public record LocalDomains(String hostname, Set<String> domains, Optional<Mailbox> postmaster) {

    public LocalDomains {
        if (domains.isEmpty()) throw new IllegalArgumentException("no local domain");
        domains = Set.copyOf(domains);
    }

    public static LocalDomains of(String hostname, List<String> domains, Optional<Mailbox> postmaster) {
        Set<String> lower =
                domains.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
        return new LocalDomains(hostname, lower, postmaster);
    }

    boolean contains(Mailbox mailbox) {
        return domains.contains(mailbox.destination());
    }
}
