package posthaste.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses beyond ASCII (RFC 6531 §3.3). */
class InternationalAddressTest {
    private final CommandParser parser = new CommandParser();

    @ParameterizedTest
    @CsvSource({
        "<ü@bücher.test>,ü,bücher.test",
        "<\"ü x\"@b.test>,\"ü x\",b.test",
        "<用户@例え.テスト>,用户,例え.テスト",
        "<a@[192.0.2.1]>,a,[192.0.2.1]",
        "<𝒳@b.test>,𝒳,b.test"
    })
    @DisplayName("I056: with SMTPUTF8 a path may hold UTF-8")
    void withSmtpUtf8APathMayHoldUtf8(String path, String localPart, String domain) {
        Command.Mail mail = (Command.Mail) parse("MAIL FROM:" + path + " SMTPUTF8");
        Command.Rcpt rcpt = (Command.Rcpt) parse("RCPT TO:" + path);

        assertThat(mail.reversePath()).isEqualTo(ReversePath.of(new Mailbox(localPart, domain)));
        assertThat(mail.parameters().smtpUtf8()).isTrue();
        assertThat(rcpt.forwardPath()).isEqualTo(ForwardPath.of(new Mailbox(localPart, domain)));
        assertThat(rcpt.forwardPath().isAscii()).isEqualTo(path.equals("<a@[192.0.2.1]>"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MAIL FROM:<ü@b.test>",
                "MAIL FROM:<\"ü\"@b.test> SIZE=1",
                "SOML FROM:<a@bücher.test>",
                "MAIL FROM:<a@b.test> AUTH=+C3+BC@b.test"
            })
    @DisplayName("I056: without SMTPUTF8 it may not")
    void withoutSmtpUtf8ItMayNot(String line) {
        assertThat(parse(line)).isEqualTo(new Command.Malformed(Replies.NON_ASCII_SENDER));
        assertThat(parse(line + " SMTPUTF8")).isInstanceOf(Command.Mail.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\\u00c0\\u00ae", // an overlong dot
                "\\u00e0\\u0080\\u00af",
                "\\u00ed\\u00a0\\u0080", // a surrogate
                "\\u00f4\\u0090\\u0080\\u0080", // above U+10FFFF
                "\\u00f5\\u0080\\u0080\\u0080",
                "\\u00c3",
                "\\u00e2\\u0082",
                "\\u0080",
                "\\u00ff",
                "\\u00c2\\u0085" // NEL
            })
    @DisplayName("I057: what is not UTF-8 is 501")
    void whatIsNotUtf8Is501(String escaped) {
        String octets = unescaped(escaped);
        for (String line :
                new String[] {"MAIL FROM:<x%sx@b.test> SMTPUTF8", "RCPT TO:<x@b%sb.test>", "VRFY x%s SMTPUTF8"}) {
            byte[] in = String.format(line, octets).getBytes(ISO_8859_1);

            assertThat(parser.parse(in, 0, in.length)).isEqualTo(new Command.Malformed(Replies.NOT_UTF_8));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<a@-ü.test>",
                "<a@ü-.test>",
                "<a@ü..test>",
                "<a@a⒈b.test>", // holds a full stop
                "<a@a/ü.test>",
                "<a@\u0301b.test>", // begins with a mark
                "<a@אa.test>", // two directions in one label
                "<a@１９２.0.2.1>", // digits that become an address without brackets
                "<a@a\u200db.test>"
            })
    @DisplayName("I057: a domain that DNS cannot know is no domain")
    void aDomainThatDnsCannotKnowIsNoDomain(String path) {
        assertThat(parse("RCPT TO:" + path)).isEqualTo(new Command.Malformed(Replies.BAD_RECIPIENT));
        assertThat(parse("MAIL FROM:" + path + " SMTPUTF8")).isEqualTo(new Command.Malformed(Replies.BAD_SENDER));
    }

    @ParameterizedTest
    @CsvSource({
        "bücher.example,xn--bcher-kva.example",
        "BÜCHER.Example,xn--bcher-kva.example",
        "faß.de,xn--fa-hia.de",
        "βόλος.com,xn--nxasmm1c.com",
        "例え.テスト,xn--r8jz45g.xn--zckzah",
        "مثال.إختبار,xn--mgbh0fb.xn--kgbechtv",
        "例え。テスト,xn--r8jz45g.xn--zckzah",
        "DEST.Test,dest.test"
    })
    void theDestinationIsTheFormThatDnsKnows(String domain, String destination) {
        assertThat(new Mailbox("a", domain).destination()).isEqualTo(destination);
        assertThat(new Mailbox("a", domain)).hasToString("a@" + domain);
    }

    @Test
    void limitsAreInOctetsOfUtf8() {
        String fits = "ü".repeat(32);

        assertThat(parse("RCPT TO:<" + fits + "@b.test>")).isInstanceOf(Command.Rcpt.class);
        assertThat(parse("RCPT TO:<a" + fits + "@b.test>"))
                .isEqualTo(new Command.Malformed(Replies.RECIPIENT_TOO_LONG));
        assertThat(parse("RCPT TO:<a@" + "ü".repeat(60) + ".test>"))
                .isEqualTo(new Command.Malformed(Replies.BAD_RECIPIENT));
    }

    @Test
    void aMailboxWithADomainThatDnsCannotKnowIsABug() {
        assertThatThrownBy(() -> new Mailbox("a", "a⒈b.test")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Mailbox("a\u0085", "b.test")).isInstanceOf(IllegalArgumentException.class);
    }

    private static String unescaped(String escaped) {
        StringBuilder text = new StringBuilder();
        for (String digits : escaped.substring(2).split("\\\\u", -1)) text.append((char) Integer.parseInt(digits, 16));
        return text.toString();
    }

    private Command parse(String line) {
        byte[] in = line.getBytes(UTF_8);
        return parser.parse(in, 0, in.length);
    }
}
