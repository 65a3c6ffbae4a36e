package posthaste.bench.report;

import java.util.Locale;

/**
 * A logarithmic axis over whole powers of ten.
 *
 * @param low value at {@code lowPixel}
 * @param high value at {@code highPixel}
 */
record LogScale(double low, double high, double lowPixel, double highPixel) {
    private static final String GRID = "#dddddd";

    /** The powers of ten around {@code min} and {@code max}; a value of zero or less counts as the least. */
    static LogScale around(double min, double max, double lowPixel, double highPixel) {
        double least = Math.max(min, 1e-3);
        double low = Math.pow(10, Math.floor(Math.log10(least)));
        double high = Math.pow(10, Math.ceil(Math.log10(Math.max(max, least * 1.01))));
        return new LogScale(low, Math.max(high, low * 10), lowPixel, highPixel);
    }

    /** The pixel of {@code value}, which is moved into the range. */
    double at(double value) {
        double inside = Math.min(high, Math.max(low, value));
        double share = Math.log10(inside / low) / Math.log10(high / low);
        return lowPixel + share * (highPixel - lowPixel);
    }

    /** Grid lines and figures from {@code left} to {@code right}, and the title of the axis. */
    void drawUpright(Svg svg, double left, double right, String title) {
        for (double value = low; value <= high * 1.001; value *= 10) {
            svg.line(left, at(value), right, at(value), GRID)
                    .text(left - 8, at(value) + 4, Svg.Anchor.END, 12, shown(value));
        }
        svg.line(left, lowPixel, left, highPixel, "black")
                .line(left, lowPixel, right, lowPixel, "black")
                .upright(16, (lowPixel + highPixel) / 2, title);
    }

    private static String shown(double value) {
        return value >= 1 ? String.format(Locale.ROOT, "%,.0f", value) : String.format(Locale.ROOT, "%.3g", value);
    }
}
