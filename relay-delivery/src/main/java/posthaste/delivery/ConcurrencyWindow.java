package posthaste.delivery;

/**
 * How many connections a site may have: it grows by one with every window of successes while it is used up, and shrinks
 * when the hosts show that they have enough. One owner thread.
 */
final class ConcurrencyWindow {
    /** Where a site begins (protocol of Postfix: initial destination concurrency). */
    private static final int INITIAL = 5;

    private final int max;
    private int size;
    private int successes;
    private String reason = "initial";

    /** @param max the ceiling, at least 1: the setting {@code connections-per-site} */
    ConcurrencyWindow(int max) {
        this.max = max;
        size = Math.min(INITIAL, max);
    }

    int size() {
        return size;
    }

    /** Why the size is what it is. */
    String reason() {
        return reason;
    }

    /** A transaction ended well while {@code inUse} connections were open or being opened. */
    void succeeded(int inUse) {
        if (size == max || inUse < size) return;
        if (++successes < size) return;
        successes = 0;
        size++;
        reason = "grown by success";
    }

    /** One connection fewer, because of {@code why}. */
    void shrink(String why) {
        shrinkTo(size - 1, why);
    }

    /** Half of it, because the hosts asked for a lower pace. */
    void halve(String why) {
        shrinkTo(size / 2, why);
    }

    /** At most {@code limit} connections, as the hosts took no more. */
    void shrinkTo(int limit, String why) {
        successes = 0;
        size = Math.max(1, Math.min(size, limit));
        reason = why;
    }
}
