package posthaste.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLConnection;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/**
 * What {@code /metrics} of the relay says at one moment, in the text form of Prometheus.
 *
 * @param lines comments included
 */
record MetricsPage(List<String> lines) {
    /** Of a relay that cannot be asked: it tells nothing. */
    static final MetricsPage EMPTY = new MetricsPage(List.of());

    private static final int TIMEOUT_MILLIS = 5_000;

    /** Asks the relay whose admin address is {@code admin}; {@link #EMPTY} where it does not answer. */
    static MetricsPage of(InetSocketAddress admin) {
        try {
            URLConnection connection = URI.create("http://127.0.0.1:" + admin.getPort() + "/metrics")
                    .toURL()
                    .openConnection();
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            try (var text = new BufferedReader(new InputStreamReader(connection.getInputStream(), UTF_8))) {
                return new MetricsPage(text.lines().toList());
            }
        } catch (IOException unreadable) {
            return EMPTY;
        }
    }

    /** The value of a metric, its label sets added up; empty where it is not exported. */
    OptionalDouble sum(String name) {
        return sum(name, labels -> true);
    }

    /**
     * The same over some label sets.
     *
     * @param labels tests the text between the braces, such as {@code area="heap",id="G1 Old Gen"}
     */
    OptionalDouble sum(String name, Predicate<String> labels) {
        double sum = 0;
        boolean found = false;
        for (String line : lines) {
            if (!line.startsWith(name + " ") && !line.startsWith(name + "{")) continue;
            int end = line.lastIndexOf('}');
            if (!labels.test(end < 0 ? "" : line.substring(name.length() + 1, end))) continue;
            sum += value(line.substring(end < 0 ? name.length() : end + 1).trim());
            found = true;
        }
        // NaN: a gauge that could not be read at this moment.
        return found && Double.isFinite(sum) ? OptionalDouble.of(sum) : OptionalDouble.empty();
    }

    private static double value(String valueAndTime) {
        int time = valueAndTime.indexOf(' ');
        return Double.parseDouble(time < 0 ? valueAndTime : valueAndTime.substring(0, time));
    }
}
