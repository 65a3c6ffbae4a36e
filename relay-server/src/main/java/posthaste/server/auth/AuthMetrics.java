package posthaste.server.auth;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** Every meter of logins: its name, unit and meaning stand here and nowhere else. Thread-safe. */
final class AuthMetrics {
    private final MeterRegistry registry;
    private final Timer checks;
    private final Counter refused;

    AuthMetrics(MeterRegistry registry) {
        this.registry = registry;
        checks = Timer.builder("posthaste.auth.check")
                .description("One check of a password or token, without the wait for its turn.")
                .register(registry);
        refused = Counter.builder("posthaste.auth.checks.refused")
                .description("Checks refused because too many waited.")
                .register(registry);
    }

    /** Exports how many checks wait. */
    void observe(Workers workers) {
        gauge("posthaste.auth.checks.waiting", "Checks of passwords and tokens that wait.", workers, Workers::waiting);
    }

    /** Exports how many clients are blocked. */
    void observe(GuessGuard guard) {
        gauge("posthaste.auth.blocked", "Client addresses blocked now.", guard, GuessGuard::blocked);
    }

    /** Exports how many users there are, and whether they can be read. */
    void observe(UserStore store) {
        gauge("posthaste.auth.users", "Users known.", store, each -> each.last().size());
        gauge(
                "posthaste.auth.users.unreadable",
                "1 while the users cannot be read.",
                store,
                each -> each.isReadable() ? 0 : 1);
    }

    private <T> void gauge(String name, String description, T source, ToDoubleFunction<T> value) {
        Gauge.builder(name, source, value)
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    /** An exchange is over. Mechanisms and outcomes are few: clients choose neither's name. */
    void ended(String mechanism, String outcome) {
        Counter.builder("posthaste.auth.attempts")
                .description("Logins tried, by mechanism and outcome.")
                .tag("mechanism", mechanism)
                .tag("outcome", outcome)
                .register(registry)
                .increment();
    }

    void checked(long nanos) {
        checks.record(nanos, TimeUnit.NANOSECONDS);
    }

    void refused() {
        refused.increment();
    }

    /** Checks done so far. */
    long checks() {
        return checks.count();
    }
}
