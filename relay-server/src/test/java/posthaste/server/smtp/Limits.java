package posthaste.server.smtp;

import java.time.Duration;
import java.util.Optional;

/** Limits that differ from the defaults in one thing. */
final class Limits {
    private static final LimitsConfig DEFAULT = LimitsConfig.DEFAULT;

    private Limits() {}

    static LimitsConfig messageSize(long octets) {
        return of(
                octets, DEFAULT.recipients(), DEFAULT.connections(), DEFAULT.connectionsPerClient(), Optional.empty());
    }

    static LimitsConfig recipients(int count) {
        return of(
                DEFAULT.messageSize(), count, DEFAULT.connections(), DEFAULT.connectionsPerClient(), Optional.empty());
    }

    static LimitsConfig connections(int all, int perClient) {
        return of(DEFAULT.messageSize(), DEFAULT.recipients(), all, perClient, Optional.empty());
    }

    static LimitsConfig messagesPerConnection(int count) {
        return of(
                DEFAULT.messageSize(),
                DEFAULT.recipients(),
                DEFAULT.connections(),
                DEFAULT.connectionsPerClient(),
                Optional.of(count));
    }

    private static LimitsConfig of(
            long messageSize, int recipients, int connections, int perClient, Optional<Integer> messages) {
        return new LimitsConfig(
                messageSize,
                recipients,
                connections,
                perClient,
                Duration.ofMinutes(5),
                Duration.ofMinutes(3),
                DEFAULT.errors(),
                DEFAULT.junkCommands(),
                DEFAULT.drainTimeout(),
                messages,
                DEFAULT.deliverByMin(),
                DEFAULT.holdMax(),
                DEFAULT.guards());
    }

    static LimitsConfig guards(LimitsConfig.Guards guards) {
        return new LimitsConfig(
                DEFAULT.messageSize(),
                DEFAULT.recipients(),
                DEFAULT.connections(),
                DEFAULT.connectionsPerClient(),
                DEFAULT.commandTimeout(),
                DEFAULT.dataTimeout(),
                DEFAULT.errors(),
                DEFAULT.junkCommands(),
                DEFAULT.drainTimeout(),
                DEFAULT.messagesPerConnection(),
                DEFAULT.deliverByMin(),
                DEFAULT.holdMax(),
                guards);
    }
}
