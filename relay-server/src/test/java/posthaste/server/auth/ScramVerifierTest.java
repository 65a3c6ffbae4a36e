package posthaste.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ScramVerifierTest {
    private static final String KEY = Base64.getEncoder().encodeToString(new byte[32]);
    private static final String SALT = Base64.getEncoder().encodeToString(new byte[16]);

    @ParameterizedTest
    @EnumSource(ScramHash.class)
    void itReadsBackAsItself(ScramHash hash) {
        ScramVerifier made = ScramVerifier.of(hash, "correct horse battery", new byte[16], 4096);

        ScramVerifier read = ScramVerifier.parse(made.format());

        assertThat(read).isEqualTo(made).hasSameHashCodeAs(made);
        assertThat(read.matches("correct horse battery")).isTrue();
        assertThat(read.matches("wrong horse battery")).isFalse();
        assertThat(read.toString()).isEqualTo("(secret)");
    }

    /** The form in which PostgreSQL keeps a password, but for its first and third separators. */
    @Test
    void theTextIsTheOneThatIsDocumented() {
        ScramVerifier pencil = ScramVerifier.of(
                ScramHash.SHA_256, "pencil", Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096);

        assertThat(pencil.format())
                .isEqualTo("{SCRAM-SHA-256}4096:W22ZaJ0SNY7soEsUEjb6gQ==:"
                        + "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    secret horse                        | passwords are not kept as they are typed
                    {PLAIN}secret horse                 | passwords are not kept as they are typed
                    {SCRAM-SHA-256                      | passwords are not kept as they are typed
                    {SCRAM-SHA-256}4096:SALT:KEY        | expected "{SCRAM-SHA-256}iterations
                    {SCRAM-SHA-256}4096:SALT:KEY:KEY:x  | expected "{SCRAM-SHA-256}iterations
                    {SCRAM-SHA-256}4095:SALT:KEY:KEY    | expected 4096 to 1000000 iterations
                    {SCRAM-SHA-256}1000001:SALT:KEY:KEY | expected 4096 to 1000000 iterations
                    {SCRAM-SHA-256}many:SALT:KEY:KEY    | expected 4096 to 1000000 iterations
                    {SCRAM-SHA-256}4096:AAAA:KEY:KEY    | the salt has 3 octets, expected 8 to 64
                    {SCRAM-SHA-256}4096:SALT:KEY:AAAA   | a key has 3 octets, expected 32
                    {SCRAM-SHA-256}4096:SALT:KEY:horse! | not base64
                    {SCRAM-SHA-1}4096:SALT:KEY:KEY      | a key has 32 octets, expected 20
                    """)
    void whatIsWrongIsSaidWithoutTheSecret(String text, String expected) {
        assertThatThrownBy(() -> ScramVerifier.parse(text.replace("SALT", SALT).replace("KEY", KEY)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(expected)
                .message()
                .doesNotContain("horse")
                .doesNotContain(KEY);
    }
}
