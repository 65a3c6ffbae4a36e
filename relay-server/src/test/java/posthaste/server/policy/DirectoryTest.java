package posthaste.server.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.server.policy.Aliases.address;
import static posthaste.server.policy.Aliases.alias;
import static posthaste.server.policy.Aliases.directory;
import static posthaste.server.policy.Aliases.mailbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import posthaste.queue.Recipient;

/** What becomes of recipients of accepted mail, and what is wrong with a set of aliases. */
class DirectoryTest {

    @ParameterizedTest
    @CsvSource({
        "nobody@relay.test, 550 5.1.1",
        "NOBODY@other.TEST, 550 5.1.1",
        "busy@relay.test, 550 5.2.1",
        "Full@relay.test, 552 5.2.2",
        "moved@relay.test, 550 5.1.6",
        "smith@relay.test, 553 5.1.4"
    })
    @DisplayName("I117: a recipient of ours that takes no mail is refused for good")
    void whatTakesNoMailIsRefused(String recipient, String start) {
        assertThat(directory(false).refusalOf(address(recipient)))
                .hasValueSatisfying(reply -> assertThat(reply.oneLine()).startsWith(start + " "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "u@dest.test",
                "nobody@sub.relay.test",
                "alice@relay.test",
                "list@relay.test",
                "fwd@relay.test",
                "postmaster@relay.test",
                "Root@relay.test"
            })
    void everythingElseIsDeliveredAsAlways(String recipient) {
        Directory directory = directory(Aliases.ALL, false, Optional.of(mailbox("root")));

        assertThat(directory.refusalOf(address(recipient))).isEmpty();
    }

    @Test
    void reportsGoToThoseWhomAnAddressOfOursStandsFor() {
        Directory read = directory(Aliases.ALL, false, Optional.of(mailbox("root")));

        assertThat(read.readersOf(address("list@relay.test"))).hasSizeGreaterThan(1);
        assertThat(read.readersOf(address("u@dest.test"))).containsExactly(new Recipient(address("u@dest.test")));
        assertThat(read.readersOf(address("nobody@relay.test")))
                .containsExactly(new Recipient(address("nobody@relay.test")));
        Directory unread = directory(Aliases.ALL, false, Optional.empty());
        assertThat(unread.readersOf(address("postmaster@relay.test")))
                .containsExactly(Recipient.held(address("postmaster@relay.test")));
    }

    private static List<AliasReview.Finding> review(Alias... aliases) {
        return AliasReview.of(directory(List.of(aliases), false, Optional.empty()));
    }

    @Test
    void aliasesThatStandForEachOtherAreFollowedToTheEnd() {
        var chain = new ArrayList<Alias>();
        for (int i = 0; i < Expansion.DEPTH_MAX - 1; i++) chain.add(alias("a" + i, "a" + (i + 1) + "@relay.test"));
        chain.add(alias("a" + (Expansion.DEPTH_MAX - 1), "end@dest.test"));

        assertThat(review(chain.toArray(new Alias[0]))).isEmpty();

        chain.add(alias("a", "a0@relay.test"));
        assertThat(review(chain.toArray(new Alias[0])))
                .filteredOn(AliasReview.Finding::problem)
                .allSatisfy(finding -> assertThat(finding.alias()).isEqualTo(Expansion.DEPTH_MAX))
                .extracting(AliasReview.Finding::text)
                .contains("aliases stand for aliases more than 20 times");
    }

    @Test
    void whoIsReachedTwiceGetsTheMailOnceAndNoWarning() {
        Directory diamond = directory(
                List.of(
                        alias("top", "left@relay.test", "right@relay.test", "END@dest.test"),
                        alias("left", "end@dest.test"),
                        alias("right", "end@DEST.test")),
                false,
                Optional.empty());

        assertThat(AliasReview.of(diamond)).isEmpty();
        assertThat(diamond.find(mailbox("top")))
                .as("local parts of others count as they are written")
                .isEqualTo(new Resolution.Local(List.of(address("end@dest.test"), address("END@dest.test")), true));
    }

    @Test
    void oneAddressMoreThanAMessageMayHaveIsAProblem() {
        var members = new ArrayList<String>();
        for (int i = 0; i < Aliases.RECIPIENTS_MAX; i++) members.add("m" + i + "@dest.test");
        Alias fits = alias("fits", members.toArray(new String[0]));
        Alias more = alias("more", "fits@relay.test", "m0@dest.test", "another@dest.test");

        assertThat(review(fits)).isEmpty();
        assertThat(review(fits, more)).singleElement().satisfies(finding -> {
            assertThat(finding.problem()).isTrue();
            assertThat(finding.text()).contains("more than 1000 addresses", "limits.recipients");
        });
    }
}
