package posthaste.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands behind the paths of MAIL and RCPT. */
class ParametersTest {
    private final CommandParser parser = new CommandParser();

    @Test
    @DisplayName("I051: each BODY is read")
    void eachBodyIsRead() {
        assertThat(mail("BODY=7BIT").body()).isEqualTo(BodyType.SEVEN_BIT);
        assertThat(mail("BODY=8BITMIME").body()).isEqualTo(BodyType.EIGHT_BIT_MIME);
        assertThat(mail("body=BinaryMime").body()).isEqualTo(BodyType.BINARY_MIME);
    }

    @Test
    @DisplayName("I053: RET is FULL or HDRS")
    void retIsFullOrHeaders() {
        assertThat(mail("RET=FULL").returnContent()).isEqualTo(ReturnContent.FULL);
        assertThat(mail("ret=hdrs").returnContent()).isEqualTo(ReturnContent.HEADERS);
        assertThat(mail("SIZE=1").returnContent()).isEqualTo(ReturnContent.UNSPECIFIED);
    }

    @Test
    @DisplayName("I054: ENVID is kept in its xtext form, up to 100 octets")
    void theEnvelopeIdIsKeptAsWritten() {
        assertThat(mail("ENVID=a+2Bb").envelopeId()).contains("a+2Bb");
        assertThat(mail("ENVID=" + "q".repeat(100)).envelopeId()).contains("q".repeat(100));
    }

    @ParameterizedTest
    @ValueSource(strings = {"<>", "a+40b", "a@b.test", "+22john+20doe+22@b.test"})
    @DisplayName("I055: AUTH is <> or a mailbox in xtext")
    void theSubmitterIsNobodyOrAMailbox(String value) {
        assertThat(mail("AUTH=" + value).submitter()).contains(value);
    }

    @ParameterizedTest
    @CsvSource({
        "120;R,120,RETURN,false",
        "-60;NT,-60,NOTIFY,true",
        "+5;n,5,NOTIFY,false",
        "0;N,0,NOTIFY,false",
        "999999999;rt,999999999,RETURN,true"
    })
    @DisplayName("I058: BY has a time, a mode and maybe a trace")
    void byHasATimeAModeAndMaybeATrace(String value, long seconds, DeliverBy.Mode mode, boolean trace) {
        assertThat(mail("BY=" + value).deliverBy()).contains(new DeliverBy(seconds, mode, trace));
    }

    @Test
    @DisplayName("I060: a message may be held for a time or until one")
    void aMessageMayBeHeldForATimeOrUntilOne() {
        Instant noon = Instant.parse("2030-05-01T12:00:00Z");

        assertThat(mail("HOLDFOR=60").futureRelease()).contains(new FutureRelease.For(60));
        assertThat(mail("HOLDUNTIL=2030-05-01T12:00:00Z").futureRelease())
                .contains(new FutureRelease.Until(noon, "2030-05-01T12:00:00Z"));
        assertThat(mail("HOLDUNTIL=2030-05-01t14:00:00.000+02:00")
                        .futureRelease()
                        .orElseThrow()
                        .releaseAt(Instant.EPOCH))
                .isEqualTo(noon);
    }

    @ParameterizedTest
    @CsvSource({"3,3", "0,0", "-9,-9", "9,9", "-1,-1"})
    @DisplayName("I062: MT-PRIORITY is -9 to 9")
    void thePriorityIsBetweenMinusNineAndNine(String value, int priority) {
        assertThat(mail("MT-PRIORITY=" + value).priority()).isEqualTo(OptionalInt.of(priority));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "RET=x",
                "RET",
                "RET=FULL RET=HDRS", // I053
                "ENVID=+ZZ",
                "ENVID=+2",
                "ENVID=+",
                "ENVID=a+2b",
                "ENVID",
                "ENVID=a ENVID=b",
                "ENVID=a+0D+0Ab",
                "ENVID=+C3+A9",
                "ENVID=+7F",
                "ENVID=é", // I054
                "AUTH",
                "AUTH=bob",
                "AUTH=a@b AUTH=a@b",
                "AUTH=a+4",
                "AUTH=a@b.test+0D+0Ax",
                "AUTH=<a@b>",
                "AUTH=a+2Bb", // I055: a local part only
                "SMTPUTF8=1",
                "SMTPUTF8 SMTPUTF8", // I057
                "BY=0;R",
                "BY=-1;R",
                "BY=9999999999;R",
                "BY=5",
                "BY=5;",
                "BY=;R",
                "BY=-;N",
                "BY=5;X",
                "BY=5;RX",
                "BY=5;RTT",
                "BY=5;R BY=6;R",
                "BY", // I059
                "HOLDFOR=0",
                "HOLDFOR=x",
                "HOLDFOR=1234567890",
                "HOLDFOR=-1",
                "HOLDFOR",
                "HOLDUNTIL=x",
                "HOLDUNTIL=2030-05-01",
                "HOLDUNTIL=2030-05-01T12:00Z",
                "HOLDUNTIL=2030-05-01T12:00:00",
                "HOLDUNTIL=2030-02-30T12:00:00Z",
                "HOLDUNTIL=+2030-05-01T12:00:00Z",
                "HOLDUNTIL=2030-05-01T12:00:00+01:00[Europe/Paris]",
                "HOLDFOR=60 HOLDUNTIL=2030-05-01T12:00:00Z",
                "HOLDFOR=60 HOLDFOR=60", // I061
                "MT-PRIORITY=10",
                "MT-PRIORITY=x",
                "MT-PRIORITY=-0",
                "MT-PRIORITY=+3",
                "MT-PRIORITY=03",
                "MT-PRIORITY=-",
                "MT-PRIORITY",
                "MT-PRIORITY=1 MT-PRIORITY=1" // I062
            })
    @DisplayName("I052, I053, I054, I057, I059, I061, I062: what a parameter of MAIL cannot be is 501")
    void badParametersOfMailAre501(String text) {
        assertThat(parse("MAIL FROM:<a@b> " + text)).isEqualTo(new Command.Malformed(Replies.BAD_PARAMETER));
        assertThat(parse("SOML FROM:<a@b> " + text)).isEqualTo(new Command.Malformed(Replies.BAD_PARAMETER));
    }

    @Test
    void valuesOverTheirLimitAre501() {
        String envelopeId = "ENVID=" + "q".repeat(101);
        String submitter = "AUTH=a@" + "b.".repeat(250) + "test";

        assertThat(parse("MAIL FROM:<a@b> " + envelopeId)).isEqualTo(new Command.Malformed(Replies.BAD_PARAMETER));
        assertThat(parse("MAIL FROM:<a@b> " + submitter)).isEqualTo(new Command.Malformed(Replies.BAD_PARAMETER));
    }

    @Test
    void allParametersOfMailFitOneLine() {
        String text =
                "SIZE=1 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=x AUTH=<> BY=60;R HOLDFOR=1 MT-PRIORITY=-4 REQUIRETLS";

        assertThat(mail(text))
                .isEqualTo(new MailParameters(
                        OptionalLong.of(1),
                        BodyType.EIGHT_BIT_MIME,
                        true,
                        ReturnContent.HEADERS,
                        Optional.of("x"),
                        Optional.of("<>"),
                        Optional.of(new DeliverBy(60, DeliverBy.Mode.RETURN, false)),
                        Optional.of(new FutureRelease.For(1)),
                        OptionalInt.of(-4),
                        true));
        assertThat(mail("")).isSameAs(MailParameters.NONE);
    }

    @Test
    void theLongestLineWithEveryParameterIsNotTooLong() {
        String path = "<" + "l".repeat(64) + "@" + "d.".repeat(95) + "e>";
        String line = "MAIL FROM:" + path + " SIZE=99999999999999999999 BODY=BINARYMIME SMTPUTF8 RET=FULL ENVID="
                + "+2B".repeat(33) + "q AUTH=" + "+2B".repeat(60) + "@b.test" + " BY=-999999999;NT"
                + " HOLDUNTIL=2030-05-01T14:00:00.000000000+02:00 MT-PRIORITY=-9 REQUIRETLS";
        String rcpt = "RCPT TO:" + path + " NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;" + "a".repeat(493);
        int unusedOfSubmitter = 500 - 187;

        assertThat(parse(line)).isInstanceOf(Command.Mail.class);
        assertThat(line.length() + unusedOfSubmitter + 2).isLessThan(LineFramer.DEFAULT_LINE_MAX);
        assertThat(parse(rcpt)).isInstanceOf(Command.Rcpt.class);
        assertThat(rcpt.length() + 2).isLessThan(LineFramer.DEFAULT_LINE_MAX);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"SUCCESS,FAILURE,DELAY | 7", "NEVER | 8", "success | 1", "Delay,DELAY | 4", "FAILURE | 2"})
    @DisplayName("I087: NOTIFY is NEVER or a list")
    void notifyIsNeverOrAList(String value, byte bits) {
        assertThat(rcpt("NOTIFY=" + value).notifyOn()).isEqualTo(new Notify(bits));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NOTIFY=NEVER,SUCCESS",
                "NOTIFY=SUCCESS,NEVER",
                "NOTIFY=",
                "NOTIFY",
                "NOTIFY=x",
                "NOTIFY=SUCCESS,",
                "NOTIFY=,SUCCESS",
                "NOTIFY=SUCCESS NOTIFY=DELAY",
                "NOTIFY=NEVER NOTIFY=NEVER"
            })
    @DisplayName("I088: any other NOTIFY is 501")
    void anyOtherNotifyIs501(String text) {
        assertThat(parse("RCPT TO:<a@b> " + text)).isEqualTo(new Command.Malformed(Replies.BAD_PARAMETER));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rfc822;a+40b",
                "rfc822;a@b.test",
                "X400;/c+3Dde",
                "utf-8;\\x{C9}t\\x{E9}@b.test",
                "UTF-8;été@b.test",
                "utf-8;a\\x{2B}b@b.test",
                "utf-8;\\x{10FFFF}@b.test"
            })
    @DisplayName("I089: ORCPT is kept as written")
    void theOriginalRecipientIsKeptAsWritten(String value) {
        assertThat(rcpt("ORCPT=" + value).originalRecipient()).contains(value);
        assertThat(rcpt("ORCPT=" + value).isAscii()).isEqualTo(!value.contains("é"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ORCPT=rfc822",
                "ORCPT=rfc822;",
                "ORCPT=;a",
                "ORCPT=rfc822;+ZZ",
                "ORCPT=rfc822;+4",
                "ORCPT=rfc822;été@b.test",
                "ORCPT=rfc822;a+0D+0Ab",
                "ORCPT=utf-8;a+40b",
                "ORCPT=utf-8;\\x{D800}",
                "ORCPT=utf-8;\\x{110000}",
                "ORCPT=utf-8;\\x{0A}",
                "ORCPT=utf-8;\\x{9}",
                "ORCPT=utf-8;\\x{}",
                "ORCPT=utf-8;\\x{41",
                "ORCPT=utf-8;\\x{0000041}",
                "ORCPT=utf-8;\\n",
                "ORCPT=utf-8;\\",
                "ORCPT=rfc822;a ORCPT=rfc822;a",
                "ORCPT"
            })
    @DisplayName("I089: any other ORCPT is 501")
    void anyOtherOriginalRecipientIs501(String text) {
        assertThat(parse("RCPT TO:<a@b> " + text)).isEqualTo(new Command.Malformed(Replies.BAD_PARAMETER));
    }

    @Test
    @DisplayName("I089: ORCPT has 500 octets at most")
    void theOriginalRecipientHas500OctetsAtMost() {
        String longest = "rfc822;" + "a".repeat(493);

        assertThat(rcpt("ORCPT=" + longest).originalRecipient()).contains(longest);
        assertThat(parse("RCPT TO:<a@b> ORCPT=" + longest + "a"))
                .isEqualTo(new Command.Malformed(Replies.BAD_PARAMETER));
    }

    private MailParameters mail(String text) {
        return ((Command.Mail) parse("MAIL FROM:<a@b> " + text)).parameters();
    }

    private RcptParameters rcpt(String text) {
        return ((Command.Rcpt) parse("RCPT TO:<a@b> " + text)).parameters();
    }

    private Command parse(String line) {
        byte[] in = line.getBytes(UTF_8);
        return parser.parse(in, 0, in.length);
    }
}
