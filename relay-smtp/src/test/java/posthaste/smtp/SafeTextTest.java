package posthaste.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeTextTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "plain text|plain text",
                "a\\r\\nb|a\\\\x0d\\\\x0ab",
                "\\0\\t\\177|\\\\x00\\\\x09\\\\x7f",
                "Grüße €|Grüße €",
                "\uD83D\uDCE7 mail|\uD83D\uDCE7 mail",
                "\u009b31m|\\\\u009b31m",
                "a\u2028b\u202ec|a\\\\u2028b\\\\u202ec",
            })
    void octetsAndCharactersAreEscapedAlike(String text, String safe) {
        String input = text.translateEscapes();
        byte[] octets = input.getBytes(UTF_8);

        assertThat(SafeText.of(octets, 0, octets.length, 100)).isEqualTo(safe.translateEscapes());
        assertThat(SafeText.of(input, 100)).isEqualTo(safe.translateEscapes());
    }

    @Test
    void octetsThatAreNoUtf8AreEscapedOneByOne() {
        byte[] octets = "a\u00fc\u00ffb\u00e2\u0082".getBytes(ISO_8859_1);

        assertThat(SafeText.of(octets, 0, octets.length, 100)).isEqualTo("a\\xfc\\xffb\\xe2\\x82");
    }

    @Test
    void halfACharacterIsEscaped() {
        assertThat(SafeText.of("a\ud83d", 100)).isEqualTo("a\\ud83d");
        assertThat(SafeText.of("\udce7a", 100)).isEqualTo("\\udce7a");
    }

    @Test
    void onlyTheGivenPartIsRead() {
        byte[] octets = "xxabcyy".getBytes(UTF_8);

        assertThat(SafeText.of(octets, 2, 3, 100)).isEqualTo("abc");
    }

    @Test
    void longTextIsCut() {
        byte[] octets = "0123456789".repeat(1000).getBytes(UTF_8);
        byte[] wide = "é\0".repeat(1000).getBytes(UTF_8);

        assertThat(SafeText.of(octets, 0, octets.length, 10)).isEqualTo("0123456...");
        assertThat(SafeText.of(octets, 0, 10, 10)).isEqualTo("0123456789");
        assertThat(SafeText.of(wide, 0, wide.length, 10))
                .hasSize(10)
                .startsWith("é\\x00é")
                .endsWith("...");
        assertThat(SafeText.of("0123456789a", 10)).isEqualTo("0123456...");
        assertThat(SafeText.of("abc", 2)).isEqualTo("..");
    }

    @Test
    void aCharacterIsNeverCutInHalf() {
        assertThat(SafeText.of("a\ud83d\udce7\ud83d\udce7\ud83d\udce7", 5)).isEqualTo("a...");
    }
}
