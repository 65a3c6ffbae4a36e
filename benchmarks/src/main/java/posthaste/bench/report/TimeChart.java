package posthaste.bench.report;

import java.util.List;
import java.util.Locale;

/**
 * Curves over time. The upright axis is linear and begins at 0: whether something grows is to be seen in proportion to
 * what it is.
 */
public final class TimeChart {
    private static final int WIDTH = 780;
    private static final int LEFT = 80;
    private static final int RIGHT = 740;
    private static final int PLOT_HEIGHT = 300;
    private static final int LEGEND_TOP = 44;
    private static final int LEGEND_ROW = 18;
    private static final int LEGEND_PER_ROW = 3;
    private static final int BELOW = 60;
    private static final int COLOURS = 6;
    private static final int STEPS_MAX = 6;
    private static final String GRID = "#dddddd";

    private TimeChart() {}

    /**
     * A curve.
     *
     * @param points seconds from 0 on and value, none below 0, in the order of time
     */
    public record Curve(String name, List<double[]> points) {}

    /** @param unit title of the upright axis */
    public static String draw(String title, String unit, List<Curve> curves) {
        int legendRows = (curves.size() + LEGEND_PER_ROW - 1) / LEGEND_PER_ROW;
        int top = LEGEND_TOP + legendRows * LEGEND_ROW + 10;
        int bottom = top + PLOT_HEIGHT;
        Svg svg = new Svg(WIDTH, bottom + BELOW, title);
        Axis time = Axis.upTo(most(curves, 0), LEFT, RIGHT);
        Axis values = Axis.upTo(most(curves, 1), bottom, top);
        for (double value = 0; value <= values.end() * 1.001; value += values.step()) {
            svg.line(LEFT, values.at(value), RIGHT, values.at(value), GRID)
                    .text(LEFT - 8, values.at(value) + 4, Svg.Anchor.END, 12, shown(value));
        }
        for (double second = 0; second <= time.end() * 1.001; second += time.step()) {
            svg.line(time.at(second), bottom, time.at(second), top, GRID)
                    .text(time.at(second), bottom + 18, Svg.Anchor.MIDDLE, 12, shown(second));
        }
        svg.line(LEFT, bottom, LEFT, top, "black")
                .line(LEFT, bottom, RIGHT, bottom, "black")
                .upright(16, (top + bottom) / 2.0, unit)
                .text((LEFT + RIGHT) / 2.0, bottom + 44, Svg.Anchor.MIDDLE, 12, "seconds");
        for (int i = 0; i < curves.size(); i++) draw(svg, time, values, curves.get(i), i);
        return svg.toString();
    }

    private static void draw(Svg svg, Axis time, Axis values, Curve curve, int index) {
        double[][] pixels = curve.points().stream()
                .map(point -> new double[] {time.at(point[0]), values.at(point[1])})
                .toArray(double[][]::new);
        int row = index / LEGEND_PER_ROW;
        double x = LEFT + (index % LEGEND_PER_ROW) * 220.0;
        double y = LEGEND_TOP + row * (double) LEGEND_ROW;
        double[][] sample = {{x, y}, {x + 26, y}};
        boolean dashed = index >= COLOURS; // the colours come a second time
        svg.curve(pixels, Svg.colour(index), dashed)
                .curve(sample, Svg.colour(index), dashed)
                .text(x + 32, y + 4, Svg.Anchor.START, 12, curve.name());
    }

    private static double most(List<Curve> curves, int coordinate) {
        return curves.stream()
                .flatMap(curve -> curve.points().stream())
                .mapToDouble(point -> point[coordinate])
                .max()
                .orElse(1);
    }

    /** From 0 to {@code end} in steps of 1, 2 or 5 times a power of ten. */
    private record Axis(double end, double step, double startPixel, double endPixel) {

        static Axis upTo(double most, double startPixel, double endPixel) {
            double rough = Math.max(most, 1e-3) / STEPS_MAX;
            double power = Math.pow(10, Math.floor(Math.log10(rough)));
            double step = power * 10;
            for (double factor : new double[] {5, 2, 1}) {
                if (factor * power >= rough) step = factor * power;
            }
            return new Axis(Math.ceil(Math.max(most, 1e-3) / step) * step, step, startPixel, endPixel);
        }

        double at(double value) {
            return startPixel + value / end * (endPixel - startPixel);
        }
    }

    private static String shown(double value) {
        return String.format(Locale.ROOT, value == Math.rint(value) ? "%,.0f" : "%.3g", value);
    }
}
