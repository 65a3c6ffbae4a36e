package posthaste.server.filter;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.ArrayList;
import java.util.List;
import posthaste.smtp.Reply;

/**
 * What reads octets of filters and of messages for them, fed with anything. In every build the seeds in the resources
 * run; {@code deploy/fuzz} looks for more (docs/development.md).
 */
class FilterFuzzTest {
    private static final int REPLY_LINE_MAX = 512;

    @FuzzTest
    void answersAreTheSameWhereverTheyAreSplit(byte[] octets) {
        List<FilterAnswer> whole = answers(octets, octets.length);

        for (int piece : new int[] {1, 2, 3, 7, octets.length / 2 + 1}) {
            assertThat(answers(octets, piece)).as("pieces of %d", piece).isEqualTo(whole);
        }
        for (FilterAnswer each : whole) if (each instanceof FilterAnswer.Refuse refusal) assertSayable(refusal.reply());
        long nonsense =
                whole.stream().filter(FilterAnswer.Nonsense.class::isInstance).count();
        assertThat(nonsense).isLessThanOrEqualTo(1);
    }

    private static List<FilterAnswer> answers(byte[] octets, int piece) {
        var reader = new AnswerReader();
        var answers = new ArrayList<FilterAnswer>();
        for (int from = 0; from < octets.length; from += piece) {
            reader.read(octets, from, Math.min(octets.length, from + piece), answers::add);
        }
        return answers;
    }

    /** A refusal with an enhanced status of its class, in lines of printable ASCII that every client reads. */
    private static void assertSayable(Reply reply) {
        assertThat(reply.code()).isBetween(400, 559).isNotEqualTo(421);
        assertThat(reply.status().orElseThrow().statusClass()).isEqualTo(reply.code() / 100);
        String wire = new String(reply.encoded(), ISO_8859_1);
        assertThat(wire).endsWith("\r\n");
        for (String line : wire.split("\r\n", -1)) {
            assertThat(line).hasSizeLessThanOrEqualTo(REPLY_LINE_MAX - 2);
            assertThat(line.chars()).allMatch(c -> c >= ' ' && c <= '~');
        }
    }

    @FuzzTest
    void aMessageIsShownTheSameWhereverItIsSplit(byte[] message) {
        List<String> whole = shown(message, message.length);

        for (int piece : new int[] {1, 2, 3, 9, message.length / 2 + 1}) {
            assertThat(shown(message, piece)).as("pieces of %d", piece).isEqualTo(whole);
        }
    }

    private static List<String> shown(byte[] message, int piece) {
        var splitter = new ContentSplitter();
        var pieces = new ArrayList<String>();
        var body = new StringBuilder();
        var sink = new ContentSplitter.Sink() {
            @Override
            public void field(byte[] name, byte[] value) {
                pieces.add(new String(name, ISO_8859_1) + "=" + new String(value, ISO_8859_1));
            }

            @Override
            public void headerEnd() {
                pieces.add("end");
            }

            @Override
            public void body(byte[] octets, int from, int to) {
                body.append(new String(octets, from, to - from, ISO_8859_1));
            }
        };
        for (int from = 0; from < message.length; from += piece) {
            splitter.add(message, from, Math.min(piece, message.length - from));
            showAll(splitter, false, sink);
        }
        showAll(splitter, true, sink);
        assertThat(splitter.size()).isZero();
        pieces.add(body.toString());
        return pieces;
    }

    private static void showAll(ContentSplitter splitter, boolean complete, ContentSplitter.Sink sink) {
        boolean more = true;
        while (more) more = splitter.showNext(complete, sink);
    }
}
