package posthaste.bench.report;

import java.util.List;
import java.util.Locale;

/**
 * Groups of bars on a logarithmic scale, each bar with its figure above it: rates that differ twentyfold stay readable
 * side by side. Lengths on such a scale are no proportions, which is why every figure is written out.
 */
public final class BarChart {
    private static final int HEIGHT = 420;
    private static final int LEFT = 80;
    private static final int TOP = 70;
    private static final int BOTTOM = 60;
    private static final int GROUP_WIDTH_MIN = 110;
    private static final int BAR_WIDTH = 56;

    private BarChart() {}

    /**
     * One group.
     *
     * @param values one per series; NaN where there is none
     */
    public record Group(String name, List<Double> values) {}

    /**
     * @param unit title of the upright axis
     * @param series names of the bars in each group
     */
    public static String draw(String title, String unit, List<String> series, List<Group> groups) {
        int groupWidth = Math.max(GROUP_WIDTH_MIN, series.size() * BAR_WIDTH + 24);
        int width = LEFT + groupWidth * Math.max(2, groups.size()) + 20;
        double top = groups.stream()
                .flatMap(group -> group.values().stream())
                .filter(Double::isFinite)
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(10);
        double bottom = groups.stream()
                .flatMap(group -> group.values().stream())
                .filter(value -> value > 0)
                .mapToDouble(Double::doubleValue)
                .min()
                .orElse(1);
        LogScale scale = LogScale.around(bottom / 2, top, HEIGHT - BOTTOM, TOP);
        Svg svg = new Svg(width, HEIGHT, title);
        scale.drawUpright(svg, LEFT, width - 20, unit);
        for (int s = 0; s < series.size(); s++) {
            svg.box(LEFT + s * 130.0, 36, 12, 12, Svg.colour(s))
                    .text(LEFT + 18 + s * 130.0, 47, Svg.Anchor.START, 12, series.get(s));
        }
        for (int g = 0; g < groups.size(); g++) {
            double middle = LEFT + (g + 0.5) * groupWidth;
            svg.text(
                    middle,
                    HEIGHT - BOTTOM + 20,
                    Svg.Anchor.MIDDLE,
                    12,
                    groups.get(g).name());
            double x = middle - series.size() * BAR_WIDTH / 2.0;
            for (int s = 0; s < series.size(); s++, x += BAR_WIDTH) {
                double value = groups.get(g).values().get(s);
                if (!(value > 0)) continue;
                double y = scale.at(value);
                svg.box(x + 4, y, BAR_WIDTH - 8.0, HEIGHT - BOTTOM - y, Svg.colour(s))
                        .text(x + BAR_WIDTH / 2.0, y - 4, Svg.Anchor.MIDDLE, 11, shown(value));
            }
        }
        return svg.toString();
    }

    private static String shown(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.1f" : "%,.0f", value);
    }
}
