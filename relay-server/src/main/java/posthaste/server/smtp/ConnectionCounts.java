package posthaste.server.smtp;

import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import posthaste.server.policy.ClientKey;

/** The connections open now, in all, by client and by network, against their limits. Thread-safe. */
public final class ConnectionCounts {
    private final int max;
    private final Counts clients;
    private final Counts networks;
    private final AtomicInteger open = new AtomicInteger();

    public ConnectionCounts(LimitsConfig limits) {
        max = limits.connections();
        clients = new Counts(limits.connectionsPerClient());
        networks = new Counts(limits.guards().connectionsPerNetwork());
    }

    private record Counts(int max, ConcurrentHashMap<ClientKey, Integer> byKey) {
        Counts(int max) {
            this(max, new ConcurrentHashMap<>());
        }

        boolean tryAdd(ClientKey key) {
            if (byKey.merge(key, 1, Integer::sum) <= max) return true;
            remove(key);
            return false;
        }

        void remove(ClientKey key) {
            byKey.computeIfPresent(key, (same, count) -> count > 1 ? count - 1 : null);
        }
    }

    /** Counts one more connection of {@code client}; false, and nothing is counted, when that is one too many. */
    boolean tryOpen(InetAddress client) {
        if (open.incrementAndGet() <= max && tryAdd(ClientKey.of(client))) return true;
        open.decrementAndGet();
        return false;
    }

    private boolean tryAdd(ClientKey client) {
        if (!clients.tryAdd(client)) return false;
        if (networks.tryAdd(client.network())) return true;
        clients.remove(client);
        return false;
    }

    /** Counts a connection as one of {@code to} from now on; false, and all stays as it is, when that is one too many. */
    boolean tryMove(InetAddress from, InetAddress to) {
        if (from.equals(to)) return true;
        if (!tryAdd(ClientKey.of(to))) return false;
        remove(ClientKey.of(from));
        return true;
    }

    /** Takes back what {@link #tryOpen} counted. */
    void close(InetAddress client) {
        remove(ClientKey.of(client));
        open.decrementAndGet();
    }

    private void remove(ClientKey client) {
        clients.remove(client);
        networks.remove(client.network());
    }

    int open() {
        return open.get();
    }
}
