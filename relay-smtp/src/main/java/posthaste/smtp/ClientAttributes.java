package posthaste.smtp;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What was said of a client by a host that speaks for it.
 *
 * @param said each attribute that was named; empty where its value is not available ({@code [UNAVAILABLE]}). Values are
 *     printable and without blanks, in ASCII but for LOGIN; addresses have no {@code IPV6:} before them
 */
public record ClientAttributes(Map<ClientAttribute, Optional<String>> said) {
    /** Characters of all values, as a log shows them. */
    private static final int SHOWN_MAX = 400;

    public static final ClientAttributes NONE = new ClientAttributes(Map.of());

    public ClientAttributes {
        Map<ClientAttribute, Optional<String>> copy = new EnumMap<>(ClientAttribute.class);
        copy.putAll(said);
        said = Collections.unmodifiableMap(copy);
    }

    /** Whether the attribute was named, be its value available or not. */
    public boolean names(ClientAttribute attribute) {
        return said.containsKey(attribute);
    }

    /** Empty where it was not named, or is not available. */
    public Optional<String> value(ClientAttribute attribute) {
        return said.getOrDefault(attribute, Optional.empty());
    }

    /** Together with what was said {@code before}: what is named again counts anew. */
    public ClientAttributes over(ClientAttributes before) {
        Map<ClientAttribute, Optional<String>> all = new EnumMap<>(ClientAttribute.class);
        all.putAll(before.said);
        all.putAll(said);
        return new ClientAttributes(all);
    }

    /** Without what was said of one of them. */
    public ClientAttributes without(ClientAttribute attribute) {
        if (!said.containsKey(attribute)) return this;
        Map<ClientAttribute, Optional<String>> others = new EnumMap<>(said);
        others.remove(attribute);
        return new ClientAttributes(others);
    }

    public boolean isEmpty() {
        return said.isEmpty();
    }

    /** For a log: what is available, on one line. */
    public String shown() {
        String all = said.entrySet().stream()
                .filter(each -> each.getValue().isPresent())
                .map(each -> each.getKey() + "=" + each.getValue().get())
                .collect(Collectors.joining(" "));
        return SafeText.of(all, SHOWN_MAX);
    }
}
