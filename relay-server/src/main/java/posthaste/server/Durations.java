package posthaste.server;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as operators write them: {@code "5m"}, {@code "200ms"}, {@code "1h30m"}, {@code "5d"}. */
final class Durations {
    private static final Pattern DURATION = Pattern.compile(
            "(?:([0-9]{1,9})d)?(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m(?!s))?(?:([0-9]{1,9})s)?(?:([0-9]{1,9})ms)?");
    private static final List<ChronoUnit> UNITS =
            List.of(ChronoUnit.DAYS, ChronoUnit.HOURS, ChronoUnit.MINUTES, ChronoUnit.SECONDS, ChronoUnit.MILLIS);
    private static final List<String> NAMES = List.of("d", "h", "m", "s", "ms");

    private Durations() {}

    /** @throws IllegalArgumentException saying what was expected */
    static Duration parse(Object value) {
        String text = value instanceof String string ? string : "";
        Matcher duration = DURATION.matcher(text);
        if (text.isEmpty() || !duration.matches()) {
            throw new IllegalArgumentException(
                    "%s is not a duration; write \"200ms\", \"30s\", \"5m\", \"1h30m\" or \"5d\""
                            .formatted(Section.shown(value)));
        }
        Duration sum = Duration.ZERO;
        for (int i = 0; i < UNITS.size(); i++) {
            String number = duration.group(i + 1);
            if (number != null) sum = sum.plus(Long.parseLong(number), UNITS.get(i));
        }
        return sum;
    }

    /** As one writes it: largest unit first, zeros left out. */
    static String format(Duration duration) {
        StringBuilder text = new StringBuilder();
        long rest = duration.toMillis();
        for (int i = 0; i < UNITS.size(); i++) {
            long unit = UNITS.get(i).getDuration().toMillis();
            if (rest / unit > 0) text.append(rest / unit).append(NAMES.get(i));
            rest %= unit;
        }
        return text.isEmpty() ? "0s" : text.toString();
    }
}
