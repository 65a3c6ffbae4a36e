package posthaste.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;
import posthaste.smtp.SafeText;

/**
 * One table of the configuration. Asking for a key makes it known; what is wrong with its value is noted, and the
 * default stands in for it, so that one reading finds every problem.
 */
final class Section {
    private static final int SHOWN_CHARS_MAX = 80;
    /** What stands for a value that is no list. */
    private static final TomlArray NO_TABLES = Toml.parse("key = [0]").getArrayOrEmpty("key");

    private static final Duration DURATION_MAX = Duration.ofDays(365);
    private static final Duration TIMEOUT_MIN = Duration.ofMillis(100);
    private static final Duration TIMEOUT_MAX = Duration.ofDays(1);

    private final ConfigNotes notes;
    private final String path;
    private final TomlTable table;
    private final TomlPosition position;
    private final Set<String> known = new TreeSet<>();
    private final Set<String> wrong = new HashSet<>();
    private final Map<String, Section> inner = new HashMap<>();

    private Section(ConfigNotes notes, String path, TomlTable table, TomlPosition position) {
        this.notes = notes;
        this.path = path;
        this.table = table;
        this.position = position;
        notes.opened(this);
    }

    /** The whole file. */
    static Section root(ConfigNotes notes, TomlTable table) {
        return new Section(notes, "", table, TomlPosition.positionAt(1, 1));
    }

    /** The value as a problem may show it: quoted, one line, bounded. */
    static String shown(Object value) {
        String text = value instanceof TomlTable || value instanceof TomlArray ? kindOf(value) : String.valueOf(value);
        String safe = SafeText.of(text, SHOWN_CHARS_MAX);
        return value instanceof String ? '"' + safe + '"' : safe;
    }

    private static String kindOf(Object value) {
        if (value instanceof String) return "a string";
        if (value instanceof Long) return "an integer";
        if (value instanceof Double) return "a decimal number";
        if (value instanceof Boolean) return "true or false";
        if (value instanceof TomlArray) return "a list";
        if (value instanceof TomlTable) return "a table";
        return "a date or time";
    }

    boolean has(String key) {
        return value(key).isPresent();
    }

    private Optional<Object> value(String key) {
        return Optional.ofNullable(table.get(List.of(key)));
    }

    private String pathOf(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /** Where the key stands; where its table begins when it is absent. */
    private TomlPosition positionOf(String key) {
        return has(key) ? table.inputPositionOf(List.of(key)) : position;
    }

    /** Whether nothing was wrong with it so far. */
    boolean isSound() {
        return wrong.isEmpty();
    }

    void problem(String key, String text) {
        wrong.add(key);
        notes.problem(positionOf(key), pathOf(key), text);
    }

    void warning(String key, String text) {
        notes.warning(positionOf(key), pathOf(key), text);
    }

    /** Takes over what is wrong with a file that the key names. */
    void include(String key, ConfigNotes notesOfFile) {
        if (!notesOfFile.problems().isEmpty()) wrong.add(key);
        notes.include(notesOfFile);
    }

    /** Reads a value; {@code parser} throws IllegalArgumentException saying what was expected. */
    <T> T read(String key, String defaultText, T fallback, Function<Object, T> parser) {
        known.add(key);
        notes.understood(pathOf(key), defaultText);
        Optional<Object> value = value(key);
        if (value.isEmpty()) return fallback;
        try {
            return parser.apply(value.get());
        } catch (IllegalArgumentException why) {
            problem(key, String.valueOf(why.getMessage()));
            return fallback;
        }
    }

    /** A string with a meaning of its own. */
    <T> T text(String key, String defaultText, T fallback, Function<String, T> parser) {
        return read(key, defaultText, fallback, value -> parser.apply(string(value)));
    }

    /** A string that may be absent. */
    <T> Optional<T> optionalText(String key, Function<String, T> parser) {
        return text(key, "absent", Optional.empty(), value -> Optional.of(parser.apply(value)));
    }

    private static String string(Object value) {
        if (value instanceof String text) return text;
        throw new IllegalArgumentException("expected a string in quotes, found " + kindOf(value));
    }

    int integer(String key, int min, int max, int fallback) {
        return read(key, String.valueOf(fallback), fallback, value -> integer(value, min, max));
    }

    Optional<Integer> optionalInteger(String key, int min, int max) {
        return optionalInteger(key, "absent", min, max);
    }

    Optional<Integer> optionalInteger(String key, String defaultText, int min, int max) {
        return read(key, defaultText, Optional.empty(), value -> Optional.of(integer(value, min, max)));
    }

    private static int integer(Object value, int min, int max) {
        if (value instanceof Long number && number >= min && number <= max) return (int) (long) number;
        String found = value instanceof Long ? shown(value) : kindOf(value);
        throw new IllegalArgumentException("expected an integer of %d to %d, found %s".formatted(min, max, found));
    }

    double decimal(String key, double min, double max, double fallback) {
        return read(key, String.valueOf(fallback), fallback, value -> {
            double number = value instanceof Number given ? given.doubleValue() : Double.NaN;
            if (number >= min && number <= max) return number;
            throw new IllegalArgumentException(
                    "expected a number of %s to %s, found %s".formatted(min, max, shown(value)));
        });
    }

    /** @param min and max in octets */
    long size(String key, long min, long max, long fallback) {
        return size(key, Sizes.format(fallback), min, max, fallback);
    }

    long size(String key, String defaultText, long min, long max, long fallback) {
        return read(key, defaultText, fallback, value -> {
            long octets = Sizes.parse(value);
            if (octets >= min && octets <= max) return octets;
            throw new IllegalArgumentException(
                    "%s is out of range: %s to %s".formatted(shown(value), Sizes.format(min), Sizes.format(max)));
        });
    }

    Duration duration(String key, Duration min, Duration fallback) {
        return duration(key, min, DURATION_MAX, fallback);
    }

    /** How long a peer may take for one step. */
    Duration timeout(String key, Duration fallback) {
        return duration(key, TIMEOUT_MIN, TIMEOUT_MAX, fallback);
    }

    Duration duration(String key, Duration min, Duration max, Duration fallback) {
        return read(key, Durations.format(fallback), fallback, value -> {
            Duration duration = Durations.parse(value);
            if (duration.compareTo(min) >= 0 && duration.compareTo(max) <= 0) return duration;
            throw new IllegalArgumentException("%s is out of range: %s to %s"
                    .formatted(shown(value), Durations.format(min), Durations.format(max)));
        });
    }

    /** A list of strings; each that is wrong is noted at its own place and left out. */
    <T> List<T> list(String key, List<String> fallback, int max, Function<String, T> parser) {
        List<T> defaults = fallback.stream().map(parser).toList();
        return list(key, listed(fallback), defaults, max, parser);
    }

    <T> List<T> list(String key, String defaultText, List<T> fallback, int max, Function<String, T> parser) {
        return read(key, defaultText, fallback, value -> {
            if (!(value instanceof TomlArray array)) {
                throw new IllegalArgumentException(
                        "expected a list of strings, such as [\"...\"], found " + kindOf(value));
            }
            if (array.size() > max) {
                throw new IllegalArgumentException("at most %d entries, found %d".formatted(max, array.size()));
            }
            return elements(key, array, parser);
        });
    }

    private static String listed(List<String> texts) {
        return texts.stream()
                .collect(Collectors.joining("\", \"", "[\"", "\"]"))
                .replace("[\"\"]", "[]");
    }

    private <T> List<T> elements(String key, TomlArray array, Function<String, T> parser) {
        var elements = new ArrayList<T>();
        for (int i = 0; i < array.size(); i++) {
            try {
                elements.add(parser.apply(string(array.get(i))));
            } catch (IllegalArgumentException why) {
                wrong.add(key);
                notes.problem(array.inputPositionOf(i), pathOf(key), String.valueOf(why.getMessage()));
            }
        }
        return List.copyOf(elements);
    }

    /** {@code [key]}; as if empty where it is absent. The same one each time. */
    Section section(String key) {
        return inner.computeIfAbsent(key, this::open);
    }

    private Section open(String key) {
        known.add(key);
        Optional<Object> value = value(key);
        if (value.isPresent() && value.get() instanceof TomlTable found) {
            return new Section(notes, pathOf(key), found, positionOf(key));
        }
        if (value.isPresent()) {
            problem(key, "expected a table, [%s], found %s".formatted(pathOf(key), kindOf(value.get())));
        }
        return new Section(notes, pathOf(key), Toml.parse(""), position);
    }

    /** Every {@code [[key]]}, in the order of the file. */
    List<Section> sections(String key) {
        known.add(key);
        Optional<Object> value = value(key);
        if (value.isEmpty()) return List.of();
        var sections = new ArrayList<Section>();
        TomlArray array = value.get() instanceof TomlArray given ? given : NO_TABLES;
        for (int i = 0; i < array.size(); i++) {
            if (array.get(i) instanceof TomlTable found) {
                sections.add(new Section(notes, pathOf(key), found, array.inputPositionOf(i)));
            } else {
                problem(key, "expected tables, each begun by [[%s]]".formatted(pathOf(key)));
            }
        }
        return sections;
    }

    /** A choice of which this version can do some. Silence would be dangerous where a setting protects something. */
    void choice(String key, List<String> all, List<String> possible, String defaultText, String feature) {
        text(key, defaultText, "", value -> {
            if (possible.contains(value)) return value;
            String expected = possible.stream().collect(Collectors.joining("\" or \"", "\"", "\""));
            if (all.contains(value)) throw new IllegalArgumentException(notYet(feature) + ": write " + expected);
            throw new IllegalArgumentException("%s is none of the choices; write %s".formatted(shown(value), expected));
        });
    }

    /** A switch. */
    boolean flag(String key, boolean fallback) {
        return read(key, String.valueOf(fallback), fallback, value -> {
            if (value instanceof Boolean flag) return flag;
            throw new IllegalArgumentException("expected true or false without quotes, found " + kindOf(value));
        });
    }

    /** A switch that this version cannot turn on. */
    void off(String key, String feature) {
        read(key, "false", false, value -> {
            if (value.equals(false)) return false;
            throw new IllegalArgumentException(
                    value.equals(true) ? notYet(feature) + ": write false" : "expected false, found " + kindOf(value));
        });
    }

    /** A key or a table that this version cannot do anything about. */
    void absent(String key, String feature) {
        read(key, "absent", "", value -> {
            throw new IllegalArgumentException(notYet(feature) + ": leave it out");
        });
    }

    private static String notYet(String feature) {
        return "this version cannot do " + feature + " yet";
    }

    /**
     * Builds the record of this section. What its constructor refuses, separated by semicolons and each begun by its
     * key, is noted at the keys; where a key is wrong anyway, once is enough.
     */
    <T> T build(Supplier<T> constructor, Supplier<T> fallback) {
        try {
            return constructor.get();
        } catch (IllegalArgumentException why) {
            for (String each : String.valueOf(why.getMessage()).split("; ", -1)) {
                String key = each.split(" ", 2)[0];
                if (!known.contains(key)) {
                    notes.problem(position, path, each);
                } else if (!wrong.contains(key)) {
                    problem(key, each);
                }
            }
            return fallback.get();
        }
    }

    void refuseUnknownKeys() {
        for (String key : table.keySet()) {
            if (known.contains(key)) continue;
            String hint = NearestKey.to(key, known)
                    .map(near -> "did you mean " + near + "?")
                    .orElseGet(() -> "known here: " + String.join(", ", known));
            problem(key, "unknown key; " + hint);
        }
    }
}
