package posthaste.server;

import java.util.Locale;
import java.util.Optional;

/**
 * The {@code [event-loops]} section.
 *
 * @param count of loops, each a thread; empty: one per core
 * @param transport what they run on
 */
public record EventLoopsConfig(Optional<Integer> count, Kind transport) {
    static final EventLoopsConfig DEFAULT = new EventLoopsConfig(Optional.empty(), Kind.AUTO);

    /** How loops wait for their sockets. */
    public enum Kind {
        /** Epoll where it works, else NIO. */
        AUTO,
        /** Linux's own, over a native library. */
        EPOLL,
        /** That of the JDK. */
        NIO;

        /** As in the file. */
        static Kind of(String text) {
            for (Kind each : values()) if (each.text().equals(text)) return each;
            throw new IllegalArgumentException("expected auto, epoll or nio, found " + Section.shown(text));
        }

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    int loops() {
        return count.orElseGet(() -> Runtime.getRuntime().availableProcessors());
    }
}
