package posthaste.server.smtp;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import posthaste.smtp.Command;

/** How often ETRN may ask for the same node. One for the process; any thread may call it, and none waits for long. */
final class FlushPace {
    /** Between two requests for one node. */
    static final Duration PAUSE = Duration.ofSeconds(10);
    /** Nodes remembered; the one asked for longest ago is forgotten first. */
    private static final int NODES_MAX = 1000;

    private final LongSupplier nanos;
    private final Map<String, Long> asked = new LinkedHashMap<>();

    /** @param nanos a clock that only goes forward */
    FlushPace(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Whether this request may pass, which it then does. */
    synchronized boolean tryPass(Command.Etrn command) {
        String node = command.scope() + " " + command.node().toLowerCase(Locale.ROOT);
        long now = nanos.getAsLong();
        Long last = asked.get(node);
        if (last != null && now - last < PAUSE.toNanos()) return false;
        asked.remove(node);
        asked.put(node, now);
        if (asked.size() > NODES_MAX) asked.remove(asked.keySet().iterator().next());
        return true;
    }
}
