package posthaste.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineFramerTest {
    private static final int LINE_MAX = 16;

    @Test
    void aLineWhollyInTheInputIsShownInPlace() {
        byte[] in = octets("xxNOOP\r\nQUIT\r\n");
        LineFramer framer = new LineFramer(LINE_MAX);

        assertThat(framer.next(in, 2, in.length)).isEqualTo(LineFramer.Result.LINE);

        assertThat(framer.line()).isSameAs(in);
        assertThat(framer.offset()).isEqualTo(2);
        assertThat(framer.length()).isEqualTo(4);
        assertThat(framer.position()).isEqualTo(8);
    }

    @Test
    void whatFollowsDataIsLeftToTheDecoder() {
        byte[] in = octets("DATA\r\nSubject: x\r\n");
        LineFramer framer = new LineFramer(LINE_MAX);

        framer.next(in, 0, in.length);

        assertThat(framer.position()).isEqualTo(6);
        assertThat(framer.isInsideLine()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "NOOP<R><N>                             | LINE NOOP",
                "<R><N>                                 | LINE",
                "a<R><N>b<R><N>                         | LINE a, LINE b",
                "NOOP<N>NOOP<R><N>                      | BAD",
                "NOOP<R>NOOP<R><N>                      | BAD",
                "NOOP<R><R><N>QUIT<R><N>                | BAD, LINE QUIT",
                "<N><R><N>QUIT<R><N>                    | BAD, LINE QUIT",
                "<N>                                    |",
                "NOOP<N>NOOP<N>                         |",
                "12345678901234<R><N>QUIT<R><N>         | LINE 12345678901234, LINE QUIT",
                "123456789012345<R><N>QUIT<R><N>        | TOO_LONG, LINE QUIT",
                "123456789012345<N>MAIL<R>x<R><N>q<R><N>| TOO_LONG, LINE q",
                "1<N>3456789<R><N>QUIT<R><N>            | BAD, LINE QUIT",
            })
    void everySplitOfTheInputGivesTheSameLines(String input, String expected) {
        byte[] in = octets(input.replace("<R>", "\r").replace("<N>", "\n"));
        String wanted = expected == null ? "" : expected;

        for (int first = 0; first <= in.length; first++) {
            for (int second = first; second <= in.length; second++) {
                assertThat(frame(in, first, second))
                        .as("split at %d, %d", first, second)
                        .isEqualTo(wanted);
            }
        }
        assertThat(frameOneByOne(in)).isEqualTo(wanted);
    }

    @Test
    void anEndlessLineCostsNoMemoryAndOneRefusal() {
        byte[] chunk = octets("x".repeat(100_000));
        LineFramer framer = new LineFramer(LineFramer.DEFAULT_LINE_MAX);
        for (int i = 0; i < 1_000; i++) {
            assertThat(framer.next(chunk, 0, chunk.length)).isEqualTo(LineFramer.Result.INCOMPLETE);
        }

        byte[] end = octets("RCPT\r\nNOOP\r\n");

        assertThat(framer.next(end, 0, end.length)).isEqualTo(LineFramer.Result.TOO_LONG);
        assertThat(framer.next(end, framer.position(), end.length)).isEqualTo(LineFramer.Result.LINE);
        assertThat(text(framer)).isEqualTo("NOOP");
    }

    @Test
    void aHeldLineMayGrowToTheLimit() {
        byte[] line = octets("y".repeat(LineFramer.DEFAULT_LINE_MAX - 2) + "\r\n");
        LineFramer framer = new LineFramer(LineFramer.DEFAULT_LINE_MAX);
        for (int i = 0; i < line.length - 1; i++) framer.next(line, i, i + 1);

        assertThat(framer.next(line, line.length - 1, line.length)).isEqualTo(LineFramer.Result.LINE);
        assertThat(framer.length()).isEqualTo(line.length - 2);
    }

    @Test
    void aLimitWithoutRoomForALineIsABug() {
        assertThatThrownBy(() -> new LineFramer(1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static String frame(byte[] in, int first, int second) {
        LineFramer framer = new LineFramer(LINE_MAX);
        List<String> found = new ArrayList<>();
        feed(framer, in, 0, first, found);
        feed(framer, in, first, second, found);
        feed(framer, in, second, in.length, found);
        return String.join(", ", found);
    }

    private static String frameOneByOne(byte[] in) {
        LineFramer framer = new LineFramer(LINE_MAX);
        List<String> found = new ArrayList<>();
        for (int i = 0; i < in.length; i++) feed(framer, in, i, i + 1, found);
        return String.join(", ", found);
    }

    private static void feed(LineFramer framer, byte[] in, int from, int to, List<String> found) {
        int at = from;
        while (at < to) {
            LineFramer.Result result = framer.next(in, at, to);
            at = framer.position();
            if (result == LineFramer.Result.INCOMPLETE) continue;
            boolean line = result == LineFramer.Result.LINE;
            found.add(line ? ("LINE " + text(framer)).strip() : result.name());
        }
    }

    private static String text(LineFramer framer) {
        return new String(framer.line(), framer.offset(), framer.length(), ISO_8859_1);
    }

    private static byte[] octets(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
