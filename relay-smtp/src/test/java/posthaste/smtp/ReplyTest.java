package posthaste.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyTest {

    @Test
    void everyLineButTheLastHasAHyphen() {
        Reply reply = new Reply(550, EnhancedStatus.parse("5.7.1"), List.of("a", "b"));

        assertThat(new String(reply.encoded(), ISO_8859_1)).isEqualTo("550-5.7.1 a\r\n550 5.7.1 b\r\n");
        assertThat(reply.oneLine()).isEqualTo("550 5.7.1 a b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\rb", "a\nb", "a\0b"})
    void aTextCannotSmuggleASecondReply(String text) {
        assertThatThrownBy(() -> Reply.plain(250, text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 199, 600})
    void aCodeOutsideTheRangeIsABug(int code) {
        assertThatThrownBy(() -> Reply.plain(code, "x")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aReplyWithoutLinesIsABug() {
        assertThatThrownBy(() -> new Reply(250, Optional.empty(), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.0.0", "4.3.1", "5.999.999"})
    void anEnhancedStatusIsReadBackAsWritten(String text) {
        assertThat(EnhancedStatus.parse(text).orElseThrow()).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "2", "2.0", "2.0.", "2..0", "3.0.0", "2.0.0.0", "2.0.0 ", "2.1000.0", "x.0.0", "2.0.0x"})
    void whatIsNoEnhancedStatusIsEmpty(String text) {
        assertThat(EnhancedStatus.parse(text)).isEmpty();
    }
}
