package posthaste.bench.report;

import java.util.Locale;

/**
 * An SVG 1.1 drawing under construction: lines, text and boxes in pixels from the upper left, on white, so that it reads
 * the same in a browser and in a document.
 */
final class Svg {
    /** Apart from each other for the colour-blind, too (after Okabe and Ito). */
    private static final String[] COLOURS = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"};

    private final StringBuilder text = new StringBuilder();

    /** Where text stands relative to its point. */
    enum Anchor {
        START,
        MIDDLE,
        END
    }

    Svg(int width, int height, String title) {
        text.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
                .append(format(
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
                                + "font-family=\"sans-serif\" font-size=\"12\">\n",
                        width, height, width, height))
                .append("<title>")
                .append(escaped(title))
                .append("</title>\n")
                .append(format("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>\n", width, height));
        text(width / 2.0, 22, Anchor.MIDDLE, 15, title);
    }

    static String colour(int series) {
        return COLOURS[series % COLOURS.length];
    }

    Svg text(double x, double y, Anchor anchor, int size, String what) {
        text.append(format(
                        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\">",
                        x, y, anchor.name().toLowerCase(Locale.ROOT), size))
                .append(escaped(what))
                .append("</text>\n");
        return this;
    }

    /** Text that reads from bottom to top: the title of an upright axis. */
    Svg upright(double x, double y, String what) {
        text.append(format(
                        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" transform=\"rotate(-90 %.1f %.1f)\">",
                        x, y, x, y))
                .append(escaped(what))
                .append("</text>\n");
        return this;
    }

    Svg line(double x1, double y1, double x2, double y2, String colour) {
        text.append(format(
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>\n", x1, y1, x2, y2, colour));
        return this;
    }

    Svg box(double x, double y, double width, double height, String colour) {
        text.append(format(
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n",
                x, y, width, height, colour));
        return this;
    }

    /** @param points pairs of x and y */
    Svg curve(double[][] points, String colour, boolean dashed) {
        text.append("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"")
                .append(colour)
                .append('"');
        if (dashed) text.append(" stroke-dasharray=\"6 4\"");
        text.append(" points=\"");
        for (double[] point : points) text.append(format("%.1f,%.1f ", point[0], point[1]));
        text.append("\"/>\n");
        return this;
    }

    @Override
    public String toString() {
        return text + "</svg>\n";
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }

    /** What XML 1.0 has no form for becomes a question mark. */
    private static String escaped(String raw) {
        StringBuilder safe = new StringBuilder();
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '&') safe.append("&amp;");
            else if (c == '<') safe.append("&lt;");
            else if (c == '>') safe.append("&gt;");
            else if (c < ' ' || c > '\ud7ff') safe.append('?');
            else safe.append(c);
        }
        return safe.toString();
    }
}
