package posthaste.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import posthaste.server.policy.MailboxText;
import posthaste.smtp.ReversePath;

class SenderRightsTest {

    private static ReversePath path(String address) {
        return ReversePath.of(MailboxText.parse(address).orElseThrow());
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
                    bob@example.org,     bob@example.org,       true
                    bob@example.org,     Bob@EXAMPLE.org,       true
                    bob@example.org,     '"bob"@example.org',   true
                    bob@example.org,     alice@example.org,     false
                    bob@example.org,     bob@sub.example.org,   false
                    @example.org,        anybody@example.org,   true
                    @example.org,        a@sub.example.org,     false
                    @example.org,        a@notexample.org,      false
                    @Example.ORG,        a@example.org,         true
                    @*.example.org,      a@sub.example.org,     true
                    @*.example.org,      a@b.c.Example.org,     true
                    @*.example.org,      a@example.org,         false
                    @*.example.org,      a@notexample.org,      false
                    @*.example.org,      a@example.org.evil.net, false
                    @[192.0.2.1],        a@[192.0.2.1],         true
                    @[192.0.2.1],        a@[192.0.2.2],         false
                    @bücher.example,     a@xn--bcher-kva.example, true
                    """)
    void aPatternPermitsWhatItSays(String pattern, String sender, boolean permitted) {
        assertThat(SenderRights.of(List.of(pattern)).permit(path(sender))).isEqualTo(permitted);
    }

    @Test
    void theNullReversePathIsForEverybody() {
        assertThat(SenderRights.of(List.of()).permit(ReversePath.NULL)).isTrue();
        assertThat(SenderRights.of(List.of("@example.org")).permit(ReversePath.NULL))
                .isTrue();
    }

    @Test
    void noPatternPermitsNoAddressAndAnyEveryOne() {
        assertThat(SenderRights.of(List.of()).permit(path("a@example.org"))).isFalse();
        assertThat(SenderRights.ANY.permit(path("a@example.org"))).isTrue();
    }

    @Test
    void oneOfSeveralIsEnough() {
        SenderRights rights = SenderRights.of(List.of("a@example.org", "@example.net", "@*.example.com"));

        assertThat(rights.permit(path("a@example.org"))).isTrue();
        assertThat(rights.permit(path("b@example.net"))).isTrue();
        assertThat(rights.permit(path("c@x.example.com"))).isTrue();
        assertThat(rights.permit(path("b@example.org"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "bob", "@", "@*.", "*@example.org@", "@*", "<bob@example.org>", "@exa mple.org"})
    void whatIsNoSenderIsRefusedWithTheRemedy(String pattern) {
        assertThatThrownBy(() -> SenderRights.of(List.of(pattern)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("write \"name@example.org\"");
    }
}
