package posthaste.delivery.client;

import java.time.Duration;
import posthaste.delivery.DeliveryConfig;
import posthaste.delivery.DeliveryConfig.Timeouts;

/**
 * How long and for how much one connection serves.
 *
 * @param timeouts how long each step may take
 * @param transactionsMax transactions at most
 * @param idleMax how long it waits for another transaction
 */
record ConnectionLimits(Timeouts timeouts, int transactionsMax, Duration idleMax) {
    /** A peer that had its session turned may be silent for so long (RFC 2645). */
    private static final Duration TURNED_SILENCE_MIN = Duration.ofMinutes(10);
    /** So much at most over one connection that a peer had turned; he may come again. */
    private static final int TURNED_TRANSACTIONS_MAX = 100_000;
    /** Mail for him may be on its way from the disk. */
    private static final Duration TURNED_IDLE_MAX = Duration.ofSeconds(30);

    /** Of a connection that we make: another can be made. */
    static ConnectionLimits made(DeliveryConfig config) {
        return new ConnectionLimits(config.timeouts(), config.messagesPerConnection(), ClientConnection.IDLE_MAX);
    }

    /** Of one that the peer has made, and that we cannot replace: as configured up to his greeting, patient behind it. */
    static ConnectionLimits turned(DeliveryConfig config) {
        Timeouts ours = config.timeouts();
        var patient = new Timeouts(
                ours.connect(),
                ours.greeting(),
                patient(ours.command()),
                patient(ours.dataReply()),
                patient(ours.data()),
                patient(ours.finalDot()),
                ours.tlsHandshake());
        return new ConnectionLimits(patient, TURNED_TRANSACTIONS_MAX, TURNED_IDLE_MAX);
    }

    private static Duration patient(Duration configured) {
        return configured.compareTo(TURNED_SILENCE_MIN) < 0 ? TURNED_SILENCE_MIN : configured;
    }
}
