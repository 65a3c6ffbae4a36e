package posthaste.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepliesTest {

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
    void helpListsTheCommands() {
        Reply help = Replies.help(Optional.empty());

        assertThat(help.code()).isEqualTo(214);
        assertThat(help.oneLine()).contains("HELO EHLO MAIL RCPT DATA RSET NOOP VRFY HELP QUIT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HELO", "EHLO", "MAIL", "rcpt", "Data", "RSET", "NOOP", "VRFY", "HELP", "QUIT"})
    void helpKnowsEachCommand(String verb) {
        Reply help = Replies.help(Optional.of(verb));

        assertThat(help.code()).isEqualTo(214);
        assertThat(help.lines().get(help.lines().size() - 1)).startsWith("RFC 5321");
    }

    @Test
    void anUnknownTopicIs504() {
        assertThat(Replies.help(Optional.of("NOSUCH"))).isEqualTo(Replies.UNKNOWN_HELP_TOPIC);
    }

    private static List<Reply> all() throws IllegalAccessException {
        List<Reply> replies = new ArrayList<>();
        for (Field field : Replies.class.getDeclaredFields()) {
            boolean constant = Modifier.isStatic(field.getModifiers()) && field.getType() == Reply.class;
            if (constant) replies.add((Reply) field.get(Replies.class));
        }
        assertThat(replies).hasSizeGreaterThan(40);
        replies.add(Replies.help(Optional.empty()));
        replies.add(Replies.closing("relay.test"));
        return replies;
    }
}
