package posthaste.server.policy;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which users may fetch the mail of which domains over their own connection (RFC 2645 §5.2.1): the {@code [[grant]]} tables.
 * Immutable.
 *
 * @param byUser the domains in lower case
 */
public record Grants(Map<String, Set<String>> byUser) {
    public static final Grants NONE = new Grants(Map.of());

    public Grants {
        byUser = byUser.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, each -> Set.copyOf(each.getValue())));
    }

    /** Whether the user has any. */
    boolean isGranted(String user) {
        return byUser.containsKey(user);
    }

    /**
     * What the user gets: the domains named, or all that are granted where none is named.
     *
     * @return empty where one of them is not granted: all or nothing
     */
    Optional<Set<String>> of(String user, Collection<String> named) {
        Set<String> granted = byUser.getOrDefault(user, Set.of());
        Set<String> wanted = named.isEmpty()
                ? granted
                : named.stream().map(each -> each.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
        return wanted.isEmpty() || !granted.containsAll(wanted) ? Optional.empty() : Optional.of(wanted);
    }
}
