package posthaste.server;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Guesses what a mistyped key was meant to be. */
final class NearestKey {
    /** Longer ones are no typing errors. */
    private static final int KEY_CHARS_MAX = 64;

    private NearestKey() {}

    /** The known key that is fewest edits away, if they are few for its length. */
    static Optional<String> to(String typed, Collection<String> known) {
        if (typed.length() > KEY_CHARS_MAX) return Optional.empty();
        String wanted = plain(typed);
        return known.stream()
                .min(Comparator.comparingInt((String key) -> edits(wanted, key)).thenComparing(key -> key))
                .filter(key -> edits(wanted, key) <= Math.max(2, key.length() / 3));
    }

    private static String plain(String typed) {
        return typed.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Levenshtein's distance, row by row. */
    private static int edits(String from, String to) {
        int[] above = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) above[j] = j;
        for (int i = 1; i <= from.length(); i++) {
            int[] row = new int[to.length() + 1];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = above[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
            }
            above = row;
        }
        return above[to.length()];
    }
}
