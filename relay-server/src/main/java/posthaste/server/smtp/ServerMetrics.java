package posthaste.server.smtp;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import posthaste.server.tls.TlsFacts;
import posthaste.smtp.Reply;

/** Every meter of the listeners: its name, unit and meaning stand here and nowhere else. Thread-safe. */
public final class ServerMetrics {
    private final MeterRegistry registry;
    private final Counter connections;
    private final Counter turnedAway;
    private final Counter accepted;
    private final Counter recipients;
    private final Counter timeouts;
    private final Counter handshakesFailed;
    private final DistributionSummary size;
    private final Timer commit;
    /** By version of TLS: two of them. */
    private final ConcurrentHashMap<String, Counter> handshakes = new ConcurrentHashMap<>();
    /** By reply code: at most the 200 codes that refuse. */
    private final ConcurrentHashMap<Integer, Counter> refused = new ConcurrentHashMap<>();

    public ServerMetrics(MeterRegistry registry) {
        this.registry = registry;
        connections = counter("posthaste.smtp.connections", "Connections taken.");
        turnedAway = counter("posthaste.smtp.connections.refused", "Connections turned away: limits or draining.");
        accepted = counter("posthaste.smtp.messages", "Messages answered 250 after the final dot.");
        recipients = counter("posthaste.smtp.recipients", "Recipients of the messages accepted.");
        timeouts = counter("posthaste.smtp.timeouts", "Sessions ended because the client was silent or too slow.");
        handshakesFailed =
                counter("posthaste.smtp.tls.failures", "TLS handshakes that failed, or did not end in time.");
        for (String each : List.of("TLSv1.2", "TLSv1.3")) handshakes.put(each, handshakes(each));
        size = DistributionSummary.builder("posthaste.smtp.message.size")
                .description("Octets of the messages accepted.")
                .baseUnit("bytes")
                .register(registry);
        commit = Timer.builder("posthaste.smtp.accept")
                .description("From the final dot to the reply: what the client waits for the disk.")
                .serviceLevelObjectives(
                        Duration.ofMillis(1),
                        Duration.ofMillis(5),
                        Duration.ofMillis(20),
                        Duration.ofMillis(100),
                        Duration.ofSeconds(1))
                .register(registry);
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    /** Exports how many connections are open. */
    void observe(ConnectionCounts counts) {
        Gauge.builder("posthaste.smtp.sessions", counts, ConnectionCounts::open)
                .description("Connections open now.")
                .strongReference(true)
                .register(registry);
    }

    void connected() {
        connections.increment();
    }

    void turnedAway() {
        turnedAway.increment();
    }

    void timedOut() {
        timeouts.increment();
    }

    /** A handshake has ended well. */
    void secured(TlsFacts facts) {
        handshakes.computeIfAbsent(facts.protocol(), this::handshakes).increment();
    }

    private Counter handshakes(String protocol) {
        return Counter.builder("posthaste.smtp.tls.handshakes")
                .description("TLS handshakes that ended well.")
                .tag("protocol", protocol)
                .register(registry);
    }

    void handshakeFailed() {
        handshakesFailed.increment();
    }

    /** One message was answered 250, {@code nanos} after its final dot. */
    void accepted(long octets, int recipientCount, long nanos) {
        accepted.increment();
        recipients.increment(recipientCount);
        size.record((double) octets);
        commit.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** A command or a message was answered 4yz or 5yz. */
    void refused(Reply reply) {
        refused.computeIfAbsent(reply.code(), this::refusals).increment();
    }

    private Counter refusals(int code) {
        return Counter.builder("posthaste.smtp.refused")
                .description("Replies 4yz and 5yz to commands and messages.")
                .tag("code", String.valueOf(code))
                .register(registry);
    }
}
