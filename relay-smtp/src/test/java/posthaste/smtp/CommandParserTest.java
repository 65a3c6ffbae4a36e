package posthaste.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names in brackets are those of the protocol checks. */
class CommandParserTest {
    private final CommandParser parser = new CommandParser();

    @Test
    void verbsAreReadInAnyLetterCase() { // I025
        assertThat(parse("eHlO c.test")).isEqualTo(new Command.Ehlo("c.test"));
        assertThat(parse("helo C.test")).isEqualTo(new Command.Helo("C.test"));
        assertThat(parse("data")).isEqualTo(new Command.Data());
        assertThat(parse("Rset")).isEqualTo(new Command.Rset());
        assertThat(parse("quIT")).isEqualTo(new Command.Quit());
        assertThat(parse("mail from:<a@app.test>")).isEqualTo(mail("a", "app.test"));
        assertThat(parse("rCpT tO:<b@dest.test>")).isEqualTo(rcpt("b", "dest.test"));
    }

    @Test
    void onlyTheGivenPartOfTheArrayIsRead() {
        byte[] in = octets("xxNOOPyy");

        assertThat(parser.parse(in, 2, 4)).isEqualTo(new Command.Noop());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "client.test",
                "[127.0.0.1]",
                "[IPv6:::1]",
                "[ipv6:2001:db8::192.0.2.1]",
                "[0:0:0:0:0:0:0:1]",
                "foo_bar",
                "-x-",
                "localhost",
                "192.0.2.1",
                "a.b.c."
            })
    void helloTakesNamesAndLiterals(String name) { // I014, I015, I020, I021
        assertThat(parse("EHLO " + name)).isEqualTo(new Command.Ehlo(name));
        assertThat(parse("HELO " + name + " \t ")).isEqualTo(new Command.Helo(name)); // I028
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                " a b",
                " a..b",
                " .a",
                " [127.0.0.1",
                " [300.0.0.1]",
                " [1.2.3]",
                " [1.2.3.4]x",
                " a;b",
                " <a>",
                " é",
                " []",
                " [foo:bar]",
                " a@b"
            })
    void helloWithoutAUsableArgumentIs501(String argument) { // I019
        assertThat(parse("EHLO" + argument)).isEqualTo(refused(Replies.DOMAIN_NEEDED));
        assertThat(parse("HELO" + argument)).isEqualTo(refused(Replies.DOMAIN_NEEDED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"EHLO c\0d", "EHLO c\u0001", "NOOP \u007f", "\u0016\u0003\u0001", "MAIL FROM:<a\u001b@b>"})
    void controlOctetsAre500(String line) { // I011, I029
        assertThat(parse(line)).isEqualTo(refused(Replies.CONTROL_OCTET));
    }

    @ParameterizedTest
    @CsvSource({
        "MAIL FROM:<a@app.test>,a,app.test",
        "MAIL FROM: <a@app.test>,a,app.test", // I034
        "MAIL   FROM:<a@app.test>  \t,a,app.test", // I066
        "'MAIL FROM:<@h1,@h2:joe@app.test>',joe,app.test", // I039
        "MAIL FROM:<@[192.0.2.1]:joe@app.test>,joe,app.test",
        "'MAIL FROM:<\"john doe\"@app.test>',\"john doe\",app.test", // I040
        "'MAIL FROM:<\"a\\\"b\"@app.test>',\"a\\\"b\",app.test",
        "'MAIL FROM:<\"a@b>c\"@app.test>',\"a@b>c\",app.test",
        "'MAIL FROM:<\"\"@app.test>',\"\"\"\",app.test",
        "MAIL FROM:<a@[192.0.2.1]>,a,[192.0.2.1]", // I041
        "MAIL FROM:<a@[IPv6:2001:db8::1]>,a,[IPv6:2001:db8::1]",
        "MAIL FROM:<a@[IPv6:1:2:3:4:5:6:7:8]>,a,[IPv6:1:2:3:4:5:6:7:8]",
        "MAIL FROM:<a@[IPv6:::]>,a,[IPv6:::]",
        "MAIL FROM:<!#$%&'*+-/=?^_`{|}~@app.test>,!#$%&'*+-/=?^_`{|}~,app.test",
        "MAIL FROM:<a.b.c@a-b.x_y.9a>,a.b.c,a-b.x_y.9a",
        "MAIL FROM:<a@localhost>,a,localhost",
        "MAIL FROM:<MixedCase@DEST.test>,MixedCase,DEST.test", // I092
    })
    void mailTakesEveryFormOfPath(String line, String localPart, String domain) {
        String local = localPart.equals("\"\"\"\"") ? "\"\"" : localPart;

        assertThat(parse(line)).isEqualTo(mail(local, domain));
    }

    @Test
    void theNullReversePathIsTaken() { // I033
        assertThat(parse("MAIL FROM:<>"))
                .isEqualTo(new Command.Mail(MailVerb.MAIL, ReversePath.NULL, MailParameters.NONE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"MAIL", "MAIL <a@b>", "MAIL TO:<a@b>", "MAIL FROM", "MAIL FROM :<a@b>", "MAIL FROM<a@b>"})
    void mailWithoutFromIs501(String line) { // I036
        assertThat(parse(line)).isEqualTo(refused(Replies.MAIL_SYNTAX));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a@app.test", // I035
                "",
                "<",
                "<a",
                "<a@",
                "<a@b",
                "<a@@b>",
                "<a@b>x",
                "<a@b>>",
                "<@b>",
                "<@b:>",
                "<@b,a@c>", // I037
                "<bob>",
                "< >",
                "<a@b >",
                "<a b@c>",
                "<.a@b>",
                "<a.@b>",
                "<a..b@c>",
                "<a@-b>",
                "<a@b->",
                "<a@b..c>",
                "<a@b.>",
                "<a@.b>",
                "<a@_b>",
                "<a@192.0.2.5>",
                "<a@[192.0.2]>",
                "<a@[192.0.2.256]>",
                "<a@[1.2.3.4>",
                "<a@[IPv6:1:2]>",
                "<a@[IPv6:1::2::3]>",
                "<a@[IPv6:12345::]>",
                "<a@[IPv6:1:2:3:4:5:6:7:8:9]>",
                "<a@[IPv6::1]>",
                "<a@[IPv6:1:2:3:4:5:6:7:]>",
                "<a@[IPv6:::1%eth0]>",
                "<a@[::1]>",
                "<a@[tag:x]>",
                "<\"a@b>",
                "<\"a\"b@c>",
                "<a\"b\"@c>",
                "<\"a\\\"@b>",
                "<a@b>,<c@d>",
                "<a\\@b@c>",
                "<a@b\\c>"
            })
    void badPathsAre501(String path) {
        assertThat(parse("MAIL FROM:" + path)).isEqualTo(refused(Replies.BAD_SENDER));
        if (!path.equals("<bob>")) assertThat(parse("RCPT TO:" + path)).isEqualTo(refused(Replies.BAD_RECIPIENT));
    }

    @Test
    void pathsUpToTheLimitsAreTaken() { // I042
        String local = "l".repeat(64);
        String domain253 = domain(253);
        String domain191 = domain(191);

        assertThat(parse("EHLO " + domain253)).isEqualTo(new Command.Ehlo(domain253));
        assertThat(parse("RCPT TO:<u@" + domain253 + ">")).isEqualTo(rcpt("u", domain253));
        assertThat(parse("RCPT TO:<" + local + "@" + domain191 + ">")).isEqualTo(rcpt(local, domain191));
        assertThat(parse("MAIL FROM:<" + local + "@" + domain(189) + ">")).isEqualTo(mail(local, domain(189)));
    }

    @Test
    void longerPathsAre501WithATextThatSaysSo() { // I043
        String long65 = "l".repeat(65) + "@a.test";
        String path257 = "l".repeat(64) + "@" + domain(192);

        assertThat(parse("MAIL FROM:<" + long65 + ">")).isEqualTo(refused(Replies.SENDER_TOO_LONG));
        assertThat(parse("RCPT TO:<" + long65 + ">")).isEqualTo(refused(Replies.RECIPIENT_TOO_LONG));
        assertThat(parse("RCPT TO:<" + path257 + ">")).isEqualTo(refused(Replies.RECIPIENT_TOO_LONG));
        assertThat(parse("RCPT TO:<u@" + "l".repeat(64) + ".test>")).isEqualTo(refused(Replies.BAD_RECIPIENT));
        assertThat(parse("EHLO " + domain(256))).isEqualTo(refused(Replies.DOMAIN_NEEDED));
    }

    @ParameterizedTest
    @CsvSource({
        "'SIZE=0',0,SEVEN_BIT",
        "'size=10 body=8bitmime',10,EIGHT_BIT_MIME",
        "'BODY=7BIT',-1,SEVEN_BIT",
        "'SIZE=9223372036854775807',9223372036854775807,SEVEN_BIT",
        "'SIZE=9223372036854775808',9223372036854775807,SEVEN_BIT",
        "'SIZE=99999999999999999999',9223372036854775807,SEVEN_BIT",
        "'  \tSIZE=1\tBODY=8BITMIME  ',1,EIGHT_BIT_MIME",
    })
    void mailParametersAreRead(String text, long size, BodyType body) { // I048, I049, I051
        Command.Mail mail = (Command.Mail) parse("MAIL FROM:<a@b> " + text);

        assertThat(mail.parameters().size()).isEqualTo(size < 0 ? OptionalLong.empty() : OptionalLong.of(size));
        assertThat(mail.parameters().body()).isEqualTo(body);
    }

    @Test
    void parametersOfOneLineDoNotReachTheNext() {
        parse("MAIL FROM:<a@b> SIZE=5 BODY=8BITMIME");

        assertThat(parse("MAIL FROM:<a@b>")).isEqualTo(mail("a", "b"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SIZE=1 SIZE=2",
                "BODY=7BIT BODY=8BITMIME", // I047
                "SIZE=abc",
                "SIZE=",
                "SIZE",
                "SIZE=-1",
                "SIZE=123456789012345678901",
                "SIZE=1=2",
                "SIZE = 1", // I049
                "BODY=FOO", // I052
                "BODY=",
                "BODY",
                "=",
                "=x",
                "-A=x",
                "A_B=x",
                "FOO="
            })
    void badParametersOfMailAre501(String text) {
        assertThat(parse("MAIL FROM:<a@b> " + text)).isEqualTo(refused(Replies.BAD_PARAMETER));
    }

    @ParameterizedTest
    @ValueSource(strings = {"FOO=1", "FOO", "SIZE=1 FOO", "NOTIFY=NEVER", "X-Y=1", "FOO=é"})
    void unknownParametersOfMailAre555(String text) { // I046
        assertThat(parse("MAIL FROM:<a@b> " + text)).isEqualTo(refused(Replies.UNKNOWN_PARAMETER));
    }

    @ParameterizedTest
    @ValueSource(strings = {"FOO", "SIZE=1", "RRVS=2030-01-01T00:00:00Z", "NOTIFY=NEVER FOO"})
    void unknownParametersOfRcptAre555(String text) { // I090
        assertThat(parse("RCPT TO:<a@b> " + text)).isEqualTo(refused(Replies.UNKNOWN_PARAMETER));
    }

    @ParameterizedTest
    @CsvSource({
        "RCPT TO:<u@dest.test>,u,dest.test", // I068
        "RCPT TO: <u@dest.test> ,u,dest.test",
        "'RCPT TO:<@a.test,@b.test:u@dest.test>',u,dest.test", // I074
        "RCPT TO:<u%dest.test@relay.test>,u%dest.test,relay.test", // I075
        "RCPT TO:<dest.test!u@relay.test>,dest.test!u,relay.test",
        "'RCPT TO:<\"u@dest.test\"@relay.test>',\"u@dest.test\",relay.test",
        "RCPT TO:<u@[192.0.2.5]>,u,[192.0.2.5]", // I091
        "RCPT TO:<pOsTmAsTeR@relay.test>,pOsTmAsTeR,relay.test",
    })
    void rcptTakesEveryFormOfPath(String line, String localPart, String domain) {
        assertThat(parse(line)).isEqualTo(rcpt(localPart, domain));
    }

    @Test
    void theBarePostmasterIsTaken() { // I072
        assertThat(parse("RCPT TO:<Postmaster>"))
                .isEqualTo(new Command.Rcpt(ForwardPath.POSTMASTER, RcptParameters.NONE));
        assertThat(parse("RCPT TO:<pOsTmAsTeR>"))
                .isEqualTo(new Command.Rcpt(ForwardPath.POSTMASTER, RcptParameters.NONE));
    }

    @Test
    void refusalsOfRcpt() {
        assertThat(parse("RCPT TO:<>")).isEqualTo(refused(Replies.BAD_RECIPIENT)); // I071
        assertThat(parse("RCPT TO:<bob>")).isEqualTo(refused(Replies.DOMAIN_MISSING)); // I073
        assertThat(parse("RCPT TO:<postmaste>")).isEqualTo(refused(Replies.DOMAIN_MISSING));
        assertThat(parse("RCPT TO:<u@dest.test@relay.test>")).isEqualTo(refused(Replies.BAD_RECIPIENT)); // I075
        assertThat(parse("RCPT TO:<u@192.0.2.5>")).isEqualTo(refused(Replies.BAD_RECIPIENT)); // I091
        assertThat(parse("RCPT")).isEqualTo(refused(Replies.RCPT_SYNTAX));
        assertThat(parse("RCPT FROM:<a@b>")).isEqualTo(refused(Replies.RCPT_SYNTAX));
    }

    @ParameterizedTest
    @ValueSource(strings = {"DATA", "RSET", "QUIT", "TURN"})
    void verbsWithoutArgumentTolerateBlanksOnly(String verb) { // I100, I152, I191
        assertThat(parse(verb + " x")).isEqualTo(refused(Replies.NO_ARGUMENT_ALLOWED));
        assertThat(parse(verb + " \t ")).isNotInstanceOf(Command.Malformed.class);
    }

    @Test
    void noopIgnoresItsArgument() { // I153
        assertThat(parse("NOOP")).isEqualTo(new Command.Noop());
        assertThat(parse("noop any thing é")).isEqualTo(new Command.Noop());
    }

    @Test
    void helpMayHaveATopic() {
        assertThat(parse("HELP")).isEqualTo(new Command.Help(Optional.empty()));
        assertThat(parse("HELP  rcpt ")).isEqualTo(new Command.Help(Optional.of("rcpt")));
        assertThat(parse("HELP ü")).isEqualTo(refused(Replies.CONTROL_OCTET));
        assertThat(parse("HELP a\tb")).isEqualTo(refused(Replies.CONTROL_OCTET));
    }

    @ParameterizedTest
    @ValueSource(strings = {"BURL"})
    void verbsOfOtherVersionsAreKnownByName(String verb) { // I018
        assertThat(parse(verb)).isEqualTo(new Command.Unimplemented(verb));
        assertThat(parse(verb.toLowerCase(Locale.ROOT) + " FROM:<a@b>")).isEqualTo(new Command.Unimplemented(verb));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1",
                "post /mail HTTP/1.1",
                "HEAD / HTTP/1.0",
                "CONNECT mail:25 HTTP/1.1",
                "PRI * HTTP/2.0"
            })
    void aRequestOfHttpIsForeign(String line) {
        assertThat(parse(line)).isEqualTo(new Command.Foreign());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "XYZZY",
                "",
                " ",
                "\t",
                " NOOP",
                "DATAX",
                "DAT",
                "MAILFROM:<a@b>",
                "ééé",
                "éééé",
                "STARTTLSSTARTTLS",
                "Host: x"
            })
    void whateverElseIs500(String line) { // I012, I156
        assertThat(parse(line)).isEqualTo(refused(Replies.UNKNOWN_COMMAND));
    }

    @Test
    void noLineMakesTheParserThrow() {
        Random random = new Random(5321);
        String[] pieces = {
            "MAIL ",
            "RCPT ",
            "FROM:",
            "TO:",
            "<",
            ">",
            "@",
            "[",
            "]",
            "IPv6:",
            ":",
            "::",
            ".",
            ",",
            "\"",
            "\\",
            "a",
            "1",
            "ab.cd",
            " ",
            "\t",
            "SIZE=",
            "BODY=",
            "=",
            "é",
            "\0",
            "-",
            "EHLO ",
            "VRFY ",
            "HELP ",
            "BDAT ",
            "ETRN ",
            "ATRN ",
            "SMTPUTF8",
            "ORCPT=",
            "utf-8;",
            "rfc822;",
            "+",
            "NOTIFY=",
            "AUTH=",
            "BY=",
            ";",
            "\\x{",
            "}"
        };
        for (int round = 0; round < 200_000; round++) {
            StringBuilder line = new StringBuilder();
            for (int i = random.nextInt(12); i >= 0; i--) line.append(pieces[random.nextInt(pieces.length)]);

            assertThat(parse(line.toString())).as(line.toString()).isNotNull();
        }
    }

    private Command parse(String line) {
        byte[] in = octets(line);
        return parser.parse(in, 0, in.length);
    }

    private static Command mail(String localPart, String domain) {
        return new Command.Mail(MailVerb.MAIL, ReversePath.of(new Mailbox(localPart, domain)), MailParameters.NONE);
    }

    private static Command rcpt(String localPart, String domain) {
        return new Command.Rcpt(ForwardPath.of(new Mailbox(localPart, domain)), RcptParameters.NONE);
    }

    private static Command refused(Reply refusal) {
        return new Command.Malformed(refusal);
    }

    /** A domain of {@code octets} octets in labels of 49 and a rest. */
    private static String domain(int octets) {
        StringBuilder domain = new StringBuilder();
        while (octets - domain.length() > 60) domain.append("d".repeat(49)).append('.');
        return domain.append("e".repeat(octets - domain.length())).toString();
    }

    private static byte[] octets(String text) {
        return text.getBytes(UTF_8);
    }
}
