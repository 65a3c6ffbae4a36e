package posthaste.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.smtp.PathReader.LOCAL_PART_MAX;
import static posthaste.smtp.PathReader.PATH_MAX;

import com.sanctionco.jmail.InvalidTopLevelDomainException;
import com.sanctionco.jmail.JMail;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * Reads the same addresses as JMail does. That library reads the addresses of header fields (RFC 5322), which allow more
 * than a path (RFC 5321); where the two disagree it must be for one of the reasons below.
 */
class AddressDifferenceTest {
    private static final int ROUNDS = 60_000;

    private final CommandParser parser = new CommandParser();

    /** Of a disagreement, what the address has when it is for this reason. */
    private record Reason(String why, Predicate<String> applies) {}

    private static final List<Reason> ONLY_WE_TAKE = List.of(
            new Reason(
                    "RFC 2181 §11: DNS allows an underscore, and such hosts exist",
                    at -> domain(at).contains("_")),
            new Reason("RFC 5321 §4.1.2: a quoted string may be empty", at -> at.startsWith("\"\"@")),
            new Reason("RFC 5234 §2.3: the tag IPv6 is read in any letter case", at -> at.contains("[ipv6:")),
            new Reason("RFC 2047 §5: an encoded word is an atom in a path", at -> at.contains("=?")));

    private static final List<Reason> ONLY_JMAIL_TAKES = List.of(
            new Reason("RFC 5321 §4.1.2: comments are for header fields", at -> at.contains("(")),
            new Reason("RFC 5321 §4.1.2: blanks are for header fields", at -> at.contains(" ") || at.contains("\t")),
            new Reason(
                    "RFC 5321 §4.1.2: a backslash quotes in quotes only",
                    AddressDifferenceTest::isEscapedOutsideQuotes),
            new Reason("RFC 5321 §4.1.2: no control octets", at -> at.contains("\u007f")),
            new Reason("RFC 5321 §4.5.3.1.1: 64 octets, not characters", at -> localOctets(at) > LOCAL_PART_MAX),
            new Reason("RFC 5321 §4.5.3.1.3: 256 octets of path", at -> at.getBytes(UTF_8).length > PATH_MAX),
            new Reason(
                    "RFC 5890 §2.3.2: no A-label form",
                    at -> InternationalDomain.toAscii(domain(at)).isEmpty()));

    @Test
    void whereWeDisagreeWithJMailThereIsAReason() {
        Random random = new Random(5321);
        Set<Reason> applied = new HashSet<>();
        List<String> unexplained = new ArrayList<>();
        int bothTake = 0;
        int bothRefuse = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String address = round % 2 == 0 ? address(random) : mutated(random, address(random));
            boolean ours = isTaken(address);
            if (ours == isTakenByJMail(address)) {
                bothTake += ours ? 1 : 0;
                bothRefuse += ours ? 0 : 1;
            } else {
                Optional<Reason> reason = reason(ours ? ONLY_WE_TAKE : ONLY_JMAIL_TAKES, address);
                reason.ifPresent(applied::add);
                if (reason.isEmpty()) unexplained.add((ours ? "only we take " : "only JMail takes ") + address);
            }
        }

        assertThat(unexplained).isEmpty();
        assertThat(bothTake).isGreaterThan(ROUNDS / 4);
        assertThat(bothRefuse).isGreaterThan(ROUNDS / 10);
        assertThat(applied)
                .as("a reason that never applies is none")
                .containsAll(ONLY_WE_TAKE)
                .containsAll(ONLY_JMAIL_TAKES);
    }

    /** It throws for some top-level domains it does not know, which is as good as a refusal. */
    private static boolean isTakenByJMail(String address) {
        try {
            return JMail.isValid(address);
        } catch (InvalidTopLevelDomainException refused) {
            return false;
        }
    }

    private static Optional<Reason> reason(List<Reason> reasons, String address) {
        return reasons.stream().filter(reason -> reason.applies.test(address)).findFirst();
    }

    private boolean isTaken(String address) {
        byte[] line = ("RCPT TO:<" + address + ">").getBytes(UTF_8);
        Command command = parser.parse(line, 0, line.length);
        boolean taken = command instanceof Command.Rcpt;
        boolean routed = address.startsWith("@"); // its route is dropped
        if (taken && !routed) assertThat(((Command.Rcpt) command).forwardPath()).hasToString("<" + address + ">");
        return taken;
    }

    private static boolean isEscapedOutsideQuotes(String address) {
        return address.contains("\\") && !address.startsWith("\"");
    }

    private static int localOctets(String address) {
        return address.substring(0, address.lastIndexOf('@')).getBytes(UTF_8).length;
    }

    private static String domain(String address) {
        return address.substring(address.lastIndexOf('@') + 1);
    }

    private static String address(Random random) {
        return localPart(random) + "@" + domain(random);
    }

    private static String localPart(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> "\"" + pick(random, "john doe", "a@b", "", "a\\\"b", "plain", "x\\\\y", "(c)") + "\"";
            case 1 -> "l".repeat(60 + random.nextInt(8));
            case 2 -> pick(random, "用户", "ü.b", "é", "=?utf-8?q?x?=", "!#$%&'*+-/=?^_`{|}~");
            default -> words(random, ".", "a", "bob", "x-1", "O'Neil", "a+tag", "1", "user_name");
        };
    }

    private static String domain(Random random) {
        return switch (random.nextInt(8)) {
            case 0 ->
                "["
                        + pick(
                                random,
                                "192.0.2.1",
                                "IPv6:2001:db8::1",
                                "IPv6:::1",
                                "ipv6:1:2:3:4:5:6:7:8",
                                "IPv6:1::",
                                "IPv6:1:2:3:4:5:6:7::",
                                "IPv6:2001:db8::192.0.2.1",
                                "300.1.1.1",
                                "1.2.3",
                                "x:y")
                        + "]";
            case 1 -> "d".repeat(60 + random.nextInt(6)) + ".test";
            case 2 -> pick(random, "bücher.test", "例え.テスト", "faß.de", "a..test", "x_y.test", "ü-.test", "\u0301a.test");
            case 3 -> "d.".repeat(random.nextInt(130)) + "test";
            default ->
                words(random, ".", "a", "dest", "mail-1", "9a", "xn--bcher-kva", "EXAMPLE") + "."
                        + pick(random, "test", "org", "co", "x1");
        };
    }

    private static String words(Random random, String between, String... choice) {
        StringBuilder text = new StringBuilder(pick(random, choice));
        for (int i = random.nextInt(3); i > 0; i--) text.append(between).append(pick(random, choice));
        return text.toString();
    }

    private static String mutated(Random random, String address) {
        StringBuilder text = new StringBuilder(address);
        for (int i = random.nextInt(2); i >= 0; i--) {
            int at = random.nextInt(text.length() + 1);
            String piece = pick(
                    random,
                    ".",
                    "@",
                    "\"",
                    "\\",
                    "-",
                    " ",
                    "(c)",
                    "<",
                    ">",
                    ",",
                    ";",
                    ":",
                    "[",
                    "]",
                    "é",
                    "@h.test:",
                    "\t",
                    "_",
                    "1",
                    "\u007f");
            if (random.nextBoolean() || at == text.length()) {
                text.insert(at, piece);
            } else {
                text.replace(at, at + 1, random.nextBoolean() ? piece : "");
            }
        }
        return text.toString();
    }

    private static String pick(Random random, String... choice) {
        return choice[random.nextInt(choice.length)];
    }
}
