package posthaste.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/configuration.md and the code know the same keys with the same defaults. */
class ConfigDocsTest {
    /** {@code | `key` | type | `default` | ...}; the section is the last heading with a table's name in it. */
    private static final Pattern ROW = Pattern.compile("^\\| `([a-z0-9.-]+)` \\|[^|]*\\| ([^|]*?) \\|.*");

    private static final Pattern SECTION = Pattern.compile("^#+ .*`\\[+([a-z.-]+)]+`.*");

    @Test
    void everyKeyIsDocumentedWithItsDefault() throws IOException {
        var documented = new TreeMap<String, String>();
        String section = "";
        for (String line : Files.readAllLines(DocsDirectory.find().resolve("configuration.md"))) {
            Matcher heading = SECTION.matcher(line);
            if (heading.matches()) {
                section = heading.group(1) + ".";
            } else if (line.startsWith("#")) {
                section = "";
            }
            Matcher row = ROW.matcher(line);
            if (row.matches())
                documented.put(
                        section + row.group(1), row.group(2).replace("`", "").replace("\"", ""));
        }

        assertThat(documented).containsExactlyInAnyOrderEntriesOf(inTheCode());
    }

    private static Map<String, String> inTheCode() {
        var keys = new TreeMap<String, String>();
        ConfigReader.keys().forEach((key, fallback) -> keys.put(key, fallback.replace("\"", "")));
        return keys;
    }
}
