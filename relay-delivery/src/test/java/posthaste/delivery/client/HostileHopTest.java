package posthaste.delivery.client;

import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.delivery.testkit.Move.close;
import static posthaste.delivery.testkit.Move.normally;
import static posthaste.delivery.testkit.Move.raw;
import static posthaste.delivery.testkit.Move.stopReading;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import posthaste.delivery.client.ClientFixture.Link;
import posthaste.delivery.client.RecipientResult.Kind;
import posthaste.delivery.testkit.ScriptedHop;
import posthaste.delivery.testkit.Step;
import posthaste.smtp.ReplyParser;

/** Hosts that say more than they should, or what nobody should read. */
class HostileHopTest {
    private final ScriptedHop hop = ScriptedHop.start();
    private final ClientFixture client = new ClientFixture();

    @AfterEach
    void end() {
        client.close();
        hop.close();
    }

    private Link send() {
        return client.open(hop).send(client.mail("Hi\r\n", "a@hop.example"));
    }

    @ParameterizedTest
    @DisplayName("A reply line without end is a protocol error, not memory")
    @CsvSource({"MAIL, DEFERRED", "RCPT, DEFERRED", "DATA, DEFERRED", "DOT, AMBIGUOUS"})
    void aReplyLineWithoutEndIsCutOff(Step step, Kind kind) {
        hop.when(step).then(raw("250 " + "x".repeat(ReplyParser.OCTETS_MAX)), stopReading());

        RecipientResult result = send().single();

        assertThat(result.kind()).isEqualTo(kind);
        assertThat(result.reply().status().orElseThrow()).hasToString("4.5.0");
        assertThat(result.reply().oneLine()).hasSizeLessThan(500);
    }

    @ParameterizedTest
    @DisplayName("A reply of endless lines is a protocol error, not memory")
    @CsvSource({"MAIL, DEFERRED", "RCPT, DEFERRED", "DATA, DEFERRED", "DOT, AMBIGUOUS"})
    void aReplyOfEndlessLinesIsCutOff(Step step, Kind kind) {
        hop.when(step).then(raw("250-x\r\n".repeat(ReplyParser.LINES_MAX + 1)), stopReading());

        RecipientResult result = send().single();

        assertThat(result.kind()).isEqualTo(kind);
        assertThat(result.reply().status().orElseThrow()).hasToString("4.5.0");
    }

    @Test
    @DisplayName("O049 a reply that never comes to its last line is a time-out")
    void aReplyWithoutItsLastLineIsATimeOut() {
        hop.when(Step.DATA).then(raw("354-go\r\n354-on\r\n"), stopReading());

        Link link = send();
        hop.awaitCommand("DATA"::equals);
        client.advanceUntil(link.closed, Duration.ofSeconds(301));

        assertThat(link.single().reply().oneLine()).startsWith("451 4.4.2 No answer from");
    }

    @Test
    @DisplayName("O049 a reply that is cut off is a lost connection")
    void aReplyThatIsCutOffIsALostConnection() {
        hop.when(Step.RCPT).then(raw("250 2.1.5 O"), close());

        RecipientResult result = send().single();

        assertThat(result.kind()).isEqualTo(Kind.DEFERRED);
        assertThat(result.reply().oneLine())
                .startsWith("451 4.4.2 Lost the connection")
                .contains("at RCPT");
    }

    @Test
    @DisplayName("NUL, control and 8-bit octets of a reply are shown, not passed on")
    void theTextOfAReplyIsHarmless() {
        hop.when(Step.DOT).then(raw("550 5.7.1 a\0b\u001b[2Jc\u00ffd\re\r\n"), stopReading());

        RecipientResult result = send().single();

        assertThat(result.kind()).isEqualTo(Kind.BOUNCED);
        assertThat(result.reply().oneLine()).isEqualTo("550 5.7.1 a\\x00b\\x1b[2Jc\\xffd\\x0de");
    }

    @Test
    @DisplayName("Octets that are no reply are shown in ours, escaped and cut")
    void garbageIsShownHarmlessly() {
        hop.when(Step.MAIL).then(raw("\0\u0001\u00ff" + "y".repeat(5000) + "\r\n"), stopReading());

        String reply = send().single().reply().oneLine();

        assertThat(reply).startsWith("451 4.5.0 Protocol error of hop.test").contains("\\x00\\x01\\xff");
        assertThat(reply).hasSizeLessThan(500);
        assertThat(reply.chars()).allMatch(each -> each >= ' ' && each < 0x7f);
    }

    @Test
    @DisplayName("A flood of replies behind a message changes nothing about it and ends the connection")
    void aFloodOfRepliesEndsTheConnection() {
        hop.when(Step.DOT).then(normally(), raw("550 5.7.1 taken back\r\n".repeat(1000)));

        Link link = send();

        assertThat(link.single().kind()).isEqualTo(Kind.DELIVERED);
        assertThat(link.closing().orElseThrow().reply().status().orElseThrow()).hasToString("4.5.0");
        assertThat(client.count("connections_lost")).isEqualTo(1);
    }
}
