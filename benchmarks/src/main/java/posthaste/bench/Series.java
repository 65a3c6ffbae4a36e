package posthaste.bench;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;

/**
 * The runs of one scenario with one contender.
 *
 * @param runs at least one
 */
record Series(Scenario scenario, Contender.Kind contender, List<RunResult> runs) {

    Series {
        if (runs.isEmpty()) throw new IllegalArgumentException("a series has at least one run");
        runs = List.copyOf(runs);
    }

    /**
     * A figure over all runs.
     *
     * @param median the middle one; of an even number the mean of the two in the middle
     */
    record Spread(double median, double least, double most) {

        /** Empty for no values. */
        static Optional<Spread> of(DoubleStream some) {
            double[] values = some.sorted().toArray();
            if (values.length == 0) return Optional.empty();
            double median = (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
            return Optional.of(new Spread(median, values[0], values[values.length - 1]));
        }
    }

    /** Empty where no run can tell. */
    Optional<Spread> spread(Figure figure) {
        return Spread.of(runs.stream().flatMapToDouble(figure::each));
    }

    /** The run whose delivered rate is in the middle: its latency curves stand for the series. */
    RunResult middleRun() {
        List<RunResult> sorted = runs.stream()
                .sorted(Comparator.comparingDouble(
                        run -> run.deliveredPerSecond().orElse(0)))
                .toList();
        return sorted.get((sorted.size() - 1) / 2);
    }
}
