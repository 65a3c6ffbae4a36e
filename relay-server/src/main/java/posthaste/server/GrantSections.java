package posthaste.server;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import posthaste.delivery.TurnLease;
import posthaste.server.auth.AuthConfig;
import posthaste.server.auth.UserEntry;
import posthaste.server.policy.Grants;

/** Reads {@code [[grant]]}: who may fetch the mail of which domains by TURN and ATRN. */
final class GrantSections {
    private static final int GRANTS_MAX = 10_000;

    private final Section root;

    GrantSections(Section root) {
        this.root = root;
    }

    Grants read(AuthConfig auth) {
        List<Section> sections = root.sections("grant");
        if (sections.size() > GRANTS_MAX) root.problem("grant", "at most " + GRANTS_MAX + " grants");
        Set<String> users = auth.everyUser().stream().map(UserEntry::name).collect(Collectors.toSet());
        Map<String, Set<String>> granted = new HashMap<>();
        for (Section each : sections) {
            String user = each.text("user", "required", "", GrantSections::name);
            List<String> domains =
                    each.list("domains", "required", List.of(), TurnLease.DOMAINS_MAX, HostNames::domain);
            if (!each.has("user")) each.problem("user", "missing; write the name of a user who logs in");
            if (domains.isEmpty() && each.isSound())
                each.problem("domains", "missing; write those whose mail is fetched");
            boolean unknown = auth.oauth().isEmpty() && !user.isEmpty() && !users.contains(user);
            if (unknown) each.warning("user", Section.shown(user) + " is no [[auth.user]]: nobody can use this grant");
            granted.computeIfAbsent(user, first -> new TreeSet<>()).addAll(lower(domains));
        }
        if (granted.values().stream().anyMatch(each -> each.size() > TurnLease.DOMAINS_MAX)) {
            root.problem("grant", "at most " + TurnLease.DOMAINS_MAX + " domains for one user");
        }
        return new Grants(granted);
    }

    private static List<String> lower(List<String> domains) {
        return domains.stream().map(each -> each.toLowerCase(Locale.ROOT)).toList();
    }

    private static String name(String text) {
        if (!text.isBlank()) return text;
        throw new IllegalArgumentException("expected the name of a user");
    }
}
