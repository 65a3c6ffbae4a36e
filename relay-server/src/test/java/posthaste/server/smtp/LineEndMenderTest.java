package posthaste.server.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineEndMenderTest {

    @ParameterizedTest
    @DisplayName("I134 each CR and LF that stands alone becomes CRLF, wherever the pieces end")
    @CsvSource({
        "'a\nb','a\r\nb'",
        "'a\rb','a\r\nb'",
        "'a\r\nb','a\r\nb'",
        "'\n\n','\r\n\r\n'",
        "'\r\r\n','\r\n\r\n'",
        "'\n\r','\r\n\r\n'",
        "'a\n.\nb\r','a\r\n.\r\nb\r\n'",
        "'',''"
    })
    void everyLineEndIsCrLf(String in, String out) {
        byte[] octets = in.getBytes(ISO_8859_1);
        for (int split = 0; split <= octets.length; split++) {
            var mended = new ByteArrayOutputStream();
            var mender = new LineEndMender(mended::write);

            mender.content(octets, 0, split);
            mender.content(octets, split, octets.length - split);

            assertThat(mended.toString(ISO_8859_1)).isEqualTo(out);
        }
    }
}
