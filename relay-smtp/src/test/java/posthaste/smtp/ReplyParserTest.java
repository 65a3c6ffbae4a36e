package posthaste.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyParserTest {

    @Test
    void aReplyWithAnEnhancedStatusIsTakenApart() {
        assertThat(replies("250 2.1.5 Recipient ok\r\n")).containsExactly(Reply.of(250, "2.1.5", "Recipient ok"));
    }

    @Test
    void everyLineOfAReplyIsKeptAndLosesItsStatus() {
        Reply reply = replies("550-5.7.1 First\r\n550-5.7.1\r\n550-other\r\n550 5.7.1 Last\r\n")
                .get(0);

        assertThat(reply.status()).isEqualTo(EnhancedStatus.parse("5.7.1"));
        assertThat(reply.lines()).containsExactly("First", "", "other", "Last");
    }

    @Test
    void aStatusOfAnotherClassIsOnlyText() {
        Reply reply = replies("250 5.1.1 ok\r\n").get(0);

        assertThat(reply.status()).isEmpty();
        assertThat(reply.lines()).containsExactly("5.1.1 ok");
    }

    @Test
    void aGoAheadHasNoStatus() {
        assertThat(replies("354 2.0.0 go\r\n").get(0).status()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"250\r\n", "250 \r\n", "250\n", "250 \n"})
    void aBareCodeAndALineFeedAloneAreTolerated(String wire) {
        assertThat(replies(wire)).containsExactly(Reply.plain(250, ""));
    }

    @Test
    void repliesComeOneByOneWhateverTheSplit() {
        byte[] in = "220-mx.example\r\n220 hello\n250 2.1.0 ok\r\n451 4.3.0 later\r\n".getBytes(ISO_8859_1);
        List<Reply> whole = replies(in, in.length, in.length);
        assertThat(whole).hasSize(3);

        for (int first = 0; first <= in.length; first++) {
            for (int second = first; second <= in.length; second++) {
                assertThat(replies(in, first, second)).isEqualTo(whole);
            }
        }
    }

    @Test
    void onlyOneReplyIsConsumedAtATime() {
        byte[] in = "220 a\r\n250 b\r\n".getBytes(ISO_8859_1);
        ReplyParser parser = new ReplyParser();

        assertThat(parser.next(in, 0, in.length)).isPresent();
        assertThat(parser.position()).isEqualTo(7);
        assertThat(parser.isInsideReply()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 400 Bad Request\r\n",
                "199 x\r\n",
                "600 x\r\n",
                "25\r\n",
                "\r\n",
                "abc\r\n",
                "2x0 x\r\n",
                "250x\r\n",
                "250-a\r\n550 b\r\n",
                "\u0016\u0003\u0001\u0002\n",
            })
    void whatIsNoReplyIsAProtocolError(String wire) {
        byte[] in = (wire + "250 ok\r\n").getBytes(ISO_8859_1);
        for (int split = 0; split <= in.length; split++) {
            ReplyParser parser = new ReplyParser();
            Optional<ReplyParser.Result> early = parser.next(in, 0, split);
            ReplyParser.Result result = early.isPresent()
                    ? early.get()
                    : parser.next(in, split, in.length).orElseThrow();

            assertThat(result).isInstanceOf(ReplyParser.ProtocolError.class);
            assertThat(parser.next(in, 0, in.length)).as("it stays an error").contains(result);
        }
    }

    @Test
    void whatWasWrongIsSaidInPrintableText() {
        byte[] in = "\u001b[31m\0HTTP\r\n".getBytes(ISO_8859_1);

        assertThat(new ReplyParser().next(in, 0, in.length))
                .contains(new ReplyParser.ProtocolError("Not an SMTP reply: \\x1b[31m\\x00HTTP"));
    }

    @Test
    void controlOctetsOfTheTextAreEscaped() {
        Reply reply = replies("550 a\rb\0c\u0007\r\n").get(0);

        assertThat(reply.lines()).containsExactly("a\\x0db\\x00c\\x07");
    }

    @Test
    void textInUtf8StaysAndOtherOctetsAreEscaped() {
        ReplyParser parser = new ReplyParser();
        byte[] utf8 = "550 Grüße\r\n".getBytes(UTF_8);
        byte[] latin1 = "550 Grüße\r\n".getBytes(ISO_8859_1);

        assertThat(parser.next(utf8, 0, utf8.length)).contains(new ReplyParser.Complete(Reply.plain(550, "Grüße")));
        assertThat(parser.next(latin1, 0, latin1.length))
                .contains(new ReplyParser.Complete(Reply.plain(550, "Gr\\xfc\\xdfe")));
    }

    @Test
    void aLongLineIsCutWhereverItWasSplit() {
        byte[] in = ("250 " + "x".repeat(5000) + "\r\n").getBytes(ISO_8859_1);

        assertThat(replies(in, in.length, in.length).get(0).lines().get(0)).hasSizeLessThanOrEqualTo(2048);
        assertThat(replies(in, 3000, 4000).get(0).lines().get(0)).hasSizeLessThanOrEqualTo(2048);
    }

    @Test
    void aLongReplyIsKeptInPart() {
        Reply reply = replies("250-line\r\n".repeat(300) + "250 end\r\n").get(0);

        assertThat(reply.lines()).hasSize(ReplyParser.LINES_KEPT);
    }

    @Test
    void aReplyThatNeverEndsIsAProtocolError() {
        byte[] line = "250-x\r\n".getBytes(ISO_8859_1);
        ReplyParser parser = new ReplyParser();
        Optional<ReplyParser.Result> result = Optional.empty();
        for (int i = 0; i < 10_000 && result.isEmpty(); i++) result = parser.next(line, 0, line.length);

        assertThat(result).contains(new ReplyParser.ProtocolError("Reply of more than 512 lines"));
    }

    @Test
    void aLineThatNeverEndsIsAProtocolError() {
        byte[] piece = "2".repeat(1000).getBytes(ISO_8859_1);
        ReplyParser parser = new ReplyParser();
        Optional<ReplyParser.Result> result = Optional.empty();
        for (int i = 0; i < 10_000 && result.isEmpty(); i++) result = parser.next(piece, 0, piece.length);

        assertThat(result).contains(new ReplyParser.ProtocolError("Reply of more than 65536 octets"));
    }

    @Test
    void anUnfinishedReplyIsTold() {
        byte[] in = "250-a\r\n".getBytes(ISO_8859_1);
        ReplyParser parser = new ReplyParser();

        assertThat(parser.isInsideReply()).isFalse();
        parser.next(in, 0, 2);
        assertThat(parser.isInsideReply()).isTrue();
        parser.next(in, 2, in.length);
        assertThat(parser.isInsideReply()).isTrue();
    }

    private static List<Reply> replies(String wire) {
        byte[] in = wire.getBytes(ISO_8859_1);
        return replies(in, in.length, in.length);
    }

    private static List<Reply> replies(byte[] in, int first, int second) {
        ReplyParser parser = new ReplyParser();
        List<Reply> replies = new ArrayList<>();
        feed(parser, in, 0, first, replies);
        feed(parser, in, first, second, replies);
        feed(parser, in, second, in.length, replies);
        return replies;
    }

    private static void feed(ReplyParser parser, byte[] in, int from, int to, List<Reply> replies) {
        int at = from;
        while (at < to) {
            Optional<ReplyParser.Result> result = parser.next(in, at, to);
            result.ifPresent(found -> replies.add(((ReplyParser.Complete) found).reply()));
            at = parser.position();
        }
    }
}
