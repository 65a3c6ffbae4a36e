package posthaste.bench.report;

import java.util.List;

/**
 * Latency over percentile, both axes logarithmic: the axis across shows 90, 99, 99.9 % at equal distances, because it is
 * the rare slow answer that one looks for. A flat curve is a steady relay; a curve that rises is a tail.
 */
public final class PercentileChart {
    private static final int WIDTH = 780;
    private static final int HEIGHT = 440;
    private static final int LEFT = 80;
    private static final int RIGHT = 740;
    private static final int TOP = 96;
    private static final int BOTTOM = 380;
    private static final int LEGEND_PER_ROW = 3;
    private static final double[] MARKS = {0, 50, 90, 99, 99.9, 99.99};

    private PercentileChart() {}

    /**
     * A curve.
     *
     * @param points percentile (0 to below 100) and milliseconds, in rising order
     * @param dashed to tell two kinds of curve apart
     */
    public record Curve(String name, List<double[]> points, int colour, boolean dashed) {}

    public static String draw(String title, List<Curve> curves) {
        Svg svg = new Svg(WIDTH, HEIGHT, title);
        LogScale milliseconds = LogScale.around(extreme(curves, false), extreme(curves, true), BOTTOM, TOP);
        milliseconds.drawUpright(svg, LEFT, RIGHT, "milliseconds");
        for (double mark : MARKS) {
            svg.line(across(mark), BOTTOM, across(mark), TOP, "#dddddd")
                    .text(across(mark), BOTTOM + 18, Svg.Anchor.MIDDLE, 12, percent(mark));
        }
        svg.text((LEFT + RIGHT) / 2.0, BOTTOM + 44, Svg.Anchor.MIDDLE, 12, "percentile of messages");
        for (int i = 0; i < curves.size(); i++) draw(svg, milliseconds, curves.get(i), i);
        return svg.toString();
    }

    private static void draw(Svg svg, LogScale milliseconds, Curve curve, int index) {
        double[][] pixels = curve.points().stream()
                .map(point -> new double[] {across(point[0]), milliseconds.at(point[1])})
                .toArray(double[][]::new);
        double x = LEFT + (index % LEGEND_PER_ROW) * 220.0;
        int row = index / LEGEND_PER_ROW;
        double y = 44 + row * 18.0;
        double[][] sample = {{x, y}, {x + 26, y}};
        svg.curve(pixels, Svg.colour(curve.colour()), curve.dashed())
                .curve(sample, Svg.colour(curve.colour()), curve.dashed())
                .text(x + 32, y + 4, Svg.Anchor.START, 12, curve.name());
    }

    private static double extreme(List<Curve> curves, boolean most) {
        var values = curves.stream()
                .flatMap(curve -> curve.points().stream())
                .mapToDouble(point -> point[1])
                .filter(value -> value > 0);
        return most ? values.max().orElse(10) : values.min().orElse(1);
    }

    /** Four decades of 1 / (1 - p). */
    private static double across(double percentile) {
        double decades = Math.min(4, -Math.log10(Math.max(1e-4, 1 - percentile / 100)));
        return LEFT + decades / 4 * (RIGHT - LEFT);
    }

    private static String percent(double mark) {
        return mark == Math.rint(mark) ? (int) mark + " %" : mark + " %";
    }
}
