package posthaste.server.smtp;

import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The connections open now, in all and by client address, against their limits. Thread-safe. */
public final class ConnectionCounts {
    private final int max;
    private final int maxPerClient;
    private final AtomicInteger open = new AtomicInteger();
    private final ConcurrentHashMap<InetAddress, Integer> byClient = new ConcurrentHashMap<>();

    public ConnectionCounts(LimitsConfig limits) {
        max = limits.connections();
        maxPerClient = limits.connectionsPerClient();
    }

    /** Counts one more connection of {@code client}; false, and nothing is counted, when that is one too many. */
    boolean tryOpen(InetAddress client) {
        if (open.incrementAndGet() > max) {
            open.decrementAndGet();
            return false;
        }
        if (byClient.merge(client, 1, Integer::sum) > maxPerClient) {
            close(client);
            return false;
        }
        return true;
    }

    /** Counts a connection as one of {@code to} from now on; false, and all stays as it is, when that is one too many. */
    boolean tryMove(InetAddress from, InetAddress to) {
        if (from.equals(to)) return true;
        boolean tooMany = byClient.merge(to, 1, Integer::sum) > maxPerClient;
        forget(tooMany ? to : from);
        return !tooMany;
    }

    /** Takes back what {@link #tryOpen} counted. */
    void close(InetAddress client) {
        forget(client);
        open.decrementAndGet();
    }

    private void forget(InetAddress client) {
        byClient.computeIfPresent(client, (address, count) -> count > 1 ? count - 1 : null);
    }

    int open() {
        return open.get();
    }
}
