package posthaste.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What XCLIENT and XFORWARD say. */
class ClientAttributesTest {
    private static Command parse(String line) {
        byte[] octets = line.getBytes(UTF_8);
        return new CommandParser().parse(octets, 0, octets.length);
    }

    private static ClientAttributes xclient(String arguments) {
        assertThat(parse("XCLIENT " + arguments)).isInstanceOf(Command.Xclient.class);
        return ((Command.Xclient) parse("XCLIENT " + arguments)).attributes();
    }

    private static ClientAttributes xforward(String arguments) {
        assertThat(parse("XFORWARD " + arguments)).isInstanceOf(Command.Xforward.class);
        return ((Command.Xforward) parse("XFORWARD " + arguments)).attributes();
    }

    @Test
    void namesAreReadInAnyLetterCaseAndValuesAreDecoded() {
        ClientAttributes said = xclient("name=spike.example.org Addr=192.0.2.9 HELO=a+2Bb LOGIN=m+C3+BCller");

        assertThat(said.value(ClientAttribute.NAME)).contains("spike.example.org");
        assertThat(said.value(ClientAttribute.ADDR)).contains("192.0.2.9");
        assertThat(said.value(ClientAttribute.HELO)).contains("a+b");
        assertThat(said.value(ClientAttribute.LOGIN)).contains("müller");
        assertThat(said.names(ClientAttribute.PORT)).isFalse();
    }

    @Test
    void anAddressOfIpv6LosesItsTag() {
        assertThat(xclient("ADDR=ipv6:2001:db8::9").value(ClientAttribute.ADDR)).contains("2001:db8::9");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[UNAVAILABLE]", "[unavailable]", "[TempUnavail]", "+5BUNAVAILABLE]"})
    void whatIsNotAvailableIsNamedAndHasNoValue(String value) {
        ClientAttributes said = xclient("ADDR=" + value);

        assertThat(said.names(ClientAttribute.ADDR)).isTrue();
        assertThat(said.value(ClientAttribute.ADDR)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NAME",
                "NAME=",
                "NAME=a+2",
                "NAME=a+2b",
                "NAME=a=b",
                "NAME=a+20b",
                "NAME=a+0Ab",
                "NAME=a+C3+A9",
                "NAME=é",
                "LOGIN=a+C3",
                "LOGIN=a+0D",
                "ADDR=192.0.2.256",
                "ADDR=2001:db8::9",
                "ADDR=[192.0.2.9]",
                "ADDR=example.org",
                "DESTADDR=x",
                "PORT=65536",
                "PORT=-1",
                "PORT=000001",
                "DESTPORT=smtp",
                "PROTO=LMTP",
                "IDENT=x",
                "SOURCE=LOCAL",
                "FOO=x",
                "NAME=a NAME=b"
            })
    @DisplayName("I237 bad attributes and bad xtext are 501")
    void whatIsNoAttributeIsRefused(String arguments) {
        assertThat(parse("XCLIENT " + arguments)).isEqualTo(new Command.Malformed(Replies.BAD_ARGUMENT));
    }

    @Test
    void valuesAreBounded() {
        assertThat(xclient("HELO=" + "h".repeat(255)).value(ClientAttribute.HELO))
                .isPresent();
        assertThat(parse("XCLIENT HELO=" + "h".repeat(256))).isEqualTo(new Command.Malformed(Replies.BAD_ARGUMENT));
        assertThat(parse("XFORWARD PROTO=" + "p".repeat(65))).isEqualTo(new Command.Malformed(Replies.BAD_ARGUMENT));
    }

    @Test
    void withoutAttributesThereIsNothingToSay() {
        assertThat(parse("XCLIENT")).isEqualTo(new Command.Malformed(Replies.ARGUMENT_NEEDED));
        assertThat(parse("XFORWARD ")).isEqualTo(new Command.Malformed(Replies.ARGUMENT_NEEDED));
    }

    @Test
    void xforwardTakesAnyTextForAnAddressAndAProtocol() {
        ClientAttributes said = xforward("ADDR=unix:/run/x PROTO=LMTP SOURCE=local IDENT=4XyZ");

        assertThat(said.value(ClientAttribute.ADDR)).contains("unix:/run/x");
        assertThat(said.shown()).isEqualTo("ADDR=unix:/run/x PROTO=LMTP IDENT=4XyZ SOURCE=local");
        assertThat(parse("XFORWARD LOGIN=x")).isEqualTo(new Command.Malformed(Replies.BAD_ARGUMENT));
        assertThat(parse("XFORWARD SOURCE=here")).isEqualTo(new Command.Malformed(Replies.BAD_ARGUMENT));
    }

    @Test
    void whatIsSaidAgainCountsAnew() {
        ClientAttributes first = xforward("NAME=a HELO=h");

        ClientAttributes both = xforward("NAME=[UNAVAILABLE] PORT=25").over(first);

        assertThat(both).isEqualTo(xforward("NAME=[UNAVAILABLE] PORT=25 HELO=h"));
        assertThat(ClientAttributes.NONE.isEmpty()).isTrue();
        assertThat(both.isEmpty()).isFalse();
    }
}
