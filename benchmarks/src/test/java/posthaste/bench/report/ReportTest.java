package posthaste.bench.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class ReportTest {

    @Test
    void aBarChartIsWellFormedAndSaysEveryFigure() throws Exception {
        Document chart = parsed(BarChart.draw(
                "Rates <&> more\u0001",
                "messages per second",
                List.of("ours", "theirs"),
                List.of(
                        new BarChart.Group("reuse", List.of(21_975.0, 971.4)),
                        new BarChart.Group("100k", List.of(3_063.0, Double.NaN)))));

        assertThat(texts(chart, "title")).containsExactly("Rates <&> more?");
        assertThat(texts(chart, "text"))
                .contains("ours", "theirs", "reuse", "100k", "21,975", "971", "3,063", "messages per second");
    }

    @Test
    void aHigherRateIsAHigherBar() throws Exception {
        Document chart = parsed(BarChart.draw(
                "t", "u", List.of("a"), List.of(group("one", 100), group("two", 1_000), group("three", 10_000))));

        List<Double> heights = attributes(chart, "rect", "height").stream()
                .skip(2) // the background and the key
                .map(Double::valueOf)
                .toList();

        assertThat(heights).hasSize(3).isSorted();
        assertThat(heights.get(2) - heights.get(1)).isCloseTo(heights.get(1) - heights.get(0), within());
    }

    private static Offset<Double> within() {
        return Offset.offset(0.2);
    }

    private static BarChart.Group group(String name, double value) {
        return new BarChart.Group(name, List.of(value));
    }

    @Test
    void aPercentileChartIsWellFormedAndItsCurvesRise() throws Exception {
        List<double[]> points =
                List.of(new double[] {0, 0.2}, new double[] {90, 2}, new double[] {99.9, 20}, new double[] {100, 40});
        Document chart = parsed(PercentileChart.draw(
                "Latency", List.of(new PercentileChart.Curve("ours: client to 250", points, 0, true))));

        assertThat(texts(chart, "text")).contains("ours: client to 250", "99.9 %", "milliseconds");
        String[] pixels = attributes(chart, "polyline", "points").get(0).trim().split(" ", -1);
        assertThat(pixels).hasSize(4);
        List<Double> across =
                List.of(pixels).stream().map(each -> coordinate(each, 0)).toList();
        List<Double> down =
                List.of(pixels).stream().map(each -> -coordinate(each, 1)).toList();
        assertThat(across).isSorted();
        assertThat(down).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aTimeChartBeginsAtZeroAndKeepsProportions() throws Exception {
        List<double[]> points = List.of(new double[] {0, 100}, new double[] {60, 200}, new double[] {120, 300});
        Document chart = parsed(TimeChart.draw("Memory", "MiB", List.of(new TimeChart.Curve("RSS <b>", points))));

        assertThat(texts(chart, "text")).contains("RSS <b>", "MiB", "seconds", "0", "120", "300");
        String[] pixels = attributes(chart, "polyline", "points").get(0).trim().split(" ", -1);
        double base = Double.parseDouble(attributes(chart, "line", "y1").get(0)); // the grid line of 0
        double first = base - coordinate(pixels[0], 1);
        assertThat(base - coordinate(pixels[1], 1)).isCloseTo(2 * first, within());
        assertThat(base - coordinate(pixels[2], 1)).isCloseTo(3 * first, within());
        assertThat(coordinate(pixels[1], 0) - coordinate(pixels[0], 0))
                .isCloseTo(coordinate(pixels[2], 0) - coordinate(pixels[1], 0), within());
    }

    @Test
    void aTimeChartHasRoomForManyCurvesAndTellsThemApart() throws Exception {
        List<TimeChart.Curve> curves = IntStream.range(0, 10)
                .mapToObj(i -> new TimeChart.Curve("curve " + i, List.of(new double[] {0, i}, new double[] {1, i})))
                .toList();

        Document chart = parsed(TimeChart.draw("t", "u", curves));

        NodeList lines = chart.getElementsByTagName("polyline");
        List<String> styles = IntStream.range(0, lines.getLength())
                .filter(i -> i % 2 == 0) // each is followed by its sample in the key
                .mapToObj(i -> (Element) lines.item(i))
                .map(line -> line.getAttribute("stroke") + line.getAttribute("stroke-dasharray"))
                .toList();
        assertThat(styles).hasSize(10).doesNotHaveDuplicates();
    }

    @Test
    void aChartOfNothingIsWellFormed() throws Exception {
        parsed(BarChart.draw("t", "u", List.of("a"), List.of()));
        parsed(PercentileChart.draw("t", List.of()));
        parsed(TimeChart.draw("t", "u", List.of()));
        parsed(TimeChart.draw("t", "u", List.of(new TimeChart.Curve("zero", List.of(new double[] {0, 0})))));
    }

    private static double coordinate(String pair, int index) {
        return Double.parseDouble(pair.split(",", -1)[index]);
    }

    private static Document parsed(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(UTF_8)));
    }

    private static List<String> texts(Document document, String element) {
        NodeList nodes = document.getElementsByTagName(element);
        return IntStream.range(0, nodes.getLength())
                .mapToObj(i -> nodes.item(i).getTextContent())
                .toList();
    }

    private static List<String> attributes(Document document, String element, String attribute) {
        NodeList nodes = document.getElementsByTagName(element);
        return IntStream.range(0, nodes.getLength())
                .mapToObj(i -> ((Element) nodes.item(i)).getAttribute(attribute))
                .toList();
    }

    @Test
    void jsonKeepsOrderEscapesAndNesting() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("b", List.of(1, 2.5, 3.0));
        map.put("a\"\\\n", Map.of("deep", List.of(List.of(true))));
        map.put("none", Map.of());

        assertThat(Json.of(map)).isEqualTo("""
                        {
                          "b": [1, 2.5, 3],
                          "a\\"\\\\\\u000a": {
                            "deep": [
                              [true]
                            ]
                          },
                          "none": {}
                        }
                        """);
    }

    @Test
    void whatJsonHasNoFormForIsRefused() {
        assertThatThrownBy(() -> Json.of(List.of(Double.NaN))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aTableIsAligned() {
        String table = new TextTable("", "ours", "theirs")
                .row(List.of("rate", "21,975", "1"))
                .row(List.of("longer name", "2", "12,345"))
                .toString();

        assertThat(table).isEqualTo("""
                                ours   theirs
                rate          21,975        1
                longer name        2   12,345
                """);
    }
}
