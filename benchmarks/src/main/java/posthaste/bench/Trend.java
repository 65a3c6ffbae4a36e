package posthaste.bench;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoublePredicate;

/**
 * Where one vital went during a soak. The first quarter of the time belongs to the JVM, which compiles and sizes its
 * heap; what grows behind it grows with the load. Medians, because a collection or a flush makes single samples jump.
 *
 * @param first median of the first quarter of the time
 * @param second median of the second quarter
 * @param last median of the last quarter
 * @param perMinute slope of the straight line through the samples from the second quarter on (least squares)
 */
record Trend(double first, double second, double last, double perMinute) {
    private static final int QUARTERS = 4;
    private static final double SECONDS_PER_MINUTE = 60;
    private static final double PERCENT = 100;

    /** Empty where a quarter is without a sample: too short a run, or a vital that cannot be told. */
    static Optional<Trend> of(List<Sample> samples, Vital vital) {
        List<double[]> points = points(samples, vital);
        if (points.isEmpty()) return Optional.empty();
        double begin = points.get(0)[0];
        double quarter = (points.get(points.size() - 1)[0] - begin) / QUARTERS;
        OptionalDouble first = median(points, seconds -> seconds < begin + quarter);
        OptionalDouble second = median(points, seconds -> seconds >= begin + quarter && seconds < begin + 2 * quarter);
        OptionalDouble last = median(points, seconds -> seconds >= begin + (QUARTERS - 1) * quarter);
        if (first.isEmpty() || second.isEmpty() || last.isEmpty()) return Optional.empty();
        List<double[]> behindFirst =
                points.stream().filter(point -> point[0] >= begin + quarter).toList();
        return Optional.of(new Trend(
                first.getAsDouble(),
                second.getAsDouble(),
                last.getAsDouble(),
                slope(behindFirst) * SECONDS_PER_MINUTE));
    }

    /** Pairs of seconds and value, in the order of time. */
    static List<double[]> points(List<Sample> samples, Vital vital) {
        return samples.stream()
                .flatMap(sample ->
                        Optional.ofNullable(sample.values().get(vital))
                                .map(value -> new double[] {sample.seconds(), value})
                                .stream())
                .toList();
    }

    private static OptionalDouble median(List<double[]> points, DoublePredicate time) {
        return Series.Spread.of(
                        points.stream().filter(point -> time.test(point[0])).mapToDouble(point -> point[1]))
                .map(spread -> OptionalDouble.of(spread.median()))
                .orElse(OptionalDouble.empty());
    }

    private static double slope(List<double[]> points) {
        double meanTime =
                points.stream().mapToDouble(point -> point[0]).average().orElse(0);
        double meanValue =
                points.stream().mapToDouble(point -> point[1]).average().orElse(0);
        double product = 0;
        double square = 0;
        for (double[] point : points) {
            product += (point[0] - meanTime) * (point[1] - meanValue);
            square += (point[0] - meanTime) * (point[0] - meanTime);
        }
        return square == 0 ? 0 : product / square;
    }

    /** From the second to the last quarter, in percent; empty where the second is 0. */
    OptionalDouble growthPercent() {
        return second == 0 ? OptionalDouble.empty() : OptionalDouble.of((last / second - 1) * PERCENT);
    }
}
