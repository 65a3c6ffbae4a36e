package posthaste.queue.rocksdb;

import java.util.Map;
import java.util.TreeMap;

/** Counts what happened in simulations, by name. Owned by one thread. */
final class Tally {
    private final Map<String, Long> counts = new TreeMap<>();

    void count(String what) {
        count(what, 1);
    }

    void count(String what, long times) {
        counts.merge(what, times, Long::sum);
    }

    long of(String what) {
        return counts.getOrDefault(what, 0L);
    }

    @Override
    public String toString() {
        return counts.toString();
    }
}
