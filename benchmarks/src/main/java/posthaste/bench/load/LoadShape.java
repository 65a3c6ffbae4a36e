package posthaste.bench.load;

import java.time.Duration;
import java.util.Locale;

/**
 * How a load is offered.
 *
 * @param connections clients in parallel
 * @param messagesPerConnection after so many a client says QUIT and connects anew; 0 = never
 * @param pipelining whether MAIL, RCPT and DATA go out in one write (RFC 2920)
 * @param domains over how many destinations the recipients are spread
 * @param recipients of each message
 * @param domainSuffix what the destinations end in, such as {@code load.test}
 * @param ratePerSecond open loop: a message is due every 1/rate, whether or not earlier ones were answered; 0 = closed
 *     loop: a client sends when its last message was answered
 */
public record LoadShape(
        int connections,
        int messagesPerConnection,
        boolean pipelining,
        int domains,
        int recipients,
        String domainSuffix,
        double ratePerSecond) {
    private static final int CONNECTIONS_MAX = 5_000;

    public LoadShape {
        if (connections < 1 || connections > CONNECTIONS_MAX) {
            throw new IllegalArgumentException("1 to " + CONNECTIONS_MAX + " connections: " + connections);
        }
        if (messagesPerConnection < 0) throw new IllegalArgumentException("messages per connection: below 0");
        if (domains < 1) throw new IllegalArgumentException("at least one domain");
        if (recipients < 1 || recipients > MessageLedger.RECIPIENTS_MAX) {
            throw new IllegalArgumentException("1 to " + MessageLedger.RECIPIENTS_MAX + " recipients: " + recipients);
        }
        if (!(ratePerSecond >= 0)) throw new IllegalArgumentException("rate below 0");
    }

    /** The same clients in a closed loop. */
    public LoadShape unpaced() {
        return new LoadShape(connections, messagesPerConnection, pipelining, domains, recipients, domainSuffix, 0);
    }

    /** The address of one recipient of the message {@code id}: which it is, and of which message, stands in it. */
    String recipient(long id, int recipient) {
        return String.format(
                Locale.ROOT,
                "r%d.%0" + Digits.WIDTH + "d@d%d.%s",
                recipient,
                id,
                (id * recipients + recipient) % domains,
                domainSuffix);
    }

    /** When message {@code index} of an open loop is due, in nanoseconds behind the first. */
    long dueNanos(long index) {
        return (long) (index * (1e9 / ratePerSecond));
    }

    /**
     * When a load ends: whichever comes first.
     *
     * @param messages begun at most
     * @param time no message is begun later
     */
    public record Limit(long messages, Duration time) {
        private static final Duration TIME_MAX = Duration.ofHours(24);

        public static Limit messages(long messages) {
            return new Limit(messages, TIME_MAX);
        }

        public static Limit time(Duration time) {
            return new Limit(MessageLedger.MESSAGES_MAX, time);
        }
    }
}
