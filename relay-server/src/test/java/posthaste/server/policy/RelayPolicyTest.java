package posthaste.server.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.server.policy.Aliases.address;
import static posthaste.server.policy.Aliases.alias;
import static posthaste.server.policy.Aliases.directory;
import static posthaste.server.policy.Aliases.mailbox;
import static posthaste.server.policy.Aliases.policy;
import static posthaste.server.policy.Aliases.remote;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import posthaste.queue.Recipient;
import posthaste.server.policy.RelayPolicy.Standing;
import posthaste.server.policy.Verdict.Accepted;
import posthaste.server.policy.Verdict.Refused;
import posthaste.smtp.ForwardPath;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Notify;
import posthaste.smtp.RcptParameters;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/** What RCPT is told, and who gets the mail. */
class RelayPolicyTest {
    private static final RcptParameters ASKED =
            new RcptParameters(new Notify(Notify.SUCCESS), Optional.of("rfc822;before@dest.test"));

    private final RelayPolicy open = policy(directory(true));
    private final RelayPolicy discreet = policy(directory(false));

    private static Verdict judge(RelayPolicy policy, String address, RcptParameters parameters) {
        return policy.judge(Standing.STRANGER, ForwardPath.of(address(address)), parameters, false);
    }

    private static Reply refusal(RelayPolicy policy, String address) {
        Verdict verdict = judge(policy, address, RcptParameters.NONE);
        assertThat(verdict).isInstanceOf(Refused.class);
        return ((Refused) verdict).reply();
    }

    private static Accepted accepted(Verdict verdict) {
        assertThat(verdict).isInstanceOf(Accepted.class);
        return (Accepted) verdict;
    }

    private static Accepted accepted(RelayPolicy policy, String address) {
        return accepted(judge(policy, address, RcptParameters.NONE));
    }

    private static List<Mailbox> mailboxes(Accepted accepted) {
        return accepted.recipients().stream().map(Recipient::mailbox).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pOsTmAsTeR@relay.test", "\"postmaster\"@relay.test", "postmaster@OTHER.test"})
    @DisplayName("I072: the postmaster of each local domain is known to everybody")
    void thePostmasterIsAlwaysTaken(String postmaster) {
        Accepted accepted = accepted(open, postmaster);

        assertThat(accepted.reply()).isEqualTo(Replies.RECIPIENT_OK);
        assertThat(accepted.recipients())
                .singleElement()
                .satisfies(only -> assertThat(only.held())
                        .as("nobody reads it: it waits for an operator")
                        .isTrue());
    }

    @Test
    @DisplayName("I072: <Postmaster> goes to its reader, through an alias too")
    void theReaderOfThePostmastersMailMayBeAnAlias() {
        var aliases = List.of(alias("ops", "a@dest.test", "b@dest.test"));
        RelayPolicy policy = policy(directory(aliases, true, Optional.of(mailbox("ops"))));

        Accepted bare = accepted(policy.judge(Standing.STRANGER, ForwardPath.POSTMASTER, RcptParameters.NONE, false));

        assertThat(bare.recipients()).containsExactly(new Recipient(remote("a")), new Recipient(remote("b")));
        assertThat(accepted(policy, "postmaster@relay.test")).isEqualTo(bare);
    }

    @Test
    @DisplayName("I072: a reader in a local domain that is no alias is taken as the operator wrote it")
    void aStrayReaderIsStillTheReader() {
        RelayPolicy policy = policy(directory(List.of(), true, Optional.of(mailbox("root"))));

        assertThat(accepted(policy, "postmaster@relay.test").recipients())
                .singleElement()
                .satisfies(only -> {
                    assertThat(only.mailbox()).isEqualTo(mailbox("root"));
                    assertThat(only.held()).isFalse();
                    assertThat(only.originalRecipient()).contains("rfc822;postmaster@relay.test");
                });
    }

    @Test
    @DisplayName("I076: an unknown name in a local domain is 550 5.1.1, for trusted clients too")
    void unknownNamesAreRefused() {
        assertThat(refusal(open, "nobody@relay.test")).isEqualTo(Replies.UNKNOWN_RECIPIENT);
        assertThat(open.judge(Standing.TRUSTED, ForwardPath.of(mailbox("nobody")), RcptParameters.NONE, false))
                .isEqualTo(new Refused(Replies.UNKNOWN_RECIPIENT));
    }

    @Test
    void strangersReachLocalAddressesOnly() {
        var elsewhere = ForwardPath.of(remote("u"));

        assertThat(open.judge(Standing.STRANGER, elsewhere, ASKED, false))
                .isEqualTo(new Refused(Replies.RELAYING_DENIED));
        assertThat(open.judge(Standing.TRUSTED, elsewhere, ASKED, false))
                .isEqualTo(new Accepted(
                        Replies.RECIPIENT_OK,
                        List.of(new Recipient(remote("u"), ASKED.notifyOn(), ASKED.originalRecipient()))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice@relay.test", "ALICE@Relay.Test", "\"alice\"@relay.test", "\"a\\lice\"@relay.test"})
    void anAliasIsFoundHoweverItIsWritten(String address) {
        assertThat(mailboxes(accepted(open, address))).containsExactly(remote("alice.example"));
    }

    @Test
    @DisplayName("RFC 3461 section 5.2.7.1: an alias hands on what the sender asked for")
    void anAliasKeepsNotifyAndTheOriginalRecipient() {
        assertThat(accepted(judge(open, "alice@relay.test", ASKED)).recipients())
                .containsExactly(new Recipient(remote("alice.example"), ASKED.notifyOn(), ASKED.originalRecipient()));
        assertThat(accepted(open, "alice@relay.test").recipients())
                .containsExactly(new Recipient(
                        remote("alice.example"), Notify.UNSPECIFIED, Optional.of("rfc822;alice@relay.test")));
    }

    @Test
    void aListGivesEveryMemberWhatTheSenderAskedForAndNoMore() {
        assertThat(accepted(judge(open, "list@relay.test", ASKED)).recipients())
                .extracting(Recipient::notifyOn, Recipient::originalRecipient)
                .containsOnly(org.assertj.core.groups.Tuple.tuple(ASKED.notifyOn(), ASKED.originalRecipient()))
                .hasSize(3);
        assertThat(accepted(open, "list@relay.test").recipients())
                .containsExactly(new Recipient(remote("a")), new Recipient(remote("b")), new Recipient(remote("c")));
    }

    @Test
    @DisplayName("I077: a forwarded address is 251 with the new one, or 250, and its mail goes there")
    void aForwardedAddressIsToldWhereDisclosureIsOn() {
        Accepted told = accepted(open, "fwd@relay.test");
        Accepted untold = accepted(discreet, "fwd@relay.test");

        assertThat(told.reply()).isEqualTo(Reply.of(251, "2.1.5", "User not local; will forward to <new@dest.test>"));
        assertThat(untold.reply()).isEqualTo(Replies.RECIPIENT_OK);
        assertThat(mailboxes(told)).containsExactly(remote("new"));
        assertThat(untold.recipients()).isEqualTo(told.recipients());
    }

    @Test
    @DisplayName("I078: an address that has moved is 551 with the new one, or 550 5.1.6")
    void anAddressThatMovedIsRefused() {
        assertThat(refusal(open, "moved@relay.test"))
                .isEqualTo(Reply.of(551, "5.1.6", "User not local; please try <new@dest.test>"));
        assertThat(refusal(discreet, "moved@relay.test").oneLine())
                .startsWith("550 5.1.6 ")
                .doesNotContain("new@");
    }

    @Test
    @DisplayName("I079: a new address that is not ASCII is told with SMTPUTF8 only")
    void aNewAddressThatIsNotAsciiNeedsSmtputf8() {
        var forwarded = ForwardPath.of(mailbox("fwd8"));
        var moved = ForwardPath.of(mailbox("moved8"));

        Accepted plain = accepted(open.judge(Standing.STRANGER, forwarded, RcptParameters.NONE, false));
        Accepted utf8 = accepted(open.judge(Standing.STRANGER, forwarded, RcptParameters.NONE, true));

        assertThat(plain.reply()).isEqualTo(Replies.RECIPIENT_OK);
        assertThat(utf8.reply().oneLine()).startsWith("251 2.1.5 ").contains("<jos\u00e9@dest.test>");
        assertThat(mailboxes(plain)).isEqualTo(mailboxes(utf8)).containsExactly(Aliases.NON_ASCII);
        assertThat(refusal(open, "moved8@relay.test").oneLine())
                .startsWith("550 5.1.6 ")
                .isPrintable()
                .matches("\\p{ASCII}*");
        assertThat(((Refused) open.judge(Standing.STRANGER, moved, RcptParameters.NONE, true))
                        .reply()
                        .oneLine())
                .startsWith("551 5.1.6 ")
                .contains("<jos\u00e9@dest.test>");
    }

    @Test
    @DisplayName("I080: an address on hold is 450 4.2.1, by an alias too")
    void anAddressOnHoldIsRefusedForNow() {
        assertThat(refusal(open, "busy@relay.test").oneLine()).startsWith("450 4.2.1 ");
        assertThat(refusal(open, "tobusy@relay.test")).isEqualTo(refusal(open, "busy@relay.test"));
        assertThat(refusal(open, "tonobody@relay.test")).isEqualTo(Replies.UNKNOWN_RECIPIENT);
    }

    @Test
    @DisplayName("I081: a full mailbox is 552 5.2.2")
    void aFullMailboxIsRefused() {
        assertThat(refusal(open, "full@relay.test").oneLine()).startsWith("552 5.2.2 ");
    }

    @Test
    @DisplayName("I082: an ambiguous address is 553 5.1.4, without the possibilities")
    void anAmbiguousAddressIsRefused() {
        assertThat(refusal(open, "smith@relay.test").oneLine())
                .startsWith("553 5.1.4 ")
                .doesNotContain("@");
    }

    @Test
    @DisplayName("I117: a list is taken with the members that take no mail, which bounce later")
    void membersThatTakeNoMailStayInAList() {
        assertThat(mailboxes(accepted(open, "mixed@relay.test")))
                .containsExactly(remote("a"), mailbox("full"), mailbox("nobody"), remote("b"), remote("c"));
    }

    @Test
    void membersThatAreAliasesAreFollowed() {
        Accepted staff = accepted(open, "staff@relay.test");

        assertThat(mailboxes(staff))
                .containsExactly(remote("alice.example"), remote("new"), new Mailbox("Postmaster", "relay.test"));
        assertThat(staff.recipients()).extracting(Recipient::held).containsExactly(false, false, true);
    }

    @Test
    void whatLeadsToItselfOnlyIsRefused() {
        assertThat(refusal(open, "loop@relay.test").oneLine()).startsWith("550 5.4.6 ");
    }

    @Test
    void aListOfManyIsTakenWhole() {
        assertThat(accepted(open, "thousand@relay.test").recipients()).hasSize(Aliases.RECIPIENTS_MAX);
    }

    @Test
    @DisplayName("I004: networks that are refused, and those that may use ETRN, are theirs alone")
    void networksSayWhatClientsMayDo() throws Exception {
        var access = new AccessConfig(
                TrustedNetworks.parse(List.of("192.0.2.0/24")),
                TrustedNetworks.parse(List.of("192.0.2.128/25")),
                TrustedNetworks.parse(List.of("198.51.100.1")),
                Set.of(),
                Grants.NONE,
                false);
        var policy = new RelayPolicy(access, directory(true));
        InetAddress good = InetAddress.getByName("192.0.2.1");
        InetAddress bad = InetAddress.getByName("192.0.2.200");

        assertThat(policy.standingOf(good, Optional.empty())).isEqualTo(Standing.TRUSTED);
        assertThat(policy.refuses(good)).isFalse();
        assertThat(policy.refuses(bad)).isTrue();
        assertThat(policy.mayFlush(good)).isFalse();
        assertThat(policy.mayFlush(InetAddress.getByName("198.51.100.1"))).isTrue();
    }
}
