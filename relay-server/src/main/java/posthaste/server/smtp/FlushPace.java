package posthaste.server.smtp;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import posthaste.smtp.Command;

/** How often ETRN may ask for the same node. One for all loops of a listener; any thread may call it, and none waits. */
final class FlushPace {
    /** Between two requests for one node. */
    static final Duration PAUSE = Duration.ofSeconds(10);
    /** Nodes remembered: of more within one pause nothing is asked, whoever is behind that. */
    static final int NODES_MAX = 1000;

    private final LongSupplier nanos;
    private final ConcurrentHashMap<String, Long> asked = new ConcurrentHashMap<>();

    /** @param nanos a clock that only goes forward */
    FlushPace(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Whether this request may pass, which it then does. */
    boolean tryPass(Command.Etrn command) {
        String node = command.scope() + " " + command.node().toLowerCase(Locale.ROOT);
        long now = nanos.getAsLong();
        Long last = asked.get(node);
        if (last != null) return isOver(last, now) && asked.replace(node, last, now);
        if (asked.size() >= NODES_MAX) asked.values().removeIf(each -> isOver(each, now));
        return asked.size() < NODES_MAX && asked.putIfAbsent(node, now) == null;
    }

    private static boolean isOver(long asked, long now) {
        return now - asked >= PAUSE.toNanos();
    }
}
