package posthaste.server.policy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.server.policy.Aliases.directory;
import static posthaste.server.policy.Aliases.policy;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import posthaste.server.policy.RelayPolicy.Standing;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/** What VRFY and EXPN tell. */
class DirectoryAnswersTest {
    private static final int LINE_OCTETS_MAX = 512;

    private final RelayPolicy open = policy(directory(true));
    private final RelayPolicy discreet = policy(directory(false));

    private Reply verify(String user) {
        return open.verify(Standing.TRUSTED, user, false);
    }

    private Reply expand(String list) {
        return open.expand(Standing.TRUSTED, list, false);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alice",
                "ALICE",
                "\"alice\"",
                "<alice@relay.test>",
                "alice@relay.test",
                "\"Alice Example\"",
                "Alice Example",
                "alice example"
            })
    @DisplayName("I159 I160: one user is 250 with full name and address")
    void aUserIsFoundByNameAndAddress(String user) {
        assertThat(verify(user)).isEqualTo(Reply.of(250, "2.1.5", "Alice Example <alice@relay.test>"));
    }

    @Test
    void thePostmasterIsAUserOfEachLocalDomain() {
        assertThat(verify("Postmaster").oneLine()).isEqualTo("250 2.1.5 <postmaster@relay.test>");
        assertThat(verify("<postmaster@other.test>").oneLine()).isEqualTo("250 2.1.5 <postmaster@other.test>");
        assertThat(expand("postmaster").code()).isEqualTo(550);
    }

    @Test
    void onHoldOrFullItIsAUserAllTheSame() {
        assertThat(verify("busy").oneLine()).isEqualTo("250 2.1.5 <busy@relay.test>");
        assertThat(verify("full").code()).isEqualTo(250);
    }

    @ParameterizedTest
    @ValueSource(strings = {"u@dest.test", "<u@dest.test>", "nobody@sub.relay.test"})
    @DisplayName("I161: an address elsewhere is 252 and never verified")
    void remoteAddressesAreNotVerified(String user) {
        assertThat(verify(user)).isEqualTo(Replies.NOT_VERIFIED);
    }

    @Test
    @DisplayName("I162: forwarded is 251 or 250, moved is 551 or 550")
    void newAddressesAreToldWhereDisclosureIsOn() {
        assertThat(verify("fwd").oneLine()).isEqualTo("251 2.1.5 User not local; will forward to <new@dest.test>");
        assertThat(verify("moved").oneLine()).isEqualTo("551 5.1.6 User not local; please try <new@dest.test>");
        assertThat(discreet.verify(Standing.TRUSTED, "fwd", false).oneLine()).isEqualTo("250 2.1.5 <fwd@relay.test>");
        assertThat(discreet.verify(Standing.TRUSTED, "moved", false).oneLine()).startsWith("550 5.1.6 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"smith", "smith@relay.test"})
    @DisplayName("I163: an ambiguous name is 553 with the possibilities, a line each")
    void anAmbiguousNameIsToldWithItsPossibilities(String user) {
        Reply reply = verify(user);

        assertThat(reply.lines())
                .containsExactly(
                        "Ambiguous; possibilities are",
                        "John Smith <john@relay.test>",
                        "Jane Miller <jane@relay.test>");
        assertThat(new String(reply.encoded(), UTF_8))
                .startsWith("553-5.1.4 Ambiguous")
                .contains("\r\n553 5.1.4 Jane");
        assertThat(expand(user)).isEqualTo(reply);
    }

    @Test
    @DisplayName("I163: so is a last name, and a local part of several domains, that several have")
    void aNameThatSeveralHaveIsAmbiguous() {
        assertThat(verify("miller").lines())
                .containsExactly(
                        "Ambiguous; possibilities are",
                        "Jane Miller <jane@relay.test>",
                        "Joan Miller <joan@relay.test>");
        assertThat(verify("office").lines()).contains("<office@relay.test>", "<office@other.test>");
        assertThat(verify("office@other.test").code()).isEqualTo(250);
    }

    @ParameterizedTest
    @CsvSource({
        "list, 550 5.1.1 That is a mailing list",
        "nobody, 550 5.1.1 No such user",
        "nobody@relay.test, 550 5.1.1 No such user",
        "a@@relay.test, 550 5.1.1 No such user",
        "<>, 550 5.1.1 No such user",
        "<, 550 5.1.1 No such user"
    })
    @DisplayName("I164: a list is no user, and an unknown name is 550")
    void listsAndUnknownNamesAreRefused(String user, String start) {
        assertThat(verify(user).oneLine()).startsWith(start);
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice", "nobody", "list", "smith", "moved", "a@@b", "u@dest.test", "postmaster"})
    @DisplayName("I166 I171: a stranger is told the same of everything")
    void strangersLearnNothing(String name) {
        assertThat(open.verify(Standing.STRANGER, name, false)).isEqualTo(Replies.NOT_VERIFIED);
        assertThat(open.expand(Standing.STRANGER, name, false)).isEqualTo(Replies.NOT_EXPANDED);
    }

    @Test
    @DisplayName("I167: where it is switched off everybody is a stranger")
    void whereItIsSwitchedOffNobodyLearnsAnything() {
        var config = directory(true).config();
        var silent = new DirectoryConfig(config.local(), config.aliases(), true, false);
        RelayPolicy policy = policy(new Directory(silent, Aliases.RECIPIENTS_MAX));

        assertThat(policy.verify(Standing.TRUSTED, "alice", false)).isEqualTo(Replies.NOT_VERIFIED);
        assertThat(policy.expand(Standing.TRUSTED, "list", false)).isEqualTo(Replies.NOT_EXPANDED);
    }

    @Test
    @DisplayName("I168: an answer that is not ASCII needs SMTPUTF8")
    void anAnswerThatIsNotAsciiNeedsSmtputf8() {
        assertThat(verify("zoe").oneLine()).startsWith("252 2.6.8 ").matches("\\p{ASCII}*");
        Reply utf8 = open.verify(Standing.TRUSTED, "zoe", true);

        assertThat(utf8.oneLine()).isEqualTo("250 2.1.5 Zo\u00eb Example <zoe@relay.test>");
        assertThat(new String(utf8.encoded(), UTF_8)).isEqualTo("250 2.1.5 Zo\u00eb Example <zoe@relay.test>\r\n");
        assertThat(verify("fwd8").oneLine()).isEqualTo("250 2.1.5 <fwd8@relay.test>");
        assertThat(verify("moved8").oneLine()).startsWith("550 5.1.6 ").matches("\\p{ASCII}*");
        assertThat(verify("example").oneLine())
                .as("Alice and Zo\u00eb")
                .startsWith("553 5.1.4 ")
                .matches("\\p{ASCII}*");
        assertThat(expand("fwd8").code()).isEqualTo(252);
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "list@relay.test", "<LIST@relay.test>"})
    @DisplayName("I169: a list is told member by member, as they are configured")
    void aListIsToldMemberByMember(String list) {
        assertThat(new String(expand(list).encoded(), UTF_8))
                .isEqualTo("250-2.1.5 <a@dest.test>\r\n250-2.1.5 <b@dest.test>\r\n250 2.1.5 <c@dest.test>\r\n");
    }

    @Test
    void membersThatAreOursHaveTheirNames() {
        assertThat(expand("staff").lines())
                .isEqualTo(List.of("Alice Example <alice@relay.test>", "<fwd@relay.test>", "<Postmaster@relay.test>"));
    }

    @ParameterizedTest
    @CsvSource({
        "alice, 550 5.2.4",
        "busy, 550 5.2.4",
        "moved, 550 5.1.6",
        "nobody, 550 5.1.1",
        "u@dest.test, 550 5.1.1",
        "fwd, 250 2.1.5"
    })
    @DisplayName("I170: a user is no list")
    void whatIsNoListIsRefused(String list, String start) {
        assertThat(expand(list).oneLine()).startsWith(start + " ");
    }

    @Test
    @DisplayName("I172: a list of 1000 is 1000 lines, each of at most 512 octets")
    void aLongListIsToldWhole() {
        Reply reply = expand("thousand");

        assertThat(reply.lines()).hasSize(1000).doesNotHaveDuplicates();
        assertThat(new String(reply.encoded(), UTF_8).split("\r\n", -1))
                .allSatisfy(line -> assertThat(line.getBytes(UTF_8)).hasSizeLessThanOrEqualTo(LINE_OCTETS_MAX - 2));
    }
}
