package posthaste.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples of RFC 4013 §3, and what is around them. */
class SaslPrepTest {

    @Test
    void textIsMappedAndNormalised() {
        assertThat(SaslPrep.of("I\u00adX")).contains("IX");
        assertThat(SaslPrep.of("user")).contains("user");
        assertThat(SaslPrep.of("USER")).contains("USER");
        assertThat(SaslPrep.of("\u00aa")).contains("a");
        assertThat(SaslPrep.of("\u2168")).contains("IX");
        assertThat(SaslPrep.of("a\u00a0b\u3000c")).contains("a b c");
        assertThat(SaslPrep.of("e\u0301")).contains("\u00e9");
        assertThat(SaslPrep.of("\ud83d\udd11")).contains("\ud83d\udd11");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "\u00ad", "\u0007", "a\u007f", "a\u0085", "a\u2028", "a\u202e", "a\ue000", "a\ud800", "a\ufffe",
                "a\ufdd0", "a\ufffd", "a\u2ff0"
            })
    void whatNobodyCanTypeOrSeeIsRefused(String text) {
        assertThat(SaslPrep.of(text)).isEmpty();
    }

    @Test
    void boundsAreInOctets() {
        assertThat(SaslPrep.name("a".repeat(255))).isPresent();
        assertThat(SaslPrep.name("a".repeat(256))).isEmpty();
        assertThat(SaslPrep.name("\u00e9".repeat(127))).isPresent();
        assertThat(SaslPrep.name("\u00e9".repeat(128))).isEmpty();
        assertThat(SaslPrep.password("a".repeat(1024))).isPresent();
        assertThat(SaslPrep.password("a".repeat(1025))).isEmpty();
    }
}
