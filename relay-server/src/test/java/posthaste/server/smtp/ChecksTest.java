package posthaste.server.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every check of the listener has a test that names it, or stands here with the reason why it has none. */
class ChecksTest {
    private static final int CHECKS = 240;
    private static final Pattern ID = Pattern.compile("\\bI(\\d{3})\\b(?: to I(\\d{3})\\b)?");

    private static final Map<String, String> WITHOUT = without();

    private static Map<String, String> without() {
        Map<String, String> reasons = new HashMap<>();
        reasons.put(id(200), "TurnedSessionTest of relay-delivery: what follows the 250");
        reasons.put("I097", "CrashIT kills the process and counts what was answered 250");
        reasons.put("I120", "a figure, measured by the end-to-end harness");
        reasons.put("I187", "SenderWishesTest of relay-delivery: the next hop gets MAIL");
        return reasons;
    }

    private static String id(int number) {
        return "I%03d".formatted(number);
    }

    @Test
    void everyCheckHasATest() throws IOException {
        Set<String> named = named();

        assertThat(IntStream.rangeClosed(1, CHECKS).mapToObj(ChecksTest::id))
                .allSatisfy(id -> assertThat(named.contains(id) != WITHOUT.containsKey(id))
                        .as(id + ": named by a test, or exempted with a reason, and not both")
                        .isTrue());
    }

    /** Those that a dialogue or a source file of the tests names. */
    private static Set<String> named() throws IOException {
        Set<String> named = new TreeSet<>();
        Path server = Path.of("").toAbsolutePath();
        for (Path module : new Path[] {server, server.resolveSibling("relay-smtp")}) {
            try (Stream<Path> files = Files.walk(module.resolve("src/test"))) {
                files.filter(Files::isRegularFile).forEach(file -> collect(file, named));
            }
        }
        return named;
    }

    private static void collect(Path file, Set<String> named) {
        String name = String.valueOf(file.getFileName());
        if (name.equals("ChecksTest.java")) return;
        addAll(name, named);
        if (!name.endsWith(".java")) return;
        try {
            addAll(Files.readString(file, UTF_8), named);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void addAll(String text, Set<String> named) {
        Matcher ids = ID.matcher(text);
        while (ids.find()) {
            int first = Integer.parseInt(ids.group(1));
            int last = ids.group(2) == null ? first : Integer.parseInt(ids.group(2));
            for (int n = first; n <= last; n++) named.add(id(n));
        }
    }
}
