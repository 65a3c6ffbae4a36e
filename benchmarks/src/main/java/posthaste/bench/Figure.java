package posthaste.bench;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.HdrHistogram.Histogram;

/** Every figure of a run: what it is called, its unit, and where it comes from. What they mean: docs/benchmarks.md. */
enum Figure {
    ACCEPTED_RATE("acceptedPerSecond", "accepted", "msg/s", 0, RunResult::acceptedPerSecond),
    DELIVERED_RATE("deliveredPerSecond", "delivered", "msg/s", 0, RunResult::deliveredPerSecond),
    ACCEPT_P50(
            "acceptP50Millis",
            "accept p50",
            "ms",
            2,
            run -> millis(run.account().accept(), 50)),
    ACCEPT_P90(
            "acceptP90Millis",
            "accept p90",
            "ms",
            2,
            run -> millis(run.account().accept(), 90)),
    ACCEPT_P99(
            "acceptP99Millis",
            "accept p99",
            "ms",
            2,
            run -> millis(run.account().accept(), 99)),
    ACCEPT_P999(
            "acceptP999Millis",
            "accept p99.9",
            "ms",
            2,
            run -> millis(run.account().accept(), 99.9)),
    ACCEPT_MAX(
            "acceptMaxMillis",
            "accept max",
            "ms",
            2,
            run -> millis(run.account().accept(), 100)),
    TO_SINK_P50(
            "toSinkP50Millis",
            "250 to sink p50",
            "ms",
            2,
            run -> millis(run.account().toSink(), 50)),
    TO_SINK_P99(
            "toSinkP99Millis",
            "250 to sink p99",
            "ms",
            2,
            run -> millis(run.account().toSink(), 99)),
    TO_SINK_MAX(
            "toSinkMaxMillis",
            "250 to sink max",
            "ms",
            2,
            run -> millis(run.account().toSink(), 100)),
    END_TO_END_P50(
            "endToEndP50Millis",
            "client to sink p50",
            "ms",
            2,
            run -> millis(run.account().endToEnd(), 50)),
    END_TO_END_P99(
            "endToEndP99Millis",
            "client to sink p99",
            "ms",
            2,
            run -> millis(run.account().endToEnd(), 99)),
    CPU("cpuMillisPerMessage", "CPU per message", "ms", 4, Figure::cpu),
    SWITCHES("switchesPerMessage", "context switches per message", "", 2, Figure::switches),
    WRITTEN("writtenBytesPerMessage", "written per message", "B", 0, Figure::written),
    SYNCS("syncsPerMessage", "syncs per message", "", 3, RunResult::syncsPerMessage),
    PEAK_RSS("peakResidentMiB", "peak RSS", "MiB", 0, run -> mebibytes(resident(run))),
    HEAP_EMPTY(
            "heapEmptyMiB",
            "heap after GC, no mail",
            "MiB",
            1,
            run -> mebibytes(run.heap().empty())),
    HEAP_BACKLOG(
            "heapBacklogMiB",
            "heap after GC, backlog",
            "MiB",
            1,
            run -> mebibytes(run.heap().backlog())),
    HEAP_RESTARTED(
            "heapRestartedMiB",
            "heap after GC, restarted",
            "MiB",
            1,
            run -> mebibytes(run.heap().restarted())),
    HEAP_END(
            "heapEndMiB",
            "heap after GC, end",
            "MiB",
            1,
            run -> mebibytes(run.heap().end())),
    RESTART_END("restartEndMillis", "restart: signal to end", Restart::endMillis),
    RESTART_GREETED("restartGreetedMillis", "restart: launch to first 220", Restart::greetedMillis),
    RESTART_ACCEPTED("restartAcceptedMillis", "restart: launch to first 250", Restart::acceptedMillis),
    RESTART_DELIVERED("restartDeliveredMillis", "restart: launch to first at sink", Restart::deliveredMillis),
    BACKLOG("backlogDeferred", "backlog answered 451", "", 0, run -> asDouble(run.backlogDeferred())),
    MESSAGES("messages", "messages accepted", "", 0, run -> count(run.account().accepted())),
    REFUSED("failures", "not answered 250", "", 0, run -> count(run.failures())),
    LOST("lost", "lost", "", 0, run -> count(run.account().lost())),
    DUPLICATED("duplicated", "duplicated", "", 0, run -> count(run.account().duplicated())),
    CORRUPT("corrupt", "corrupt", "", 0, run -> count(run.account().corrupt())),
    UNEXPECTED("unexpected", "unexpected", "", 0, run -> count(run.account().unexpected()));

    private static final double NANOS_PER_MILLI = 1e6;
    private static final double MEBIBYTE = 1024 * 1024;

    private final String key;
    private final String title;
    private final String unit;
    private final int decimals;

    @SuppressWarnings("ImmutableEnumChecker") // a method reference without state
    private final Function<RunResult, DoubleStream> source;

    Figure(String key, String title, String unit, int decimals, Function<RunResult, OptionalDouble> source) {
        this.key = key;
        this.title = title;
        this.unit = unit;
        this.decimals = decimals;
        this.source = run -> source.apply(run).stream();
    }

    /** One that each restart has, in milliseconds. */
    Figure(String key, String title, ToDoubleFunction<Restart> source) {
        this.key = key;
        this.title = title;
        this.unit = "ms";
        this.decimals = 0;
        this.source = run -> run.restarts().stream().mapToDouble(source);
    }

    /** Its name in JSON. */
    String key() {
        return key;
    }

    /** Its name in tables, with its unit. */
    String title() {
        return unit.isEmpty() ? title : title + " (" + unit + ")";
    }

    /** Empty where the run cannot tell; of what happened several times in it, the median. */
    OptionalDouble of(RunResult run) {
        return Series.Spread.of(each(run))
                .map(spread -> OptionalDouble.of(spread.median()))
                .orElse(OptionalDouble.empty());
    }

    /** All of a run: one, none where it cannot tell, several of what happened several times. */
    DoubleStream each(RunResult run) {
        return source.apply(run);
    }

    String shown(double value) {
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    private static OptionalDouble millis(Histogram nanos, double percentile) {
        return nanos.getTotalCount() == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(nanos.getValueAtPercentile(percentile) / NANOS_PER_MILLI);
    }

    private static OptionalDouble cpu(RunResult run) {
        boolean process = run.usage().peakResidentBytes() > 0;
        return run.perMessage(process ? OptionalDouble.of((double) run.usage().cpuMillis()) : OptionalDouble.empty());
    }

    private static OptionalDouble switches(RunResult run) {
        return run.perMessage(asDouble(run.usage().switches()));
    }

    private static OptionalDouble written(RunResult run) {
        return run.perMessage(asDouble(run.usage().writtenBytes()));
    }

    private static OptionalLong resident(RunResult run) {
        long peak = run.usage().peakResidentBytes();
        return peak > 0 ? OptionalLong.of(peak) : OptionalLong.empty();
    }

    private static OptionalDouble mebibytes(OptionalLong octets) {
        return octets.isPresent() ? OptionalDouble.of(octets.getAsLong() / MEBIBYTE) : OptionalDouble.empty();
    }

    private static OptionalDouble asDouble(OptionalLong value) {
        return value.isPresent() ? OptionalDouble.of((double) value.getAsLong()) : OptionalDouble.empty();
    }

    private static OptionalDouble count(long value) {
        return OptionalDouble.of((double) value);
    }
}
