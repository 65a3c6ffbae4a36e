package posthaste.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import posthaste.bench.report.BarChart;
import posthaste.bench.report.Json;
import posthaste.bench.report.PercentileChart;
import posthaste.bench.report.TextTable;

/**
 * All series of one call of the harness, in the order in which they were measured, as text, JSON and drawings.
 *
 * @param machine where they were measured
 * @param series one per scenario and contender
 */
record Results(Machine machine, List<Series> series) {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double[] CURVE = {
        0, 10, 20, 30, 40, 50, 60, 70, 80, 85, 90, 92.5, 95, 97, 98, 99, 99.5, 99.8, 99.9, 99.95, 99.99
    };

    /** Whether every message of every run arrived once and intact. */
    boolean areExact() {
        return series.stream().flatMap(each -> each.runs().stream()).allMatch(RunResult::isExact);
    }

    /** One table: a row per figure, a column per contender, and the ratio of the first to the second. */
    String table(Scenario scenario) {
        List<Series> columns = of(scenario);
        boolean ratio = columns.size() > 1;
        List<String> heads = new ArrayList<>(List.of(""));
        columns.forEach(column -> heads.add(column.contender().label()));
        if (ratio) heads.add("to " + columns.get(1).contender().label());
        TextTable table = new TextTable(heads.toArray(String[]::new));
        for (Figure figure : Figure.values()) {
            var spreads = columns.stream().map(column -> column.spread(figure)).toList();
            if (spreads.stream().allMatch(Optional::isEmpty)) continue;
            List<String> row = new ArrayList<>(List.of(figure.title()));
            spreads.forEach(
                    spread -> row.add(spread.map(some -> shown(figure, some)).orElse("unknown")));
            if (ratio) row.add(ratio(spreads.get(0), spreads.get(1)));
            table.row(row);
        }
        return scenario.name() + ": " + scenario.description() + "; median of "
                + columns.get(0).runs().size() + " run(s) [least-most]\n" + table + failures(columns);
    }

    /** One line per scenario: what a glance is for. Beside the rates, how this relay stands to what else was measured. */
    String overview() {
        List<Contender.Kind> kinds = contenders();
        boolean toPostfix = kinds.containsAll(List.of(Contender.Kind.POSTHASTE, Contender.Kind.POSTFIX));
        boolean ofCeiling = kinds.containsAll(List.of(Contender.Kind.POSTHASTE, Contender.Kind.DIRECT));
        List<String> heads = new ArrayList<>(List.of("delivered msg/s"));
        kinds.forEach(kind -> heads.add(kind.label()));
        if (toPostfix) heads.add("to postfix");
        if (ofCeiling) heads.add("of direct");
        TextTable table = new TextTable(heads.toArray(String[]::new));
        for (Scenario scenario : scenarios()) {
            List<String> row = new ArrayList<>(List.of(scenario.name()));
            for (Contender.Kind kind : kinds) {
                row.add(delivered(scenario, kind)
                        .map(spread -> shown(Figure.DELIVERED_RATE, spread))
                        .orElse(""));
            }
            Optional<Series.Spread> ours = delivered(scenario, Contender.Kind.POSTHASTE);
            if (toPostfix) row.add(ratio(ours, delivered(scenario, Contender.Kind.POSTFIX)));
            if (ofCeiling) row.add(share(ours, delivered(scenario, Contender.Kind.DIRECT)));
            table.row(row);
        }
        return table.toString();
    }

    private static String share(Optional<Series.Spread> part, Optional<Series.Spread> whole) {
        if (part.isEmpty() || whole.isEmpty() || whole.get().median() == 0) return "";
        return String.format(
                Locale.ROOT, "%.0f %%", part.get().median() / whole.get().median() * 100);
    }

    private static String shown(Figure figure, Series.Spread spread) {
        String median = figure.shown(spread.median());
        if (spread.least() == spread.most()) return median;
        return median + " [" + figure.shown(spread.least()) + "-" + figure.shown(spread.most()) + "]";
    }

    private static String ratio(Optional<Series.Spread> first, Optional<Series.Spread> second) {
        if (first.isEmpty() || second.isEmpty() || second.get().median() == 0) return "";
        return String.format(
                Locale.ROOT, "%.3g", first.get().median() / second.get().median());
    }

    private static String failures(List<Series> columns) {
        StringBuilder text = new StringBuilder();
        for (Series column : columns) {
            for (RunResult run : column.runs()) {
                run.firstFailure()
                        .ifPresent(why -> text.append(column.contender().label())
                                .append(": first failure: ")
                                .append(why)
                                .append('\n'));
            }
        }
        return text.toString();
    }

    private List<Series> of(Scenario scenario) {
        return series.stream().filter(each -> each.scenario().equals(scenario)).toList();
    }

    private List<Scenario> scenarios() {
        return series.stream().map(Series::scenario).distinct().toList();
    }

    private List<Contender.Kind> contenders() {
        return series.stream().map(Series::contender).distinct().toList();
    }

    private Optional<Series.Spread> delivered(Scenario scenario, Contender.Kind kind) {
        return of(scenario).stream()
                .filter(each -> each.contender() == kind)
                .findFirst()
                .flatMap(each -> each.spread(Figure.DELIVERED_RATE));
    }

    /** @param settings how the harness was called */
    String json(Map<String, Object> settings) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("machine", machine.toMap());
        all.put("settings", settings);
        all.put("series", series.stream().map(Results::toMap).toList());
        return Json.of(all);
    }

    private static Map<String, Object> toMap(Series each) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("scenario", each.scenario().toMap());
        map.put("contender", each.contender().label());
        map.put("program", each.runs().get(0).program());
        map.put("syncsAre", each.runs().get(0).syncs().isPresent() ? "counted" : "by design or unknown");
        Map<String, Object> medians = new LinkedHashMap<>();
        for (Figure figure : Figure.values()) {
            each.spread(figure).ifPresent(spread -> medians.put(figure.key(), spread.median()));
        }
        map.put("median", medians);
        map.put("runs", each.runs().stream().map(Results::toMap).toList());
        return map;
    }

    private static Map<String, Object> toMap(RunResult run) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (Figure figure : Figure.values()) {
            figure.of(run).ifPresent(value -> map.put(figure.key(), value));
        }
        run.firstFailure().ifPresent(why -> map.put("firstFailure", why));
        if (!run.restarts().isEmpty()) {
            map.put("restarts", run.restarts().stream().map(Results::toMap).toList());
        }
        if (!run.soak().samples().isEmpty()) map.put("soak", run.soak().toMap());
        map.put("acceptCurve", curve(run.account().accept()));
        map.put("toSinkCurve", curve(run.account().toSink()));
        map.put("endToEndCurve", curve(run.account().endToEnd()));
        return map;
    }

    private static Map<String, Object> toMap(Restart restart) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("endMillis", restart.endMillis());
        map.put("greetedMillis", restart.greetedMillis());
        map.put("acceptedMillis", restart.acceptedMillis());
        map.put("deliveredMillis", restart.deliveredMillis());
        return map;
    }

    /** Pairs of percentile and milliseconds. */
    private static List<List<Double>> curve(Histogram nanos) {
        return points(nanos).stream().map(point -> List.of(point[0], point[1])).toList();
    }

    private static List<double[]> points(Histogram nanos) {
        List<double[]> points = new ArrayList<>();
        if (nanos.getTotalCount() == 0) return points;
        for (double percentile : CURVE) {
            points.add(new double[] {percentile, nanos.getValueAtPercentile(percentile) / NANOS_PER_MILLI});
        }
        return points;
    }

    /** Drawings by file name: rates of all scenarios, latencies of each, and what was held in each run of a soak. */
    Map<String, String> drawings() {
        Map<String, String> drawings = new LinkedHashMap<>();
        List<Contender.Kind> kinds = contenders();
        List<BarChart.Group> groups = scenarios().stream()
                .map(scenario -> new BarChart.Group(
                        scenario.name(),
                        kinds.stream()
                                .map(kind -> delivered(scenario, kind)
                                        .map(Series.Spread::median)
                                        .orElse(Double.NaN))
                                .toList()))
                .toList();
        drawings.put(
                "rates.svg",
                BarChart.draw(
                        "Messages delivered per second",
                        "messages per second (logarithmic)",
                        kinds.stream().map(Contender.Kind::label).toList(),
                        groups));
        for (Scenario scenario : scenarios()) {
            drawings.put(
                    "latency-" + scenario.name() + ".svg",
                    PercentileChart.draw("Latency, " + scenario.name(), curves(of(scenario))));
        }
        for (Series each : series) {
            for (int run = 0; run < each.runs().size(); run++) {
                String name = each.scenario().name() + "-" + each.contender().label() + "-" + (run + 1);
                each.runs()
                        .get(run)
                        .soak()
                        .drawings(name)
                        .forEach((panel, drawing) -> drawings.put("soak-" + name + "-" + panel + ".svg", drawing));
            }
        }
        return drawings;
    }

    private static List<PercentileChart.Curve> curves(List<Series> columns) {
        List<PercentileChart.Curve> curves = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            String label = columns.get(i).contender().label();
            RunResult run = columns.get(i).middleRun();
            curves.add(new PercentileChart.Curve(
                    label + ": client to 250", points(run.account().accept()), i, false));
            curves.add(new PercentileChart.Curve(
                    label + ": client to sink", points(run.account().endToEnd()), i, true));
        }
        return curves;
    }
}
