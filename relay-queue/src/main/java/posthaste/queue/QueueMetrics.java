package posthaste.queue;

import io.micrometer.core.instrument.MeterRegistry;

/** Every meter of the queue: its name, unit and meaning stand here and nowhere else. */
public final class QueueMetrics {
    private final MeterRegistry registry;

    public QueueMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    MeterRegistry registry() {
        return registry;
    }
}
