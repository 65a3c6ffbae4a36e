package posthaste.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExtensionsTest {

    @Test
    void whatAServerOffersIsRead() {
        Extensions extensions = parse(
                "PIPELINING",
                "SIZE 1000",
                "8BITMIME",
                "SMTPUTF8",
                "DSN",
                "CHUNKING",
                "STARTTLS",
                "ENHANCEDSTATUSCODES",
                "AUTH PLAIN LOGIN",
                "AUTH=LOGIN",
                "LIMITS RCPTMAX=10 MAILMAX=1 RCPTDOMAINMAX=2",
                "XUNKNOWN a b");

        assertThat(extensions.offered())
                .isEqualTo(Set.of(
                        Extension.PIPELINING,
                        Extension.SIZE,
                        Extension.EIGHT_BIT_MIME,
                        Extension.SMTP_UTF8,
                        Extension.DSN,
                        Extension.CHUNKING,
                        Extension.START_TLS,
                        Extension.ENHANCED_STATUS_CODES,
                        Extension.LIMITS));
        assertThat(extensions.sizeMax()).isEqualTo(OptionalLong.of(1000));
        assertThat(extensions.recipientsMax()).isEqualTo(OptionalInt.of(10));
        assertThat(extensions.messagesMax()).isEqualTo(OptionalInt.of(1));
    }

    @Test
    void theShortestTimeOfDeliveryIsRead() {
        assertThat(parse("DELIVERBY 60").deliverByMin()).isEqualTo(OptionalLong.of(60));
        assertThat(parse("DELIVERBY").deliverByMin()).isEmpty();
        assertThat(parse("DELIVERBY x").offers(Extension.DELIVER_BY)).isTrue();
        assertThat(parse("BINARYMIME", "MT-PRIORITY MIXER", "FUTURERELEASE 60 x")
                        .offered())
                .containsExactlyInAnyOrder(Extension.BINARY_MIME, Extension.MT_PRIORITY, Extension.FUTURE_RELEASE);
    }

    @Test
    void letterCaseAndBlanksDoNotMatter() {
        Extensions extensions = parse(" pipelining ", "size\t 5", "limits rcptmax=7");

        assertThat(extensions.offers(Extension.PIPELINING)).isTrue();
        assertThat(extensions.sizeMax()).isEqualTo(OptionalLong.of(5));
        assertThat(extensions.recipientsMax()).isEqualTo(OptionalInt.of(7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"SIZE", "SIZE 0", "SIZE x", "SIZE -1", "SIZE 99999999999999999999", "SIZE 1x"})
    void aSizeWithoutANumberIsNoLimit(String line) {
        assertThat(parse(line).offers(Extension.SIZE)).isTrue();
        assertThat(parse(line).sizeMax()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "LIMITS",
                "LIMITS RCPTMAX",
                "LIMITS RCPTMAX=",
                "LIMITS RCPTMAX=0",
                "LIMITS RCPTMAX=x",
                "LIMITS RCPTMAX=9999999999"
            })
    void aLimitWithoutANumberIsNone(String line) {
        assertThat(parse(line).recipientsMax()).isEmpty();
    }

    @Test
    void theFirstLineIsNoExtension() {
        Reply reply = new Reply(250, Optional.empty(), List.of("PIPELINING"));

        assertThat(Extensions.parse(reply)).isEqualTo(Extensions.NONE);
    }

    @Test
    void aRefusalOffersNothing() {
        Reply reply = new Reply(502, Optional.empty(), List.of("no", "PIPELINING"));

        assertThat(Extensions.parse(reply)).isEqualTo(Extensions.NONE);
    }

    @Test
    void weReadWhatWeOffer() {
        Extensions ours = parse(Extensions.ours(52_428_800).toArray(String[]::new));

        assertThat(ours.sizeMax()).isEqualTo(OptionalLong.of(52_428_800));
        assertThat(ours.offered())
                .isEqualTo(Set.of(
                        Extension.SIZE,
                        Extension.EIGHT_BIT_MIME,
                        Extension.PIPELINING,
                        Extension.ENHANCED_STATUS_CODES,
                        Extension.VRFY,
                        Extension.HELP));
    }

    private static Extensions parse(String... lines) {
        List<String> all = new ArrayList<>();
        all.add("mx.example greets you");
        all.addAll(List.of(lines));
        return Extensions.parse(new Reply(250, Optional.empty(), all));
    }
}
