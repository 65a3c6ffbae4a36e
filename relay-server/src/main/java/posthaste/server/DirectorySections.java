package posthaste.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import posthaste.server.policy.Alias;
import posthaste.server.policy.AliasReview;
import posthaste.server.policy.Directory;
import posthaste.server.policy.DirectoryConfig;
import posthaste.server.policy.LocalDomains;
import posthaste.server.policy.MailboxText;
import posthaste.smtp.Mailbox;

/** Reads which addresses are ours and where their mail goes: {@code [directory]}, {@code [[alias]]}. */
final class DirectorySections {
    private static final int DOMAINS_MAX = 10_000;
    private static final int ALIASES_MAX = 50_000;
    private static final int MEMBERS_MAX = 50_000;
    /** With an address of 256 octets it still fits on a line of a reply. */
    private static final int FULL_NAME_OCTETS_MAX = 200;
    /** What stands for an alias that is wrong, so that the others keep their places. */
    private static final Mailbox NOBODY = new Mailbox("nobody", "invalid");

    private final Section root;
    private final String hostname;
    private final List<Section> aliasSections;

    DirectorySections(Section root, String hostname) {
        this.root = root;
        this.hostname = hostname;
        this.aliasSections = root.sections("alias");
    }

    /**
     * @param postmaster the reader of mail to the postmaster, from {@code [bounce]}
     * @param recipients of one message at most, from {@code [limits]}
     */
    Read read(Optional<Mailbox> postmaster, int recipients) {
        Section section = root.section("directory");
        List<String> domains = section.list("domains", "[hostname]", List.of(hostname), DOMAINS_MAX, HostNames::domain);
        if (domains.isEmpty()) {
            section.problem("domains", "names no domain; leave it out for the hostname alone");
            domains = List.of(hostname);
        }
        boolean disclose = section.flag("disclose", false);
        boolean answers = section.flag("verify", true);
        Optional<Path> path = section.optionalText("aliases-file", TomlFile::path);
        LocalDomains local = LocalDomains.of(hostname, domains, postmaster);
        List<Alias> own = aliases(root, aliasSections);
        var config = new DirectoryConfig(local, own, disclose, answers);
        Optional<AliasesFile> file = path.map(named -> new AliasesFile(named, config, recipients));
        DirectoryConfig whole = file.map(
                        named -> TomlFile.included(section, "aliases-file", named.file(), named::read, config))
                .orElse(config);
        review(new Directory(whole, recipients), aliasSections, root);
        return new Read(whole, file);
    }

    /** What came of it: the directory, and where more of its aliases are. */
    record Read(DirectoryConfig config, Optional<AliasesFile> file) {}

    /** Those of one file. */
    static List<Alias> aliases(Section root, List<Section> sections) {
        if (sections.size() > ALIASES_MAX) root.problem("alias", "at most " + ALIASES_MAX + " aliases");
        return sections.stream()
                .limit(ALIASES_MAX)
                .map(DirectorySections::alias)
                .toList();
    }

    private static Alias alias(Section section) {
        Mailbox address = section.text("address", "required", NOBODY, DirectorySections::mailbox);
        if (!section.has("address")) section.problem("address", "missing; write \"name@example.org\"");
        List<Mailbox> members = section.list("members", "[]", List.of(), MEMBERS_MAX, DirectorySections::mailbox);
        Optional<String> fullName = section.optionalText("full-name", DirectorySections::fullName);
        Alias.State state = section.text("state", "active", Alias.State.ACTIVE, DirectorySections::state);
        return section.build(
                () -> new Alias(address, members, fullName, state),
                () -> new Alias(address, List.of(), fullName, Alias.State.HOLD));
    }

    private static Mailbox mailbox(String text) {
        return MailboxText.parse(text)
                .orElseThrow(() -> new IllegalArgumentException(
                        Section.shown(text) + " is not an address; write \"name@example.org\""));
    }

    /** It stands on a line of a reply, before an address in brackets. */
    private static String fullName(String text) {
        boolean plain = text.strip().equals(text)
                && !text.isEmpty()
                && text.codePoints().noneMatch(c -> Character.isISOControl(c) || "<>\"\\".indexOf(c) >= 0);
        if (plain && text.getBytes(UTF_8).length <= FULL_NAME_OCTETS_MAX) return text;
        throw new IllegalArgumentException(
                "%s is no name; write at most %d octets without control characters, quotes, \\, < and >"
                        .formatted(Section.shown(text), FULL_NAME_OCTETS_MAX));
    }

    private static Alias.State state(String text) {
        var known = new ArrayList<String>();
        for (Alias.State state : Alias.State.values()) {
            if (state.text().equals(text)) return state;
            known.add('"' + state.text() + '"');
        }
        throw new IllegalArgumentException(
                "%s is none of the states; write %s".formatted(Section.shown(text), String.join(", ", known)));
    }

    private static void review(Directory directory, List<Section> sections, Section root) {
        review(directory, 0, sections);
        directory
                .strayReader()
                .ifPresent(reader -> root.section("bounce")
                        .warning(
                                "postmaster",
                                "its domain is local (directory.domains) and it is no alias: unless a route or an MX record"
                                        + " leads elsewhere, such mail comes back here"));
    }

    /** Looks over the aliases of one file, the first of which is number {@code from} of all. */
    static void review(Directory directory, int from, List<Section> sections) {
        // What is wrong by itself is told already, and says nothing beside the others.
        List<Boolean> sound = sections.stream().map(Section::isSound).toList();
        for (AliasReview.Finding finding : AliasReview.of(directory)) {
            int index = finding.alias() - from;
            if (index < 0 || index >= sections.size() || !sound.get(index)) continue;
            Section section = sections.get(index);
            if (finding.problem()) {
                section.problem(finding.key(), finding.text());
            } else {
                section.warning(finding.key(), finding.text());
            }
        }
    }
}
