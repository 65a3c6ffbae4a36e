package posthaste.delivery;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/** Every meter of scheduling and delivery: its name, unit and meaning stand here and nowhere else. Thread-safe. */
public final class DeliveryMetrics {
    private final MeterRegistry registry;
    private final Counter delivered;
    private final Counter deferred;
    private final Counter ambiguous;
    private final Counter bounced;
    private final Counter expired;
    private final Counter delayed;
    private final Counter reports;
    private final Counter sitePauses;
    private final Counter turned;
    private final Counter turnedFailed;
    private final Timer age;

    public DeliveryMetrics(MeterRegistry registry) {
        this.registry = registry;
        delivered = counter("posthaste.delivery.delivered", "Recipients whose mail a host has taken.");
        deferred = counter("posthaste.delivery.deferred", "Attempts after which recipients wait for another one.");
        ambiguous = counter(
                "posthaste.delivery.ambiguous",
                "Attempts that lost the reply to the final dot: the message may be delivered twice.");
        bounced = counter("posthaste.delivery.bounced", "Recipients refused for good.");
        expired =
                counter("posthaste.delivery.expired", "Recipients given up because the time of the message was over.");
        delayed = counter("posthaste.delivery.delay.notices", "Deliveries whose sender was told that they wait.");
        reports = counter("posthaste.delivery.reports", "Reports written to senders: failures and delays.");
        sitePauses = counter("posthaste.delivery.site.pauses", "Times that all hosts of a site were unreachable.");
        turned = counter(
                "posthaste.delivery.turned.sessions", "Sessions that clients had turned to be sent their mail.");
        turnedFailed =
                counter("posthaste.delivery.turned.failed", "Turned sessions that ended before everything was tried.");
        age = Timer.builder("posthaste.delivery.age")
                .description("From acceptance to delivery, for mail that the first attempt delivered.")
                .serviceLevelObjectives(
                        Duration.ofMillis(10),
                        Duration.ofMillis(100),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(10),
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(10))
                .register(registry);
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    void gauge(String name, String description, DoubleSupplier value) {
        Gauge.builder(name, value, DoubleSupplier::getAsDouble)
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    void delivered(long ageMillis, boolean firstAttempt) {
        delivered.increment();
        if (firstAttempt) age.record(Math.max(0, ageMillis), TimeUnit.MILLISECONDS);
    }

    void deferred() {
        deferred.increment();
    }

    void ambiguous() {
        ambiguous.increment();
    }

    void bounced() {
        bounced.increment();
    }

    void expired() {
        expired.increment();
    }

    void delayed() {
        delayed.increment();
    }

    void reported(int count) {
        if (count > 0) reports.increment(count);
    }

    void sitePaused() {
        sitePauses.increment();
    }

    void turned() {
        turned.increment();
    }

    void turnedFailed() {
        turnedFailed.increment();
    }
}
