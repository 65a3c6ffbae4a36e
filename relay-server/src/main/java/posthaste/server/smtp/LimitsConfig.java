package posthaste.server.smtp;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;

/**
 * The {@code [limits]} section, valid by construction: what one client, and all of them, may use up.
 *
 * @param messageSize octets of the largest message taken (RFC 1870 §4)
 * @param recipients of one transaction; RFC 5321 §4.5.3.1.8 asks for at least 100
 * @param connections of all clients on all listeners
 * @param connectionsPerClient of one address
 * @param commandTimeout from one reply to the end of the next command line (RFC 5321 §4.5.3.2.7)
 * @param dataTimeout between two blocks of a message (RFC 5321 §4.5.3.2.5)
 * @param errors replies 500 to 504 and 555, and 550 and 553 at RCPT, before the connection ends
 * @param junkCommands NOOP, RSET, VRFY, ETRN and their like without a message between, before the connection ends
 * @param drainTimeout how long a stopping relay waits for what runs
 * @param messagesPerConnection transactions begun on one connection; empty for no limit
 * @param deliverByMin the shortest time that DELIVERBY may demand with a return (RFC 2852 §2), in whole seconds
 * @param holdMax how long FUTURERELEASE may hold a message (RFC 4865 §3), in whole seconds; zero: it is not offered
 * @param guards what protects the others from one client
 */
public record LimitsConfig(
        long messageSize,
        int recipients,
        int connections,
        int connectionsPerClient,
        Duration commandTimeout,
        Duration dataTimeout,
        int errors,
        int junkCommands,
        Duration drainTimeout,
        Optional<Integer> messagesPerConnection,
        Duration deliverByMin,
        Duration holdMax,
        Guards guards) {
    private static final long MIB = 1L << 20;
    private static final long MESSAGE_SIZE_MIN = 64 * 1024;
    private static final long HEADER_MIN = 64 * 1024;
    private static final Duration TIMEOUT_MIN = Duration.ofMillis(100);
    private static final Duration DELIVER_BY_MIN = Duration.ofSeconds(1);

    public static final LimitsConfig DEFAULT = new LimitsConfig(
            50 * MIB,
            1000,
            10_000,
            1000,
            Duration.ofMinutes(5),
            Duration.ofMinutes(3),
            20,
            100,
            Duration.ofSeconds(10),
            Optional.empty(),
            Duration.ofSeconds(60),
            Duration.ofDays(30),
            Guards.DEFAULT);

    /**
     * What protects the others from one client.
     *
     * @param connectionsPerNetwork open at once from one /24, or one /48 of IPv6
     * @param connectionsPerMinute begun by one client; empty for no limit
     * @param messagesPerMinute begun by one client that has not logged in; empty for no limit
     * @param dataRateMin octets per second that a message must come with, once it has taken a minute; 0: any rate will do
     * @param headerSize octets of the header of a message
     */
    public record Guards(
            int connectionsPerNetwork,
            Optional<Integer> connectionsPerMinute,
            Optional<Integer> messagesPerMinute,
            long dataRateMin,
            long headerSize) {
        public static final Guards DEFAULT = new Guards(5_000, Optional.empty(), Optional.empty(), 128, MIB);
    }

    /** Names every problem at once; the reader of the file adds its name and line. */
    public LimitsConfig {
        var problems = new ArrayList<String>();
        if (messageSize < MESSAGE_SIZE_MIN) problems.add("message-size must be at least 64 KiB");
        if (recipients < 1) problems.add("recipients must be at least 1");
        if (connections < 1) problems.add("connections must be at least 1");
        if (connectionsPerClient < 1) problems.add("connections-per-client must be at least 1");
        if (commandTimeout.compareTo(TIMEOUT_MIN) < 0) problems.add("command-timeout must be at least 100ms");
        if (dataTimeout.compareTo(TIMEOUT_MIN) < 0) problems.add("data-timeout must be at least 100ms");
        if (errors < 1) problems.add("errors must be at least 1");
        if (junkCommands < 1) problems.add("junk-commands must be at least 1");
        if (drainTimeout.isNegative()) problems.add("drain-timeout must not be negative");
        if (messagesPerConnection.isPresent() && messagesPerConnection.get() < 1) {
            problems.add("messages-per-connection must be at least 1");
        }
        if (deliverByMin.compareTo(DELIVER_BY_MIN) < 0 || deliverByMin.toNanosPart() != 0) {
            problems.add("deliver-by-min must be whole seconds, at least one");
        }
        if (guards.connectionsPerNetwork() < 1) problems.add("connections-per-network must be at least 1");
        if (guards.connectionsPerMinute().orElse(1) < 1) problems.add("connections-per-minute must be at least 1");
        if (guards.messagesPerMinute().orElse(1) < 1) problems.add("messages-per-minute must be at least 1");
        if (guards.dataRateMin() < 0) problems.add("data-rate-min must not be negative");
        if (guards.headerSize() < HEADER_MIN) problems.add("header-size must be at least 64 KiB");
        if (holdMax.isNegative() || holdMax.toNanosPart() != 0) problems.add("hold-max must be whole seconds");
        if (!problems.isEmpty()) throw new IllegalArgumentException(String.join("; ", problems));
    }
}
