package posthaste.server.smtp;

import static java.util.stream.Collectors.joining;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import posthaste.server.policy.AccessConfig;
import posthaste.server.policy.Alias;
import posthaste.server.policy.Alias.State;
import posthaste.server.policy.Directory;
import posthaste.server.policy.DirectoryConfig;
import posthaste.server.policy.Grants;
import posthaste.server.policy.LocalDomains;
import posthaste.server.policy.RelayPolicy;
import posthaste.server.policy.TrustedNetworks;
import posthaste.server.terminal.Terminals;
import posthaste.server.terminal.TerminalsConfig;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Replies;

/** Who talks to the relay, and what the relay is configured to think of it. */
enum Cast {
    /** May relay. */
    TRUSTED,
    /** May send to local addresses only. */
    STRANGER,
    /** May relay, and is not told new addresses. */
    DISCREET,
    /** May use ETRN too. */
    FLUSHER,
    /** Turned away by the greeting. */
    DENIED,
    /** May relay; VRFY, EXPN and terminals are switched off. */
    SILENT,
    /** May relay to domains that the name system knows. */
    VERIFIER,
    /** May relay, and its line ends are mended. */
    MENDED;

    private static final String ELSEWHERE = "192.0.2.0/24";
    private static final String HERE = "127.0.0.0/8";
    private static final int BIG = 1000;

    RelayPolicy policy() {
        var access = new AccessConfig(
                networks(this == STRANGER ? ELSEWHERE : HERE),
                networks(this == DENIED ? HERE : ELSEWHERE),
                networks(this == FLUSHER ? HERE : ELSEWHERE),
                Set.of(),
                Grants.NONE,
                this == VERIFIER);
        var local = LocalDomains.of(RelayFixture.HOSTNAME, List.of(RelayFixture.HOSTNAME), Optional.empty());
        var directory = new DirectoryConfig(local, aliases(), this != DISCREET, this != SILENT);
        return new RelayPolicy(access, new Directory(directory, BIG));
    }

    private static TrustedNetworks networks(String cidr) {
        return TrustedNetworks.parse(List.of(cidr));
    }

    LineEnds lineEnds() {
        return this == MENDED ? LineEnds.NORMALIZE : LineEnds.STRICT;
    }

    TerminalsConfig terminals() {
        return new TerminalsConfig(this != SILENT, 64 << 10, List.of());
    }

    /** Terminals that are real; the delivery and the name system are played by what their answers depend on: the name. */
    SessionServices services(Terminals terminals, ContentFilters filters) {
        return new SessionServices(
                terminals,
                (command, owner) -> switch (command.node()) {
                    case "waiting.test", "waiting2.test" ->
                        CompletableFuture.completedStage(new Flushing.Begun(3, false));
                    case "many.test" -> CompletableFuture.completedStage(new Flushing.Begun(100, true));
                    case "broken.test" -> CompletableFuture.failedStage(new IllegalStateException("unreadable"));
                    default -> CompletableFuture.completedStage(new Flushing.Begun(0, false));
                },
                (domains, owner) -> CompletableFuture.completedStage(Optional.empty()),
                (recipient, owner) -> CompletableFuture.supplyAsync(
                        () -> switch (recipient.domain()) {
                            case "nx.test" -> Optional.of(Replies.UNKNOWN_DOMAIN);
                            case "null.test" -> Optional.of(Replies.NULL_MX);
                            case "down.test" -> Optional.of(Replies.DOMAIN_UNVERIFIED);
                            default -> Optional.empty();
                        },
                        owner),
                filters,
                "test",
                () -> Duration.ofSeconds(90));
    }

    private static List<Alias> aliases() {
        List<Alias> aliases = new ArrayList<>(List.of(
                alias("alice", State.ACTIVE, "Alice Example", "alice@dest.test"),
                alias("list", State.ACTIVE, "", "a@dest.test", "b@dest.test", "c@other.test"),
                alias("smith", State.AMBIGUOUS, "", "john.smith@relay.test", "jane.smith@relay.test"),
                alias("fwd", State.FORWARDED, "", "new@dest.test"),
                alias("moved", State.MOVED, "", "new@dest.test"),
                alias("fwd8", State.FORWARDED, "", "n\u00e9w@dest.test"),
                alias("moved8", State.MOVED, "", "n\u00e9w@dest.test"),
                alias("busy", State.HOLD, ""),
                alias("full", State.FULL, ""),
                alias("shaky", State.ACTIVE, "", "x@dest.test", "full@relay.test")));
        String[] members = IntStream.range(0, BIG)
                .mapToObj(i -> "m" + i + "@dest.test")
                .collect(joining(","))
                .split(",");
        aliases.add(alias("big", State.ACTIVE, "", members));
        return aliases;
    }

    private static Alias alias(String localPart, State state, String fullName, String... members) {
        List<Mailbox> to = new ArrayList<>();
        for (String member : members) to.add(mailbox(member));
        Optional<String> name = fullName.isEmpty() ? Optional.empty() : Optional.of(fullName);
        return new Alias(new Mailbox(localPart, RelayFixture.HOSTNAME), to, name, state);
    }

    static Mailbox mailbox(String address) {
        int at = address.lastIndexOf('@');
        return new Mailbox(address.substring(0, at), address.substring(at + 1));
    }
}
