package posthaste.delivery;

import io.micrometer.core.instrument.MeterRegistry;

/** Every meter of scheduling and delivery: its name, unit and meaning stand here and nowhere else. Thread-safe. */
public final class DeliveryMetrics {
    private final MeterRegistry registry;

    public DeliveryMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    MeterRegistry registry() {
        return registry;
    }
}
