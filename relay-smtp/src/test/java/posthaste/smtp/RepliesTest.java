package posthaste.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepliesTest {
    private static final Offer OFFER = new Offer(
            Offer.FOR_EVERYBODY, 1000, Duration.ofMinutes(1), Optional.empty(), 100, OptionalInt.empty(), List.of());

    @Test
    void theEnhancedStatusAlwaysHasTheClassOfTheCode() throws IllegalAccessException {
        for (Reply reply : all()) {
            reply.status()
                    .ifPresent(status -> assertThat(status.statusClass())
                            .as(reply.toString())
                            .isEqualTo(reply.code() / 100));
        }
    }

    @Test
    void noLineIsLongerThan512Octets() throws IllegalAccessException { // I013
        for (Reply reply : all()) {
            for (String line : new String(reply.encoded(), ISO_8859_1).split("(?<=\n)", -1)) {
                assertThat(line.length()).as(line).isLessThanOrEqualTo(512);
            }
        }
    }

    @Test
    void theAcceptanceNamesTheIdFirst() {
        assertThat(new String(Replies.queued("0abc").encoded(), ISO_8859_1)).isEqualTo("250 2.0.0 0abc queued\r\n");
    }

    @Test
    void theGreetingBeginsWithOurNameAndHasNoStatus() { // I001
        assertThat(new String(Replies.greeting("relay.test").encoded(), ISO_8859_1))
                .isEqualTo("220 relay.test ESMTP\r\n");
    }

    @Test
    @DisplayName("I174: HELP lists the verbs that are valid now")
    void helpListsTheVerbsThatAreValidNow() {
        Reply help = Replies.help(Optional.empty(), OFFER);
        Reply more = Replies.help(Optional.empty(), OFFER.with(Offer.TERMINALS).with(Set.of(Extension.ETRN)));

        assertThat(help.code()).isEqualTo(214);
        assertThat(help.lines()).contains("HELO EHLO MAIL RCPT DATA BDAT RSET NOOP VRFY EXPN HELP QUIT");
        assertThat(more.lines())
                .contains("HELO EHLO MAIL SEND SOML SAML RCPT DATA BDAT RSET NOOP VRFY EXPN ETRN HELP QUIT");
        assertThat(help.oneLine()).contains("HELP STATUS");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HELO", "EHLO", "MAIL", "rcpt", "Data", "BDAT", "RSET", "NOOP", "VRFY", "expn", "HELP", "QUIT", "SEND",
                "soml", "SAML", "TURN", "ATRN", "ETRN"
            })
    @DisplayName("I175: HELP knows each verb")
    void helpKnowsEachCommand(String verb) {
        Reply help = Replies.help(Optional.of(verb), OFFER);

        assertThat(help.code()).isEqualTo(214);
        assertThat(help.lines().get(0)).startsWith(verb.toUpperCase(Locale.ROOT));
        assertThat(help.lines().get(help.lines().size() - 1)).startsWith("RFC ");
    }

    @Test
    @DisplayName("I176: HELP on anything else is 504")
    void anUnknownTopicIs504() {
        assertThat(Replies.help(Optional.of("NOSUCH"), OFFER)).isEqualTo(Replies.UNKNOWN_HELP_TOPIC);
        assertThat(Replies.help(Optional.of("BURL"), OFFER)).isEqualTo(Replies.UNKNOWN_HELP_TOPIC);
    }

    @Test
    void etrnNamesTheNode() {
        assertThat(Replies.pendingStarted(3, "dest.test"))
                .hasToString("253 2.0.0 OK, 3 pending messages for node dest.test started");
        assertThat(Replies.noMessagesWaiting("dest.test").code()).isEqualTo(251);
    }

    @Test
    @DisplayName("I177: the status has a first and a last line, and nothing of it breaks a line")
    void theStatusHasAFirstAndALastLine() {
        Reply status = Replies.status("relay.test", List.of("up 5 s", "login a\r\nb"));

        assertThat(status.code()).isEqualTo(211);
        assertThat(status.lines())
                .containsExactly("relay.test status", "up 5 s", "login a\\x0d\\x0ab", "End of status");
    }

    private static List<Reply> all() throws IllegalAccessException {
        List<Reply> replies = new ArrayList<>();
        for (Field field : Replies.class.getDeclaredFields()) {
            boolean constant = Modifier.isStatic(field.getModifiers()) && field.getType() == Reply.class;
            if (constant) replies.add((Reply) field.get(Replies.class));
        }
        assertThat(replies).hasSizeGreaterThan(70);
        replies.addAll(made());
        HelpTexts.verbs().forEach(verb -> replies.add(HelpTexts.of(verb)));
        return replies;
    }

    /** One of each method, with arguments as long as they get. */
    private static List<Reply> made() {
        String longest = "n".repeat(253);
        List<Reply> replies = new ArrayList<>(List.of(
                Replies.help(Optional.empty(), OFFER.with(Offer.TERMINALS)),
                Replies.closing(longest),
                Replies.greeting(longest),
                Replies.queued("0123456789abcdef"),
                Replies.chunkReceived(Long.MAX_VALUE),
                Replies.shown(1),
                Replies.noMessagesWaiting(longest),
                Replies.pendingStarted(longest),
                Replies.pendingStarted(Long.MAX_VALUE, longest),
                Replies.unableToQueue(longest),
                Replies.deliverByTooShort(Duration.ofMinutes(1)),
                Replies.holdTooLong(Duration.ofDays(30)),
                Replies.status(longest, List.of("漢".repeat(1000))),
                Replies.accessDenied(longest),
                Replies.notImplemented("XFORWARD")));
        for (MailVerb verb : MailVerb.values()) replies.add(Replies.syntaxOf(verb));
        return replies;
    }
}
