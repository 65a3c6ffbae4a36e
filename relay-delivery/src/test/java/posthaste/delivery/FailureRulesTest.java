package posthaste.delivery;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import posthaste.delivery.FailureRules.Meaning;
import posthaste.delivery.client.Stage;
import posthaste.smtp.Reply;
import posthaste.smtp.ReplyParser;

/** The table of what replies mean, one row per case. */
class FailureRulesTest {

    /** As the client reads it, so that the parser's part in the rules is covered too. */
    private static Reply parsed(String line) {
        byte[] octets = (line + "\r\n").getBytes(US_ASCII);
        var result = new ReplyParser().next(octets, 0, octets.length).orElseThrow();
        return ((ReplyParser.Complete) result).reply();
    }

    @ParameterizedTest
    @CsvSource({
        "220 hop ESMTP, SUCCESS",
        "211 x, PROTOCOL_ERROR",
        "221 bye, CLOSING",
        "250 hello, PROTOCOL_ERROR",
        "299 x, PROTOCOL_ERROR",
        "354 go, PROTOCOL_ERROR",
        "399 x, PROTOCOL_ERROR",
        "421 busy, CLOSING",
        "450 x, HOST",
        "500 x, HOST",
        "521 no mail here, HOST",
        "554 no, HOST",
        "556 x, HOST",
        "599 x, HOST"
    })
    void theGreetingIs220OrTheHostDoesNotServeUs(String line, Meaning expected) {
        assertThat(FailureRules.greeting(parsed(line))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "250 hop, SUCCESS",
        "220 x, SUCCESS",
        "221 bye, CLOSING",
        "354 go, PROTOCOL_ERROR",
        "421 x, CLOSING",
        "450 x, HOST",
        "455 x, HOST",
        "500 x, FALL_BACK",
        "501 x, FALL_BACK",
        "502 x, FALL_BACK",
        "503 x, HOST",
        "504 x, FALL_BACK",
        "521 x, HOST",
        "530 x, HOST",
        "550 x, FALL_BACK",
        "554 x, HOST"
    })
    void aHostThatDoesNotKnowEhloIsToldHelo(String line, Meaning expected) {
        assertThat(FailureRules.ehlo(parsed(line))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "250 hop, SUCCESS",
        "221 bye, CLOSING",
        "354 go, PROTOCOL_ERROR",
        "421 x, CLOSING",
        "451 x, HOST",
        "500 x, HOST",
        "502 x, HOST",
        "550 x, HOST"
    })
    void aHostThatRefusesHeloTooServesNobody(String line, Meaning expected) {
        assertThat(FailureRules.helo(parsed(line))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "250 ok, SUCCESS",
        "211 x, SUCCESS",
        "220 x, SUCCESS",
        "299 x, SUCCESS",
        "221 bye, CLOSING",
        "334 x, PROTOCOL_ERROR",
        "354 go, PROTOCOL_ERROR",
        "421 x, CLOSING",
        "450 x, DEFER",
        "451 x, DEFER",
        "452 x, DEFER",
        "452 4.5.3 x, DEFER",
        "455 x, DEFER",
        "459 x, DEFER",
        "500 x, HOST",
        "501 x, BOUNCE",
        "502 x, HOST",
        "503 x, HOST",
        "504 x, BOUNCE",
        "530 x, HOST",
        "534 x, HOST",
        "535 x, HOST",
        "538 x, HOST",
        "550 x, BOUNCE",
        "550 5.6.7 x, BOUNCE",
        "552 5.3.4 x, BOUNCE",
        "553 5.6.7 x, BOUNCE",
        "554 x, BOUNCE",
        "555 x, BOUNCE",
        "556 x, BOUNCE",
        "599 x, BOUNCE",
        "250 5.1.1 ok, SUCCESS",
        "550 2.0.0 no, BOUNCE",
        "450 5.7.1 x, DEFER"
    })
    void mailIsJudgedByItsCode(String line, Meaning expected) {
        assertThat(FailureRules.mail(parsed(line), false)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "455 x, WITHOUT_OPTIONAL",
        "501 x, WITHOUT_OPTIONAL",
        "504 x, WITHOUT_OPTIONAL",
        "555 x, WITHOUT_OPTIONAL",
        "250 x, SUCCESS",
        "421 x, CLOSING",
        "452 x, DEFER",
        "500 x, HOST",
        "503 x, HOST",
        "552 x, BOUNCE"
    })
    void parametersThatAreNotNeededAreLeftOutOnlyWhereTheyMayBeTheReason(String line, Meaning expected) {
        assertThat(FailureRules.mail(parsed(line), true)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "250 ok, 0, SUCCESS",
        "251 forwarded, 0, SUCCESS",
        "252 x, 0, SUCCESS",
        "220 x, 0, SUCCESS",
        "299 x, 0, SUCCESS",
        "221 bye, 0, CLOSING",
        "354 go, 0, PROTOCOL_ERROR",
        "421 x, 3, CLOSING",
        "450 x, 3, DEFER",
        "451 x, 3, DEFER",
        "455 x, 3, DEFER",
        "459 x, 3, DEFER",
        "500 x, 0, HOST",
        "501 x, 0, BOUNCE",
        "502 x, 0, HOST",
        "503 x, 0, HOST",
        "504 x, 0, BOUNCE",
        "530 x, 0, HOST",
        "534 x, 0, HOST",
        "535 x, 0, HOST",
        "538 x, 0, HOST",
        "550 x, 0, BOUNCE",
        "551 try elsewhere, 0, BOUNCE",
        "553 x, 0, BOUNCE",
        "554 x, 0, BOUNCE",
        "555 x, 0, BOUNCE",
        "556 x, 0, BOUNCE",
        "599 x, 0, BOUNCE",
        "550 2.0.0 no, 0, BOUNCE"
    })
    void aRecipientIsJudgedByItsCode(String line, int acceptedBefore, Meaning expected) {
        assertThat(FailureRules.rcpt(parsed(line), acceptedBefore, false)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "452 x, 0, DEFER",
        "452 x, 1, AGAIN",
        "452 4.5.3 x, 0, DEFER",
        "452 4.5.3 x, 1, AGAIN",
        "452 4.2.2 x, 1, DEFER",
        "452 4.3.1 x, 1, DEFER",
        "452 5.5.3 x, 1, AGAIN", // of another class than the code, so it does not count
        "552 x, 0, BOUNCE",
        "552 x, 1, AGAIN",
        "552 5.5.3 x, 0, DEFER",
        "552 5.5.3 x, 1, AGAIN",
        "552 5.2.2 x, 1, BOUNCE",
        "552 5.3.4 x, 1, BOUNCE",
        "552 5.2.2 x, 0, BOUNCE"
    })
    void tooManyRecipientsIsNoFaultOfTheRecipient(String line, int acceptedBefore, Meaning expected) {
        assertThat(FailureRules.rcpt(parsed(line), acceptedBefore, false)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "354 go, GO_AHEAD",
        "334 x, PROTOCOL_ERROR",
        "355 x, PROTOCOL_ERROR",
        "250 ok, PROTOCOL_ERROR",
        "220 x, PROTOCOL_ERROR",
        "221 bye, CLOSING",
        "421 x, CLOSING",
        "451 x, DEFER",
        "452 x, DEFER",
        "500 x, HOST",
        "502 x, HOST",
        "503 x, HOST",
        "530 x, HOST",
        "550 x, BOUNCE",
        "554 x, BOUNCE"
    })
    void only354IsAGoAhead(String line, Meaning expected) {
        assertThat(FailureRules.data(parsed(line))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "250 ok, SUCCESS",
        "211 x, SUCCESS",
        "220 x, SUCCESS",
        "221 bye, SUCCESS",
        "299 x, SUCCESS",
        "354 go, PROTOCOL_ERROR",
        "421 x, CLOSING",
        "450 x, DEFER",
        "451 x, DEFER",
        "452 x, DEFER",
        "500 x, DEFER",
        "503 x, DEFER",
        "550 x, BOUNCE",
        "551 x, BOUNCE",
        "552 x, BOUNCE",
        "554 5.6.9 x, BOUNCE",
        "599 x, BOUNCE"
    })
    void theReplyToTheFinalDotDecidesOverTheMessage(String line, Meaning expected) {
        assertThat(FailureRules.dot(parsed(line))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "250 ok, SUCCESS",
        "220 x, SUCCESS",
        "221 bye, CLOSING",
        "421 x, CLOSING",
        "354 go, HOST",
        "451 x, HOST",
        "500 x, HOST",
        "503 x, HOST"
    })
    void aConnectionThatCannotBeResetIsOfNoUse(String line, Meaning expected) {
        assertThat(FailureRules.rset(parsed(line))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "211, true",
        "214, true",
        "220, true",
        "249, true",
        "250, false",
        "251, false",
        "252, false",
        "253, true",
        "299, true",
        "354, false",
        "421, false",
        "550, false"
    })
    void successByItsFirstDigitAloneIsOdd(int code, boolean expected) {
        assertThat(FailureRules.isOddSuccess(Reply.plain(code, "x"))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"421, true", "221, true", "220, false", "250, false", "450, false", "521, false", "554, false"})
    void aHostEndsTheConnectionBy421And221(int code, boolean expected) {
        assertThat(FailureRules.isClosing(Reply.plain(code, "x"))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "421 Too many connections",
                "421 4.7.0 Try again later",
                "450 4.7.1 Slow down",
                "451 Rate limit exceeded",
                "451 4.3.0 Throttled",
                "450 You send TOO MANY messages"
            })
    void aHostMayAskForALowerPace(String line) {
        assertThat(FailureRules.isRateLimit(parsed(line))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "421 Going down",
                "450 4.7.1 Greylisted, come again",
                "451 4.7.1 Graylisting in action",
                "452 4.5.3 Too many recipients",
                "454 4.7.0 Rate limit",
                "550 5.7.1 Too many complaints",
                "554 Rate limit"
            })
    void whatIsNoMatterOfPaceLowersNone(String line) {
        assertThat(FailureRules.isRateLimit(parsed(line))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "421, MAIL, 4.3.2",
        "421, RCPT, 4.3.2",
        "450, RCPT, 4.2.0",
        "450, DOT, 4.2.0",
        "451, RCPT, 4.3.0",
        "451, DOT, 4.3.0",
        "452, RCPT, 4.5.3",
        "452, MAIL, 4.3.1",
        "452, DOT, 4.3.1",
        "454, RCPT, 4.0.0",
        "500, MAIL, 5.5.0",
        "501, RCPT, 5.5.0",
        "502, DATA, 5.5.0",
        "503, DOT, 5.5.0",
        "504, MAIL, 5.5.0",
        "550, RCPT, 5.1.1",
        "550, MAIL, 5.7.1",
        "550, DOT, 5.7.1",
        "551, RCPT, 5.1.6",
        "552, RCPT, 5.2.2",
        "552, MAIL, 5.3.4",
        "552, DOT, 5.3.4",
        "553, RCPT, 5.1.3",
        "554, DOT, 5.0.0",
        "556, RCPT, 5.1.10",
        "599, RCPT, 5.0.0",
        "250, DOT, 2.0.0",
        "251, RCPT, 2.0.0"
    })
    void aReplyWithoutAStatusHasTheOneThatItsCodeImplies(int code, Stage stage, String expected) {
        assertThat(FailureRules.statusOf(stage, Reply.plain(code, "x"))).hasToString(expected);
    }

    @ParameterizedTest
    @EnumSource(Stage.class)
    void aReplyThatBelongsNowhereIsAProtocolErrorForReports(Stage stage) {
        assertThat(FailureRules.statusOf(stage, Reply.plain(354, "go"))).hasToString("4.5.0");
    }

    @ParameterizedTest
    @CsvSource({
        "550 5.7.26 x, RCPT, 5.7.26",
        "452 4.2.2 x, RCPT, 4.2.2",
        "250 2.6.0 x, DOT, 2.6.0",
        "550 2.0.0 no, RCPT, 5.1.1",
        "450 5.7.1 x, DOT, 4.2.0",
        "250 5.1.1 ok, DOT, 2.0.0"
    })
    void theStatusOfAReplyIsItsOwnUnlessItIsOfAnotherClassThanTheCode(String line, Stage stage, String expected) {
        assertThat(FailureRules.statusOf(stage, parsed(line))).hasToString(expected);
    }
}
