package posthaste.server;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.tomlj.TomlPosition;

/** Gathers what one reading of the configuration has to say: problems, warnings, and the keys it knows. */
final class ConfigNotes {
    /** A file of garbage needs no longer list. */
    private static final int NOTES_MAX = 100;

    private static final Comparator<ConfigProblem> IN_FILE_ORDER =
            Comparator.comparingInt(ConfigProblem::line).thenComparingInt(ConfigProblem::column);

    private final String file;
    private final List<ConfigProblem> problems = new ArrayList<>();
    private final List<ConfigProblem> warnings = new ArrayList<>();
    private final List<Section> sections = new ArrayList<>();
    private final Map<String, String> defaults = new TreeMap<>();
    /** Of files that this one names. */
    private final List<ConfigProblem> elsewhere = new ArrayList<>();

    ConfigNotes(String file) {
        this.file = file;
    }

    void problem(TomlPosition at, String key, String text) {
        add(problems, new ConfigProblem(file, at.line(), at.column(), key, text));
    }

    /** Of the file as a whole. */
    void problem(String text) {
        add(problems, new ConfigProblem(file, 0, 0, "", text));
    }

    void warning(TomlPosition at, String key, String text) {
        add(warnings, new ConfigProblem(file, at.line(), at.column(), key, text));
    }

    /** Takes over what is wrong with a file that this one names. */
    void include(ConfigNotes other) {
        other.problems().forEach(problem -> add(elsewhere, problem));
    }

    private static void add(List<ConfigProblem> notes, ConfigProblem note) {
        if (notes.size() < NOTES_MAX) notes.add(note);
    }

    /** Remembers a section, whose unknown keys are problems in the end. */
    void opened(Section section) {
        sections.add(section);
    }

    /** Remembers a key that is understood, and what stands for it where the file is silent. */
    void understood(String key, String defaultText) {
        defaults.put(key, defaultText);
    }

    /** To call when everything was asked for: what was not is unknown. */
    void finish() {
        sections.forEach(Section::refuseUnknownKeys);
        problems.sort(IN_FILE_ORDER);
        warnings.sort(IN_FILE_ORDER);
    }

    List<ConfigProblem> problems() {
        return Stream.concat(problems.stream(), elsewhere.stream()).toList();
    }

    List<ConfigProblem> warnings() {
        return List.copyOf(warnings);
    }

    /** The keys that were asked for, each with its default as one writes it. */
    Map<String, String> defaults() {
        return Map.copyOf(defaults);
    }
}
