package posthaste.server.filter;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentSplitterTest {

    /** What was shown, as text; neighbouring pieces of a body are one. */
    private static final class Shown implements ContentSplitter.Sink {
        private final List<String> pieces = new ArrayList<>();
        private final StringBuilder body = new StringBuilder();
        private int longest;

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
            longest = Math.max(longest, to - from);
        }

        List<String> all() {
            var all = new ArrayList<>(pieces);
            if (body.length() > 0) all.add("body:" + body);
            return all;
        }
    }

    private static Shown split(String content, int piece) {
        return split(new ContentSplitter(), content, piece);
    }

    private static Shown split(ContentSplitter splitter, String content, int piece) {
        var shown = new Shown();
        byte[] octets = content.getBytes(ISO_8859_1);
        for (int from = 0; from < octets.length; from += piece) {
            splitter.add(octets, from, Math.min(piece, octets.length - from));
            showAll(splitter, false, shown);
        }
        showAll(splitter, true, shown);
        assertThat(splitter.size()).isZero();
        return shown;
    }

    private static void showAll(ContentSplitter splitter, boolean complete, Shown shown) {
        boolean more = true;
        while (more) more = splitter.showNext(complete, shown);
    }

    @ParameterizedTest
    @CsvSource({
        "'Subject: Hi~~body~', 'Subject= Hi,end,body:body~'",
        "'Subject: Hi~', 'Subject= Hi,end'",
        "'Subject: Hi', 'Subject= Hi,end'",
        "'A:1~B:2~~', 'A=1,B=2,end'",
        "'A:1~ 2~^3~B:4~~x', 'A=1/ 2/^3,B=4,end,body:x'",
        "'A:1~ 2', 'A=1/ 2,end'",
        "'~body~', 'end,body:body~'",
        "'~', 'end'",
        "'', 'end'",
        "'no field~A:1~', 'end,body:no field~A:1~'",
        "'A:1~no field~B:2~', 'A=1,end,body:no field~B:2~'",
        "' folded~A:1~', 'end,body: folded~A:1~'",
        "':nameless~', 'end,body::nameless~'",
        "'A ^: 1~~', 'A= 1,end'",
        "'A:~~', 'A=,end'",
        "'A:1~~~x~', 'A=1,end,body:~x~'"
    })
    void fieldsEndOfHeaderAndBodyAreTold(String content, String shown) {
        String message = content.replace("~", "\r\n").replace('^', '\t');
        String expected = shown.replace("~", "\r\n").replace('^', '\t').replace('/', '\n');

        for (int piece = 1; piece <= message.length() + 1; piece++) {
            assertThat(String.join(",", split(message, piece).all()))
                    .as("pieces of %d", piece)
                    .isEqualTo(expected);
        }
    }

    @Test
    void aFieldWithoutCrEndsAllTheSame() {
        assertThat(split("A:1\n 2\nB:3\n\nx\n", 3).all()).containsExactly("A=1\n 2", "B=3", "end", "body:x\n");
    }

    @Test
    void nothingOfALongFieldStaysUnseen() {
        String value = "x".repeat(3 * ContentSplitter.FIELD_MAX) + "y";

        for (int piece : new int[] {1000, ContentSplitter.FIELD_MAX, 200_000}) {
            List<String> shown =
                    split("Long:" + value + "\r\nB:2\r\n\r\n", piece).all();

            assertThat(shown).endsWith("B=2", "end").allMatch(each -> each.length() <= ContentSplitter.FIELD_MAX + 10);
            List<String> parts = shown.subList(0, shown.size() - 2);
            assertThat(parts).hasSize(4).allMatch(each -> each.startsWith("Long="));
            assertThat(String.join("", parts).replace("Long=", "")).isEqualTo(value);
        }
    }

    @Test
    void aFoldWhereALongFieldIsCutKeepsItOneField() {
        String first = "Long:" + "x".repeat(ContentSplitter.FIELD_MAX - 7) + "\r\n";

        List<String> shown = split(first + " more\r\nB:2\r\n\r\n", 100_000).all();

        assertThat(shown).hasSize(4).endsWith("B=2", "end").element(1).isEqualTo("Long= more");
    }

    @Test
    void bodiesComeInPiecesThatTheProtocolAllows() {
        String body = "0123456789\r\n".repeat(30_000);

        Shown shown = split("\r\n" + body, 1_000_000);

        assertThat(shown.longest).isEqualTo(ContentSplitter.BODY_MAX);
        assertThat(shown.all()).containsExactly("end", "body:" + body);
    }

    @Test
    void whatIsSkippedIsNotShown() {
        var withoutFields = new ContentSplitter();
        withoutFields.skipFields();
        var withoutBody = new ContentSplitter();
        withoutBody.skipBody();

        assertThat(split(withoutFields, "A:1\r\nB:2\r\n\r\nx", 4).all()).containsExactly("end", "body:x");
        assertThat(split(withoutBody, "A:1\r\n\r\nxyz", 4).all()).containsExactly("A=1", "end");
    }
}
