package posthaste.server.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import posthaste.smtp.Mailbox;

class OrcptParameterTest {

    @Test
    void whatXtextCannotHoldIsWrittenInHex() {
        assertThat(OrcptParameter.of(new Mailbox("a+b=c", "relay.test"))).contains("rfc822;a+2Bb+3Dc@relay.test");
        assertThat(OrcptParameter.of(new Mailbox("\"a b\"", "relay.test"))).contains("rfc822;\"a+20b\"@relay.test");
    }

    @Test
    void anAddressThatIsNotAsciiIsWrittenInAscii() {
        assertThat(OrcptParameter.of(new Mailbox("jos\u00e9+\ud83d\udce7", "relay.test")))
                .contains("utf-8;jos\\x{E9}\\x{2B}\\x{1F4E7}@relay.test");
    }

    @Test
    void whatIsTooLongIsLeftOut() {
        assertThat(OrcptParameter.of(new Mailbox("+".repeat(64), "a".repeat(200) + "." + "b".repeat(100))))
                .as("7 + 3 * 64 + 1 + 301 octets")
                .isEmpty();
        assertThat(OrcptParameter.of(new Mailbox("+".repeat(64), "a".repeat(200) + "." + "b".repeat(99))))
                .hasValueSatisfying(text -> assertThat(text).hasSize(500));
    }
}
