package posthaste.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
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
                        Extension.AUTH,
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
    void theLimitsOfANextHopAreRead() {
        Extensions extensions =
                parse("DELIVERBY 120", "MT-PRIORITY mixer", "LIMITS RCPTDOMAINMAX=1", "BINARYMIME", "REQUIRETLS");

        assertThat(extensions.deliverByMin()).isEqualTo(OptionalLong.of(120));
        assertThat(extensions.priorityProfile()).contains("MIXER");
        assertThat(extensions.recipientDomainsMax()).isEqualTo(OptionalInt.of(1));
        assertThat(extensions.offers(Extension.BINARY_MIME)).isTrue();
        assertThat(extensions.offers(Extension.REQUIRE_TLS)).isTrue();
        assertThat(parse("DELIVERBY", "MT-PRIORITY").deliverByMin()).isEmpty();
        assertThat(parse("DELIVERBY", "MT-PRIORITY").priorityProfile()).isEmpty();
        assertThat(parse("SIZE 5").deliverByMin()).isEmpty();
    }

    @Test
    @DisplayName("I016: everybody is offered every verb and extension of a relay")
    void everybodyIsOfferedEveryVerbAndExtension() {
        assertThat(Extensions.ours(offer().with(Offer.TERMINALS)))
                .containsExactly(
                        "SIZE 52428800",
                        "8BITMIME",
                        "BINARYMIME",
                        "CHUNKING",
                        "PIPELINING",
                        "SMTPUTF8",
                        "DSN",
                        "ENHANCEDSTATUSCODES",
                        "DELIVERBY 60",
                        "LIMITS RCPTMAX=1000 MAILMAX=10",
                        "VRFY",
                        "EXPN",
                        "SEND",
                        "SOML",
                        "SAML",
                        "HELP");
    }

    @Test
    void clientsWeKnowAreOfferedMore() {
        Offer.Hold hold = new Offer.Hold(Duration.ofDays(30), Instant.parse("2026-12-31T23:59:59.5Z"));
        Offer more =
                offer().with(hold).with(Set.of(Extension.MT_PRIORITY, Extension.ETRN, Extension.ATRN, Extension.TURN));

        assertThat(Extensions.ours(more))
                .contains("FUTURERELEASE 2592000 2026-12-31T23:59:59Z", "MT-PRIORITY MIXER", "ETRN", "ATRN", "TURN")
                .endsWith("HELP");
    }

    @Test
    void weReadWhatWeOffer() {
        Offer offer = offer().with(Set.of(Extension.MT_PRIORITY));

        Extensions ours = parse(Extensions.ours(offer).toArray(String[]::new));

        assertThat(ours.offered()).isEqualTo(offer.extensions());
        assertThat(ours.sizeMax()).isEqualTo(OptionalLong.of(52_428_800));
        assertThat(ours.deliverByMin()).isEqualTo(OptionalLong.of(60));
        assertThat(ours.recipientsMax()).isEqualTo(OptionalInt.of(1000));
        assertThat(ours.messagesMax()).isEqualTo(OptionalInt.of(10));
        assertThat(ours.priorityProfile()).contains("MIXER");
    }

    @Test
    void anOfferWithoutTheLimitsOfItsExtensionIsABug() {
        Set<Extension> held = Set.of(Extension.FUTURE_RELEASE);

        assertThatThrownBy(() -> offer().with(held)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("I220: AUTH is offered with mechanisms, the best first, or not at all")
    void authIsOfferedWithItsMechanisms() {
        Offer some = offer().with(List.of("SCRAM-SHA-256", "PLAIN"));

        assertThat(Extensions.ours(some)).contains("AUTH SCRAM-SHA-256 PLAIN");
        assertThat(offer().with(List.of())).isEqualTo(offer());
        assertThatThrownBy(() -> offer().with(Set.of(Extension.AUTH))).isInstanceOf(IllegalArgumentException.class);
    }

    private static Offer offer() {
        return new Offer(
                Offer.FOR_EVERYBODY,
                52_428_800,
                Duration.ofMinutes(1),
                Optional.empty(),
                1000,
                OptionalInt.of(10),
                List.of());
    }

    private static Extensions parse(String... lines) {
        List<String> all = new ArrayList<>();
        all.add("mx.example greets you");
        all.addAll(List.of(lines));
        return Extensions.parse(new Reply(250, Optional.empty(), all));
    }
}
