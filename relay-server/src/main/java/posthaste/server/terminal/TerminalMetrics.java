package posthaste.server.terminal;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** Every meter of the terminals: its name, unit and meaning stand here and nowhere else. Thread-safe. */
public final class TerminalMetrics {
    private final MeterRegistry registry;
    private final Counter written;
    private final Counter failed;
    private final Counter refused;

    public TerminalMetrics(MeterRegistry registry) {
        this.registry = registry;
        written = counter("posthaste.terminal.written", "Messages written to terminals, one for each terminal.");
        failed = counter("posthaste.terminal.failures", "Messages that a terminal did not take.");
        refused = counter("posthaste.terminal.refused", "Subscriptions refused: too many, in all or to one address.");
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    /** Exports how many subscriptions there are. */
    void observe(Terminals terminals) {
        Gauge.builder("posthaste.terminal.subscriptions", terminals, Terminals::subscriptions)
                .description("Subscriptions to terminals open now.")
                .strongReference(true)
                .register(registry);
    }

    void written() {
        written.increment();
    }

    void failed() {
        failed.increment();
    }

    void refused() {
        refused.increment();
    }
}
