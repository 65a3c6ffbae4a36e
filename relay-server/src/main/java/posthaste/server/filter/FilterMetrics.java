package posthaste.server.filter;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import posthaste.server.smtp.FilterVerdict;

/** Every meter of the content filters: its name, unit and meaning stand here and nowhere else. Thread-safe. */
public final class FilterMetrics {
    private final Counter passed;
    private final Counter held;
    private final Counter refused;
    private final Counter failures;
    private final Timer wait;
    private final AtomicInteger connections = new AtomicInteger();

    public FilterMetrics(MeterRegistry registry) {
        passed = verdicts(registry, "passed");
        held = verdicts(registry, "held");
        refused = verdicts(registry, "refused");
        failures = Counter.builder("posthaste.filter.failures")
                .description("Messages that a content filter could not be asked about.")
                .register(registry);
        wait = Timer.builder("posthaste.filter.wait")
                .description("From the end of a message to the verdict of the content filters.")
                .serviceLevelObjectives(
                        Duration.ofMillis(10),
                        Duration.ofMillis(100),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(10),
                        Duration.ofMinutes(1))
                .register(registry);
        Gauge.builder("posthaste.filter.connections", connections, AtomicInteger::get)
                .description("Connections to content filters open now.")
                .strongReference(true)
                .register(registry);
    }

    private static Counter verdicts(MeterRegistry registry, String verdict) {
        return Counter.builder("posthaste.filter.messages")
                .description("Messages that the content filters were asked about, by what they said.")
                .tag("verdict", verdict)
                .register(registry);
    }

    /** A verdict, {@code nanos} after the end of the message. */
    void judged(FilterVerdict verdict, long nanos) {
        Counter counter = verdict.accept(new FilterVerdict.Handler<>() {
            @Override
            public Counter passed(FilterVerdict.Passed taken) {
                return passed;
            }

            @Override
            public Counter held(FilterVerdict.Held doubtful) {
                return held;
            }

            @Override
            public Counter refused(FilterVerdict.Refused bad) {
                return refused;
            }
        });
        counter.increment();
        wait.record(nanos, TimeUnit.NANOSECONDS);
    }

    void failed() {
        failures.increment();
    }

    void opened() {
        connections.incrementAndGet();
    }

    void closed() {
        connections.decrementAndGet();
    }
}
