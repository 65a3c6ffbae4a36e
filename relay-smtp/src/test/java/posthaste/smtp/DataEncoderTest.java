package posthaste.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataEncoderTest {

    @ParameterizedTest
    @CsvSource({
        "'','.\\r\\n'",
        "'a\\r\\n','a\\r\\n.\\r\\n'",
        "'a','a\\r\\n.\\r\\n'",
        "'.','..\\r\\n.\\r\\n'",
        "'.\\r\\n','..\\r\\n.\\r\\n'",
        "'..\\r\\n.a\\r\\n b.\\r\\n','...\\r\\n..a\\r\\n b.\\r\\n.\\r\\n'",
        "'a\\r\\n.','a\\r\\n..\\r\\n.\\r\\n'",
        "'a\\r\\n.\\r\\n.\\r\\n','a\\r\\n..\\r\\n..\\r\\n.\\r\\n'",
        "'a\\r','a\\r\\r\\n.\\r\\n'",
        "'a\\n','a\\n\\r\\n.\\r\\n'",
        "'a\\n.\\r\\nb\\r\\n','a\\n..\\r\\nb\\r\\n.\\r\\n'",
        "'a line that is longer than a word\\r\\n.and another of the kind\\r\\n',"
                + "'a line that is longer than a word\\r\\n..and another of the kind\\r\\n.\\r\\n'",
    })
    void everySplitGivesTheSameWireForm(String content, String wire) {
        byte[] in = content.translateEscapes().getBytes(ISO_8859_1);
        for (int first = 0; first <= in.length; first++) {
            for (int second = first; second <= in.length; second++) {
                assertThat(encode(in, first, second))
                        .as("split at %d, %d", first, second)
                        .isEqualTo(wire.translateEscapes());
            }
        }
    }

    @Test
    void aChunkWithoutDotsAtLineStartsIsNotCopied() {
        byte[] chunk = "a.b\r\nc.\r\n".getBytes(ISO_8859_1);

        assertThat(new DataEncoder().encode(chunk)).isSameAs(chunk);
    }

    @Test
    void theChunkItselfIsNeverChanged() {
        byte[] chunk = ".\r\n.\r\n".getBytes(ISO_8859_1);
        byte[] before = chunk.clone();

        new DataEncoder().encode(chunk);

        assertThat(chunk).isEqualTo(before);
    }

    private static String encode(byte[] in, int first, int second) {
        DataEncoder encoder = new DataEncoder();
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        wire.writeBytes(encoder.encode(Arrays.copyOfRange(in, 0, first)));
        wire.writeBytes(encoder.encode(Arrays.copyOfRange(in, first, second)));
        wire.writeBytes(encoder.encode(Arrays.copyOfRange(in, second, in.length)));
        wire.writeBytes(encoder.finish());
        return wire.toString(ISO_8859_1);
    }
}
