package posthaste.server.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * A session as a text file. {@code C: } sends a line and its CRLF, {@code C> } the same without CRLF; {@code \r \n \0
 * \t \\} stand for what they do elsewhere, and {@code \xNN} for one octet. What the client sends in a row goes out in one
 * write. {@code S: } begins the last line of the next reply, alternatives between bars; {@code S+ } stands somewhere in
 * that reply; {@code S.} is the end of the connection. {@code Q: } tells how many messages were queued. {@code # } is a
 * comment; {@code # as NAME} says who the client is, see {@link Cast}.
 */
record Dialogue(String name, List<String> steps) {
    private static final String AS = "# as ";

    static Dialogue read(Path file) {
        try {
            String name = String.valueOf(file.getFileName()).replace(".txt", "");
            return new Dialogue(name, Files.readAllLines(file, UTF_8));
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    /** Who the client is. */
    Cast cast() {
        return steps.stream()
                .filter(step -> step.startsWith(AS))
                .findFirst()
                .map(step -> Cast.valueOf(step.substring(AS.length()).toUpperCase(Locale.ROOT)))
                .orElse(Cast.TRUSTED);
    }

    void play(TestClient client, LongSupplier queued) {
        long before = queued.getAsLong();
        var unsent = new StringBuilder();
        List<String> reply = List.of();
        for (String step : steps) {
            if (step.isBlank() || step.startsWith("#")) continue;
            String kind = step.substring(0, 2);
            String text = step.length() > 3 ? step.substring(3) : "";
            if (kind.equals("C:")) {
                unsent.append(unescaped(text)).append("\r\n");
                continue;
            }
            if (kind.equals("C>")) {
                unsent.append(unescaped(text));
                continue;
            }
            if (!unsent.isEmpty()) client.send(unsent.toString());
            unsent.setLength(0);
            switch (kind) {
                case "S:" -> reply = client.expect(text);
                case "S+" -> assertThat(String.join("\n", reply)).contains(text);
                case "S." -> client.expectEnd();
                case "Q:" -> assertThat(queued.getAsLong() - before).isEqualTo(Long.parseLong(text));
                default -> throw new AssertionError("what is this? " + step);
            }
        }
        assertThat(unsent)
                .as("every dialogue ends with something that is checked")
                .isEmpty();
    }

    private static String unescaped(String text) {
        var octets = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                octets.append(c);
                continue;
            }
            char kind = text.charAt(++i);
            switch (kind) {
                case 'r' -> octets.append('\r');
                case 'n' -> octets.append('\n');
                case 't' -> octets.append('\t');
                case '0' -> octets.append('\0');
                case '\\' -> octets.append('\\');
                case 'x' -> {
                    octets.append((char) Integer.parseInt(text.substring(i + 1, i + 3), 16));
                    i += 2;
                }
                default -> throw new AssertionError("what is this? \\" + kind);
            }
        }
        return octets.toString();
    }
}
