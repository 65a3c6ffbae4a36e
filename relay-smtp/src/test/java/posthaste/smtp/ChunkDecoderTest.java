package posthaste.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ChunkDecoderTest {

    @Test
    @DisplayName("I138, I146: chunks that arrive in one piece end where their commands said")
    void chunksEndWhereTheirCommandsSaid() {
        byte[] in = octets("a: b\r\n\r\nNOOP\r\n");
        ChunkDecoder decoder = new ChunkDecoder();
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        decoder.begin(new Command.Bdat(3, false));
        int first = decoder.decode(in, 0, in.length, out::write);
        boolean finished = decoder.isFinished();
        decoder.begin(new Command.Bdat(5, false));
        int second = decoder.decode(in, first, in.length, out::write);
        decoder.begin(new Command.Bdat(0, true));

        assertThat(first).isEqualTo(3);
        assertThat(finished).isTrue();
        assertThat(second).isEqualTo(8);
        assertThat(decoder.isFinished()).isTrue();
        assertThat(decoder.decode(in, second, in.length, out::write)).isEqualTo(second);
        assertThat(out.toString(ISO_8859_1)).isEqualTo("a: b\r\n\r\n");
        assertThat(decoder.content().octets()).isEqualTo(8);
    }

    @Test
    @DisplayName("I139: dots mean nothing in a chunk")
    void dotsMeanNothingInAChunk() {
        String content = ".a\r\n..b\r\n.\r\n\r\n.\r\n";

        assertThat(decode(content, List.of(content.length())).text).isEqualTo(content);
    }

    @Test
    @DisplayName("I149: every octet passes as it is, and what is no text is told")
    void everyOctetPassesAsItIs() {
        StringBuilder all = new StringBuilder("S: x\r\n\r\n");
        for (int octet = 0; octet < 256; octet++) all.append((char) octet);

        Decoded decoded = decode(all.toString(), List.of(all.length()));

        assertThat(decoded.text).isEqualTo(all.toString());
        assertThat(decoded.content.hasNul()).isTrue();
        assertThat(decoded.content.hasBareLf()).isTrue();
        assertThat(decoded.content.hasBareCr()).isTrue();
        assertThat(decoded.content.hasEightBitBody()).isTrue();
        assertThat(decoded.content.hasEightBitHeader()).isFalse();
    }

    @Test
    void aLineGoesOnInTheNextChunk() {
        String content = "Received: a\r\nReceived: b\r\n\r\nReceived: c\r\n";
        for (int first = 1; first < content.length(); first++) {
            for (int second = 1; second < content.length() - first; second++) {
                Decoded decoded = decode(content, List.of(first, second, content.length() - first - second));

                assertThat(decoded.content.receivedFields()).isEqualTo(2);
                assertThat(decoded.content.hasBareCr()).isFalse();
                assertThat(decoded.content.hasBareLf()).isFalse();
                assertThat(decoded.content.longestLine()).isEqualTo(11);
            }
        }
    }

    @Test
    void aCarriageReturnThatEndsTheMessageStandsAlone() {
        assertThat(decode("a\r", List.of(2)).content.hasBareCr()).isTrue();
        assertThat(decode("a\r\n", List.of(2, 1)).content.hasBareCr()).isFalse();
    }

    @Test
    void aMessageByChunksIsSeenAsTheSameByData() {
        Random random = new Random(3030);
        String[] pieces = {
            "\r\n",
            "\r\n",
            "\r\n\r\n",
            "a",
            "Received: ",
            "é",
            "\u00c3\u00a9",
            "\u00c3",
            "\r",
            "\n",
            "\0",
            "some text of a line",
            "Subject: "
        };
        for (int round = 0; round < 3000; round++) {
            StringBuilder content = new StringBuilder();
            for (int i = random.nextInt(12); i > 0; i--) content.append(pieces[random.nextInt(pieces.length)]);
            content.append("\r\n");

            Decoded chunks = decode(content.toString(), List.of(content.length()));
            ContentInspection data = byData(content.toString());

            assertThat(ContentFacts.of(chunks.content)).as(content.toString()).isEqualTo(ContentFacts.of(data));
        }
    }

    @Test
    void aChunkWithinAnotherIsABug() {
        ChunkDecoder decoder = new ChunkDecoder();
        decoder.begin(new Command.Bdat(5, false));

        assertThatThrownBy(() -> decoder.begin(new Command.Bdat(5, true))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aChunkLargerThanAnyNumberIsRead() {
        ChunkDecoder decoder = new ChunkDecoder();
        decoder.begin(new Command.Bdat(Long.MAX_VALUE, true));

        assertThat(decoder.decode(octets("abc"), 1, 3, (array, offset, length) -> {}))
                .isEqualTo(3);
        assertThat(decoder.isFinished()).isFalse();
    }

    private static ContentInspection byData(String content) {
        byte[] wire = new DataEncoder().encode(octets(content));
        DataDecoder decoder = new DataDecoder();
        decoder.decode(wire, 0, wire.length, (array, offset, length) -> {});
        decoder.decode(octets(".\r\n"), 0, 3, (array, offset, length) -> {});
        assertThat(decoder.isFinished()).isTrue();
        return decoder.content();
    }

    private record Decoded(String text, ContentInspection content) {}

    private static Decoded decode(String content, List<Integer> chunks) {
        byte[] in = octets(content);
        ChunkDecoder decoder = new ChunkDecoder();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = 0;
        for (int i = 0; i < chunks.size(); i++) {
            decoder.begin(new Command.Bdat(chunks.get(i), i == chunks.size() - 1));
            at = decoder.decode(in, at, in.length, out::write);
            assertThat(decoder.isFinished()).isTrue();
        }
        assertThat(at).isEqualTo(in.length);
        return new Decoded(out.toString(ISO_8859_1), decoder.content());
    }

    private static byte[] octets(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
