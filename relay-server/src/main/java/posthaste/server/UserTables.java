package posthaste.server;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import posthaste.server.auth.SaslPrep;
import posthaste.server.auth.ScramHash;
import posthaste.server.auth.ScramVerifier;
import posthaste.server.auth.SenderRights;
import posthaste.server.auth.UserEntry;
import posthaste.server.auth.UserQuota;

/**
 * Reads {@code [[auth.user]]}, of the configuration or of a file of its own.
 *
 * @param scramSha1 whether passwords may be kept by SHA-1
 * @param tokens whether users can come without a password
 */
record UserTables(boolean scramSha1, boolean tokens) {
    private static final int USERS_MAX = 50_000;
    private static final int SENDERS_MAX = 1_000;
    private static final int COUNT_MAX = 1_000_000_000;
    /** What stands for one that is wrong. */
    private static final String NOBODY = "nobody";

    /**
     * @param auth the section whose {@code user} they are
     * @param others users whose names are taken
     */
    List<UserEntry> read(Section auth, Collection<UserEntry> others) {
        List<Section> sections = auth.sections("user");
        if (sections.size() > USERS_MAX) auth.problem("user", "at most " + USERS_MAX + " users");
        Set<String> names = others.stream().map(UserEntry::name).collect(Collectors.toCollection(HashSet::new));
        var users = new ArrayList<UserEntry>();
        for (Section section : sections.subList(0, Math.min(sections.size(), USERS_MAX))) {
            users.add(user(section, names));
        }
        return users;
    }

    private UserEntry user(Section section, Set<String> names) {
        String name = section.text("name", "required", NOBODY, text -> newName(text, names));
        if (!section.has("name")) section.problem("name", "missing; each [[auth.user]] has one");
        Optional<ScramVerifier> password = section.optionalText("password", this::password);
        if (!section.has("password") && !tokens) {
            section.problem("password", "missing; `posthaste user NAME` makes one");
        }
        List<String> senders = section.list("senders", "any", List.of(), SENDERS_MAX, UserTables::sender);
        Optional<Integer> messages = section.optionalInteger("messages-per-hour", 1, COUNT_MAX);
        Optional<Integer> recipients = section.optionalInteger("recipients-per-day", 1, COUNT_MAX);
        SenderRights rights = section.has("senders") ? SenderRights.of(senders) : SenderRights.ANY;
        return new UserEntry(name, password, rights, new UserQuota(messages, recipients));
    }

    private static String newName(String text, Set<String> names) {
        String name = SaslPrep.name(text)
                .orElseThrow(() -> new IllegalArgumentException("%s is no name; write 1 to %d octets without controls"
                        .formatted(Section.shown(text), SaslPrep.NAME_MAX)));
        if (names.add(name)) return name;
        throw new IllegalArgumentException("there is a user " + Section.shown(name) + " already; give each its own");
    }

    private ScramVerifier password(String text) {
        ScramVerifier password = ScramVerifier.parse(text);
        if (password.hash() != ScramHash.SHA_1 || scramSha1) return password;
        throw new IllegalArgumentException(
                "kept by SHA-1: write auth.scram-sha-1 = true, or make another with `posthaste user NAME`");
    }

    private static String sender(String text) {
        SenderRights.of(List.of(text));
        return text;
    }
}
