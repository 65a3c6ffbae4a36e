package posthaste.bench;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last lines that relays have logged, one after the other. Thread-safe. */
final class RelayLog {
    private static final int LINES_MAX = 200_000;

    private final Deque<String> lines = new ArrayDeque<>();

    synchronized void add(String line) {
        if (lines.size() == LINES_MAX) lines.removeFirst();
        lines.addLast(line);
    }

    /** A copy, oldest first. */
    synchronized List<String> lines() {
        return List.copyOf(lines);
    }
}
