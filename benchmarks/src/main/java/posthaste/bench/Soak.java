package posthaste.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import posthaste.bench.report.TextTable;
import posthaste.bench.report.TimeChart;

/**
 * What a relay held while a load ran, as text, JSON and drawings.
 *
 * @param samples in the order of time; none where none were asked for
 */
record Soak(List<Sample> samples) {
    static final Soak NONE = new Soak(List.of());

    private static final double NANOS_PER_SECOND = 1e9;

    Soak {
        samples = List.copyOf(samples);
    }

    /** Without what was seen behind the load, when clients leave and the queue runs empty. */
    Soak until(Duration load) {
        double end = load.toNanos() / NANOS_PER_SECOND;
        return new Soak(
                samples.stream().filter(sample -> sample.seconds() < end).toList());
    }

    /** A row per vital; those whose trend cannot be told are left out. */
    String table() {
        TextTable table =
                new TextTable("", "unit", "first quarter", "last quarter", "per minute", "2nd to last quarter");
        for (Vital vital : Vital.values()) {
            Trend.of(samples, vital).ifPresent(trend -> table.row(row(vital, trend)));
        }
        double seconds = samples.isEmpty() ? 0 : samples.get(samples.size() - 1).seconds();
        return String.format(Locale.ROOT, "%d samples in %.0f s; medians of quarters%n", samples.size(), seconds)
                + table;
    }

    private static List<String> row(Vital vital, Trend trend) {
        // What only counts up has a rate, and no growth worth a percentage.
        boolean counts = vital.panel() == Vital.Panel.PROGRESS;
        String growth = trend.growthPercent().isEmpty() || counts
                ? ""
                : String.format(Locale.ROOT, "%+.1f %%", trend.growthPercent().getAsDouble());
        return List.of(
                vital.title(),
                vital.panel() == Vital.Panel.MEMORY ? vital.panel().unit() : "",
                vital.shown(trend.first()),
                vital.shown(trend.last()),
                String.format(Locale.ROOT, "%+,.2f", trend.perMinute()),
                growth);
    }

    /** Trends by vital, and all samples. */
    Map<String, Object> toMap() {
        Map<String, Object> trends = new LinkedHashMap<>();
        for (Vital vital : Vital.values()) {
            Trend.of(samples, vital).ifPresent(trend -> trends.put(vital.key(), toMap(trend)));
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("trends", trends);
        map.put("samples", samples.stream().map(Soak::toMap).toList());
        return map;
    }

    private static Map<String, Object> toMap(Trend trend) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("firstQuarter", trend.first());
        map.put("secondQuarter", trend.second());
        map.put("lastQuarter", trend.last());
        map.put("perMinute", trend.perMinute());
        trend.growthPercent().ifPresent(percent -> map.put("growthPercent", percent));
        return map;
    }

    private static Map<String, Object> toMap(Sample sample) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("seconds", sample.seconds());
        for (Vital vital : Vital.values()) {
            Optional.ofNullable(sample.values().get(vital)).ifPresent(value -> map.put(vital.key(), value));
        }
        return map;
    }

    /**
     * A drawing per panel, by the name of the panel.
     *
     * @param title begins each title
     */
    Map<String, String> drawings(String title) {
        Map<String, String> drawings = new LinkedHashMap<>();
        for (Vital.Panel panel : Vital.Panel.values()) {
            List<TimeChart.Curve> curves = new ArrayList<>();
            for (Vital vital : Vital.values()) {
                List<double[]> points = Trend.points(samples, vital);
                if (vital.panel() == panel && !points.isEmpty()) curves.add(new TimeChart.Curve(vital.title(), points));
            }
            if (curves.isEmpty()) continue;
            drawings.put(panel.label(), TimeChart.draw(title + ": " + panel.label(), panel.unit(), curves));
        }
        return drawings;
    }
}
