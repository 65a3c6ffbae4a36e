package posthaste.server;

import posthaste.smtp.SafeText;

/**
 * One thing that is wrong, or worth a warning, in the configuration.
 *
 * @param file as the operator named it
 * @param line from 1; 0 where the whole file is meant
 * @param column from 1; 0 where the whole file is meant
 * @param key with its section, such as {@code retry.max-delay}; empty where no key is meant
 * @param text what is wrong and how to mend it; one line
 */
public record ConfigProblem(String file, int line, int column, String key, String text) {
    private static final int TEXT_CHARS_MAX = 500;

    public ConfigProblem {
        key = SafeText.of(key, TEXT_CHARS_MAX);
        text = SafeText.of(text, TEXT_CHARS_MAX);
    }

    /** {@code FILE:LINE:COLUMN: key: text}, as editors understand it. */
    @Override
    public String toString() {
        String at = line > 0 ? file + ":" + line + ":" + column : file;
        return at + ": " + (key.isEmpty() ? "" : key + ": ") + text;
    }
}
