package posthaste.server.policy;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import posthaste.smtp.Mailbox;

/** The addresses of relay.test that the tests know. */
final class Aliases {
    static final Mailbox NON_ASCII = new Mailbox("jos\u00e9", "dest.test");

    /** As many as {@code thousand} has. */
    static final int RECIPIENTS_MAX = 1000;

    static final List<Alias> ALL = List.of(
            named("alice", "Alice Example", "alice.example@dest.test"),
            alias("list", "a@dest.test", "b@dest.test", "c@dest.test"),
            of("smith", Alias.State.AMBIGUOUS, "john@relay.test", "jane@relay.test"),
            named("john", "John Smith", "john.smith@dest.test"),
            named("jane", "Jane Miller", "jane.miller@dest.test"),
            named("joan", "Joan Miller", "joan.miller@dest.test"),
            of("fwd", Alias.State.FORWARDED, "new@dest.test"),
            of("moved", Alias.State.MOVED, "new@dest.test"),
            new Alias(mailbox("fwd8"), List.of(NON_ASCII), Optional.empty(), Alias.State.FORWARDED),
            new Alias(mailbox("moved8"), List.of(NON_ASCII), Optional.empty(), Alias.State.MOVED),
            named("zoe", "Zo\u00eb Example", "zoe@dest.test"),
            of("busy", Alias.State.HOLD),
            of("full", Alias.State.FULL),
            alias("tobusy", "busy@relay.test"),
            alias("tonobody", "nobody@relay.test"),
            alias(
                    "mixed",
                    "a@dest.test",
                    "full@relay.test",
                    "nobody@relay.test",
                    "list@relay.test",
                    "mixed@relay.test"),
            alias("loop", "pool@relay.test"),
            alias("pool", "loop@relay.test"),
            alias("staff", "alice@relay.test", "fwd@relay.test", "Postmaster@relay.test"),
            new Alias(
                    new Mailbox("alice.two", "other.test"),
                    List.of(mailbox("alice")),
                    Optional.empty(),
                    Alias.State.ACTIVE),
            new Alias(mailbox("office"), List.of(remote("o1")), Optional.empty(), Alias.State.ACTIVE),
            new Alias(new Mailbox("office", "other.test"), List.of(remote("o2")), Optional.empty(), Alias.State.ACTIVE),
            new Alias(mailbox("thousand"), thousand(), Optional.empty(), Alias.State.ACTIVE));

    private Aliases() {}

    private static List<Mailbox> thousand() {
        return IntStream.range(0, RECIPIENTS_MAX).mapToObj(i -> remote("m" + i)).toList();
    }

    static Directory directory(boolean disclose) {
        return directory(ALL, disclose, Optional.empty());
    }

    static Directory directory(List<Alias> aliases, boolean disclose, Optional<Mailbox> postmaster) {
        var local = new LocalDomains("relay.test", Set.of("relay.test", "other.test"), postmaster);
        return new Directory(new DirectoryConfig(local, aliases, disclose, true), RECIPIENTS_MAX);
    }

    static RelayPolicy policy(Directory directory) {
        return new RelayPolicy(AccessConfig.of(TrustedNetworks.parse(List.of("127.0.0.0/8"))), directory);
    }

    static Mailbox mailbox(String localPart) {
        return new Mailbox(localPart, "relay.test");
    }

    static Mailbox remote(String localPart) {
        return new Mailbox(localPart, "dest.test");
    }

    static Mailbox address(String text) {
        return MailboxText.parse(text).orElseThrow();
    }

    static Alias alias(String localPart, String... members) {
        return of(localPart, Alias.State.ACTIVE, members);
    }

    static Alias of(String localPart, Alias.State state, String... members) {
        return new Alias(mailbox(localPart), addresses(members), Optional.empty(), state);
    }

    private static Alias named(String localPart, String fullName, String member) {
        return new Alias(mailbox(localPart), addresses(member), Optional.of(fullName), Alias.State.ACTIVE);
    }

    private static List<Mailbox> addresses(String... texts) {
        return Stream.of(texts).map(Aliases::address).toList();
    }
}
