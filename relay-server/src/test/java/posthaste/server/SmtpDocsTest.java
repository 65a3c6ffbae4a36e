package posthaste.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import posthaste.smtp.Command;
import posthaste.smtp.Extension;
import posthaste.smtp.MailVerb;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Offer;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/** docs/smtp.md and the code know the same replies, commands and extensions. */
class SmtpDocsTest {
    /** {@code | code | status | `text` | when | settings |}; the status is empty where a reply has none. */
    private static final Pattern REPLY =
            Pattern.compile("(?m)^\\| (\\d{3}) \\|(?: ([245]\\.\\d+\\.\\d+))? \\| `([^`]+)` \\|[^|]*\\|([^|]*)\\|$");

    private static final Pattern CODED_ROW = Pattern.compile("(?m)^\\| \\d.*$");
    private static final Pattern COMMAND = Pattern.compile("(?m)^\\| `([A-Z]+)[^`]*` \\|");
    private static final Pattern CODE = Pattern.compile("\\b[2-5]\\d\\d\\b");
    private static final Set<String> ANYWHERE = Set.of("421", "500", "502");
    private static final Offer NOTHING_OFFERED =
            new Offer(Set.of(), 1, Duration.ofMinutes(1), Optional.empty(), 100, OptionalInt.empty(), List.of());

    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
    /** Lines that are no command of their own. */
    private static final Set<String> NOT_VERBS = Set.of("LOSTBDAT", "UNIMPLEMENTED", "FOREIGN", "MALFORMED");

    /** What a reply is made with here, and what stands for it in the document: NAME and N. */
    private static final int SAMPLE = 77_777;

    private static final String NAME = "NAME";

    @Test
    void everyReplyIsDocumentedAndNoOther() throws Exception {
        List<MatchResult> rows = REPLY.matcher(document()).results().toList();

        assertThat(rows.stream().map(row -> reply(row.group(1), Optional.ofNullable(row.group(2)), row.group(3))))
                .containsExactlyInAnyOrderElementsOf(inTheCode());
        assertThat(rows).hasSize((int) CODED_ROW.matcher(document()).results().count());
    }

    @Test
    void everySettingNamedBesideAReplyExists() throws IOException {
        Set<String> keys = ConfigReader.keys().keySet();

        List<String> named = REPLY.matcher(document())
                .results()
                .flatMap(row -> QUOTED.matcher(row.group(4)).results())
                .map(setting -> setting.group(1))
                .toList();

        assertThat(named).isNotEmpty().isSubsetOf(keys);
    }

    @Test
    void everyCommandIsDocumentedAndNoOther() throws IOException {
        Set<String> documented = COMMAND.matcher(section("## Commands"))
                .results()
                .map(row -> row.group(1))
                .collect(Collectors.toSet());

        Set<String> known = Stream.concat(
                        Arrays.stream(Command.class.getPermittedSubclasses())
                                .map(each -> each.getSimpleName().toUpperCase(Locale.ROOT)),
                        Arrays.stream(MailVerb.values()).map(MailVerb::name))
                .filter(each -> !NOT_VERBS.contains(each))
                .collect(Collectors.toSet());
        assertThat(documented).isEqualTo(known);
    }

    @Test
    void helpNamesTheRepliesThatAreDocumented() throws IOException {
        for (String row : section("## Commands").lines().toList()) {
            Matcher verb = COMMAND.matcher(row);
            String[] cells = row.split("\\|", -1);
            if (!verb.find() || cells[4].contains("as MAIL")) continue;

            assertThat(codes(helpOn(verb.group(1)))).as(verb.group(1)).isEqualTo(codes(cells[4]));
        }
    }

    /** The line of its replies: the last but one, before the source. */
    private static String helpOn(String verb) {
        List<String> lines = Replies.help(Optional.of(verb), NOTHING_OFFERED).lines();
        return lines.get(lines.size() - 2);
    }

    /** Without those that need no mention at each command, or only where HELP knows no such command. */
    private static Set<String> codes(String text) {
        return CODE.matcher(text)
                .results()
                .map(MatchResult::group)
                .filter(code -> !ANYWHERE.contains(code))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyExtensionIsDocumentedAndNoOther() throws IOException {
        Set<String> documented = section("## Extensions")
                .lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("\\|", -1)[1])
                .flatMap(keywords -> QUOTED.matcher(keywords).results())
                .map(keyword -> keyword.group(1))
                .collect(Collectors.toSet());

        Set<String> known =
                Arrays.stream(Extension.values()).map(Extension::keyword).collect(Collectors.toSet());
        assertThat(documented).isEqualTo(known);
    }

    private static String document() throws IOException {
        return Files.readString(DocsDirectory.find().resolve("smtp.md"));
    }

    private static String section(String heading) throws IOException {
        String behind = document().split(Pattern.quote(heading) + "\n", -1)[1];
        return behind.split("\n## ", -1)[0];
    }

    private static String reply(String code, Optional<String> status, String text) {
        return code + status.map(present -> " " + present).orElse("") + " " + text;
    }

    // ---- what the code says

    /** Of a reply of several lines the first one. */
    private static List<String> inTheCode() throws ReflectiveOperationException {
        var replies = new ArrayList<Reply>();
        for (Class<?> source : List.of(Replies.class, Class.forName("posthaste.server.policy.DirectoryReplies"))) {
            replies.addAll(constants(source));
            replies.addAll(made(source));
        }
        return replies.stream()
                .map(each -> reply(
                        Integer.toString(each.code()),
                        each.status().map(Object::toString),
                        each.lines().get(0)))
                .map(text -> text.replace(Integer.toString(SAMPLE), "N").replace("x@example.org", NAME))
                .distinct()
                .toList();
    }

    private static List<Reply> constants(Class<?> source) throws ReflectiveOperationException {
        var replies = new ArrayList<Reply>();
        for (Field field : source.getDeclaredFields()) {
            if (field.getType() != Reply.class) continue;
            field.setAccessible(true);
            replies.add((Reply) field.get(null));
        }
        assertThat(replies).hasSizeGreaterThan(5);
        return replies;
    }

    /** What methods make of samples; HELP and what picks among the constants says nothing of its own. */
    private static List<Reply> made(Class<?> source) throws ReflectiveOperationException {
        var replies = new ArrayList<Reply>();
        for (Method method : source.getDeclaredMethods()) {
            boolean usable = Modifier.isStatic(method.getModifiers()) && method.getReturnType() == Reply.class;
            Optional<Object[]> samples = samples(method);
            if (!usable || method.isSynthetic() || samples.isEmpty()) continue;
            method.setAccessible(true);
            replies.add((Reply) method.invoke(null, samples.get()));
        }
        assertThat(replies).isNotEmpty();
        return replies;
    }

    private static Optional<Object[]> samples(Method method) {
        Map<Class<?>, Object> byType = Map.of(
                String.class,
                NAME,
                long.class,
                (long) SAMPLE,
                int.class,
                SAMPLE,
                boolean.class,
                true,
                Duration.class,
                Duration.ofSeconds(SAMPLE),
                List.class,
                List.of(NAME),
                Reply.class,
                Replies.OK,
                Optional.class,
                Optional.of(new Mailbox("x", "example.org")));
        Class<?>[] types =
                Arrays.stream(method.getParameters()).map(Parameter::getType).toArray(Class<?>[]::new);
        boolean known = Arrays.stream(types).allMatch(byType::containsKey);
        return known ? Optional.of(Arrays.stream(types).map(byType::get).toArray()) : Optional.empty();
    }
}
