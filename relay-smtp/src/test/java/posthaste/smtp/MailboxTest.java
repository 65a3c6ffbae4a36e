package posthaste.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MailboxTest {

    @Test
    void bothPartsStayAsWrittenAndTheDestinationIsInLowerCase() {
        Mailbox mailbox = new Mailbox("MixedCase", "DEST.Test");

        assertThat(mailbox).hasToString("MixedCase@DEST.Test");
        assertThat(mailbox.destination()).isEqualTo("dest.test");
        assertThat(mailbox.isAddressLiteral()).isFalse();
        assertThat(new Mailbox("u", "[192.0.2.1]").isAddressLiteral()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"'a\r\nb',c", "a,'b\0'", "'',a", "a,''", "'a\u007f',b"})
    void noControlOctetEverReachesACommandLine(String localPart, String domain) {
        assertThatThrownBy(() -> new Mailbox(localPart, domain)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void pathsPrintWithTheirBrackets() {
        assertThat(ReversePath.NULL).hasToString("<>");
        assertThat(ForwardPath.POSTMASTER).hasToString("<Postmaster>");
        assertThat(ForwardPath.of(new Mailbox("a", "b"))).hasToString("<a@b>");
    }
}
