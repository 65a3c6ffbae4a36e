package posthaste.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import posthaste.smtp.Command.Etrn.Scope;

/** Commands whose argument is no path, and the kin of MAIL. */
class ArgumentsTest {
    private final CommandParser parser = new CommandParser();

    @ParameterizedTest
    @ValueSource(strings = {"SEND", "SOML", "SAML"})
    @DisplayName("I179, I186: SEND, SOML and SAML are read as MAIL, and their syntax names them")
    void theKinOfMailIsReadAsMail(String verb) {
        Mailbox sender = new Mailbox("a", "app.test");
        MailParameters headers = ((Command.Mail) parse("MAIL FROM:<x@y> SIZE=5 RET=HDRS")).parameters();

        assertThat(parse(verb + " FROM:<a@app.test> SIZE=5 RET=HDRS"))
                .isEqualTo(new Command.Mail(MailVerb.valueOf(verb), ReversePath.of(sender), headers));
        assertThat(refusal(verb + " TO:<a@b>").oneLine())
                .isEqualTo(refusal(verb).oneLine());
        assertThat(refusal(verb).oneLine()).startsWith("501 5.5.4 Syntax: " + verb + " FROM:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice", "<a@b.test>", "<alice>", "a@b.test", "\"Alice Example\"", "\"a\\\"b\"@b.test"})
    @DisplayName("I159, I160, I169: VRFY and EXPN take one string or address")
    void vrfyAndExpnTakeOneStringOrAddress(String name) {
        assertThat(parse("VRFY " + name)).isEqualTo(new Command.Vrfy(name, false));
        assertThat(parse("vrfy  " + name + " smtputf8 ")).isEqualTo(new Command.Vrfy(name, true));
        assertThat(parse("EXPN " + name)).isEqualTo(new Command.Expn(name, false));
        assertThat(parse("EXPN " + name + "\tSMTPUTF8")).isEqualTo(new Command.Expn(name, true));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|ARGUMENT_NEEDED",
                "' \"a'|BAD_ARGUMENT",
                "' <a'|BAD_ARGUMENT",
                "' a>'|BAD_ARGUMENT",
                "' <a@b'|BAD_ARGUMENT",
                "' a@'|BAD_ARGUMENT",
                "' a..b'|BAD_ARGUMENT",
                "' ;'|BAD_ARGUMENT",
                "' <>'|BAD_ARGUMENT",
                "' \"a\"b'|BAD_ARGUMENT",
                "' a FOO=1'|UNKNOWN_ARGUMENT",
                "' a SMTPUTF8=1'|UNKNOWN_ARGUMENT",
                "' a SMTPUTF8 SMTPUTF8'|UNKNOWN_ARGUMENT",
                "' ü'|NON_ASCII_ARGUMENT"
            })
    @DisplayName("I165, I172: anything else behind VRFY and EXPN is refused")
    void anythingElseBehindVrfyAndExpnIsRefused(String argument, String name) throws ReflectiveOperationException {
        Object reply = Replies.class.getField(name).get(Replies.class);

        assertThat(refusal("VRFY" + argument)).isEqualTo(reply);
        assertThat(refusal("EXPN" + argument)).isEqualTo(reply);
    }

    @Test
    @DisplayName("I168: with SMTPUTF8 a name may hold UTF-8")
    void withSmtpUtf8ANameMayHoldUtf8() {
        assertThat(parse("VRFY <ü@b.test> SMTPUTF8")).isEqualTo(new Command.Vrfy("<ü@b.test>", true));
        assertThat(parse("EXPN liste-ü SMTPUTF8")).isEqualTo(new Command.Expn("liste-ü", true));
    }

    @Test
    @DisplayName("I201, I202: ETRN names a domain, a domain with what is below it, or a queue")
    void etrnNamesADomainOrAQueue() {
        assertThat(parse("ETRN Dest.test")).isEqualTo(new Command.Etrn(Scope.DOMAIN, "Dest.test"));
        assertThat(parse("etrn @dest.test ")).isEqualTo(new Command.Etrn(Scope.SUBDOMAINS, "dest.test"));
        assertThat(parse("ETRN #q_1/x")).isEqualTo(new Command.Etrn(Scope.QUEUE, "q_1/x"));
        assertThat(refusal("ETRN")).isEqualTo(Replies.ARGUMENT_NEEDED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"@", "#", "a b", "a..b", "-a", "@@a", "#a b", "192.0.2.1", "<a>", "ü.test", "#ü", "a@b"})
    @DisplayName("I201: bad syntax of ETRN is 501")
    void badSyntaxOfEtrnIs501(String argument) {
        assertThat(refusal("ETRN " + argument)).isEqualTo(Replies.BAD_ARGUMENT);
    }

    @Test
    @DisplayName("I190, I197: TURN and ATRN are read")
    void turnAndAtrnAreRead() {
        assertThat(parse("TURN")).isEqualTo(new Command.Turn());
        assertThat(parse("ATRN")).isEqualTo(new Command.Atrn(List.of()));
        assertThat(parse("atrn a.test,B.test")).isEqualTo(new Command.Atrn(List.of("a.test", "B.test")));
    }

    @ParameterizedTest
    @ValueSource(strings = {",", "a,", ",a", "a,,b", "a b", "a, b", "a;b", "ü.test", "a@b"})
    void badSyntaxOfAtrnIs501(String argument) {
        assertThat(refusal("ATRN " + argument)).isEqualTo(Replies.BAD_ARGUMENT);
    }

    @Test
    @DisplayName("I137, I138, I147: BDAT has a size and maybe LAST")
    void bdatHasASizeAndMaybeLast() {
        assertThat(parse("BDAT 6 LAST")).isEqualTo(new Command.Bdat(6, true));
        assertThat(parse("bdat  86\tlast ")).isEqualTo(new Command.Bdat(86, true));
        assertThat(parse("BDAT 0")).isEqualTo(new Command.Bdat(0, false));
        assertThat(parse("BDAT 999999999999999999")).isEqualTo(new Command.Bdat(999_999_999_999_999_999L, false));
        assertThat(parse("BDAT 1000000000000000000")).isEqualTo(new Command.Bdat(Long.MAX_VALUE, false));
        assertThat(parse("BDAT 0000000000000000000005")).isEqualTo(new Command.Bdat(5, false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", " x", " 5 FOO", " -1", " 5 LAST x", " 5LAST", " LAST", " 5x", " +5", " 0x5", " ü"})
    @DisplayName("I141: a BDAT without a size that can be read is lost")
    void aBdatWithoutASizeIsLost(String argument) {
        assertThat(parse("BDAT" + argument)).isEqualTo(new Command.LostBdat(Replies.BDAT_SYNTAX));
    }

    @Test
    @DisplayName("I141: a control octet does not hide that a chunk follows")
    void aControlOctetDoesNotHideThatAChunkFollows() {
        assertThat(parse("bdat 5\u0001")).isEqualTo(new Command.LostBdat(Replies.CONTROL_OCTET));
    }

    private Reply refusal(String line) {
        return ((Command.Malformed) parse(line)).refusal();
    }

    private Command parse(String line) {
        byte[] in = line.getBytes(UTF_8);
        return parser.parse(in, 0, in.length);
    }

    @Test
    void startTlsHasNoArgument() { // I209
        assertThat(parse("STARTTLS")).isEqualTo(new Command.StartTls());
        assertThat(parse("starttls ")).isEqualTo(new Command.StartTls());
        assertThat(refusal("STARTTLS x")).isEqualTo(Replies.NO_ARGUMENT_ALLOWED);
    }

    @Test
    void authHasAMechanismAndPerhapsAResponse() { // I231
        assertThat(parse("AUTH plain")).isEqualTo(new Command.Auth("PLAIN", Optional.empty()));
        assertThat(parse("AUTH SCRAM-SHA-256  =")).isEqualTo(new Command.Auth("SCRAM-SHA-256", Optional.of("=")));
        assertThat(refusal("AUTH")).isEqualTo(Replies.ARGUMENT_NEEDED);
        for (String bad : List.of("AUTH =", "AUTH PL\u00e9", "AUTH A.B", "AUTH PLAIN a b", "AUTH " + "A".repeat(21))) {
            assertThat(refusal(bad)).as(bad).isEqualTo(Replies.BAD_ARGUMENT);
        }
    }

    @Test
    void aResponseIsNotPrinted() {
        assertThat(parse("AUTH PLAIN AHNlY3JldA==").toString()).doesNotContain("AHNlY3JldA");
    }
}
