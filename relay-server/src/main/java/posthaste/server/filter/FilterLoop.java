package posthaste.server.filter;

import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import posthaste.smtp.SafeText;

/**
 * One filter as one event loop uses it: the connections there are, the messages that use them or wait for one, and their
 * deadlines. Every method is called on that loop.
 */
final class FilterLoop {
    /** Messages that wait for a connection; more are not asked about. */
    static final int WAITING_MAX = 128;
    /** How long a connection is kept that no message uses. */
    static final Duration IDLE_MAX = Duration.ofSeconds(10);
    /** How long a connection that we close may take to go. */
    static final Duration LINGER_MAX = Duration.ofSeconds(2);

    /** How long connections serve one message only after one of them was dead. */
    private static final Duration DISTRUST = Duration.ofMinutes(5);

    private static final Duration TICK = Duration.ofMillis(100);
    private static final int REASON_CHARS_MAX = 200;

    private final ContextInternal context;
    private final NetClient client;
    private final FilterConfig config;
    private final FilterMetrics metrics;
    private final LongSupplier nanos;
    private final FilterLog log;
    private final Idle keeper = new Idle();

    /** Those that have begun and have no verdict. */
    private final Set<FilterDialogue> active = new LinkedHashSet<>();

    private final Deque<FilterDialogue> waiting = new ArrayDeque<>();
    private final Deque<FilterConnection> idle = new ArrayDeque<>();
    private final Set<FilterConnection> connections = new LinkedHashSet<>();
    /** Connections that are being opened. */
    private int opening;
    /** Whether a connection that was used again turned out to be dead, and when. */
    private boolean distrusts;

    private long distrustedAtNanos;
    private boolean ticking;

    /** @param nanos monotonic time in nanoseconds, by which all time-outs but that of connecting are judged */
    FilterLoop(
            ContextInternal context, NetClient client, FilterConfig config, FilterMetrics metrics, LongSupplier nanos) {
        this.context = context;
        this.client = client;
        this.config = config;
        this.metrics = metrics;
        this.nanos = nanos;
        log = new FilterLog(config, nanos);
    }

    FilterConfig config() {
        return config;
    }

    FilterLog log() {
        return log;
    }

    FilterMetrics metrics() {
        return metrics;
    }

    long nowNanos() {
        return nanos.getAsLong();
    }

    /** Gives the message a connection, as soon as there is one. */
    void begin(FilterDialogue dialogue) {
        active.add(dialogue);
        tick();
        serve(dialogue);
    }

    private void serve(FilterDialogue dialogue) {
        FilterConnection free = idle.pollLast();
        if (free != null) {
            free.expireNever();
            free.handTo(dialogue);
            dialogue.connected(free);
        } else if (opening + connections.size() < config.connections()) {
            open(dialogue);
        } else if (waiting.size() < WAITING_MAX) {
            waiting.add(dialogue);
        } else {
            dialogue.failed("all of its " + config.connections() + " connections are in use and " + WAITING_MAX
                    + " messages wait for one");
        }
    }

    private void open(FilterDialogue dialogue) {
        opening++;
        context.runOnContext(posted -> client.connect(SocketAddress.inetSocketAddress(config.address()))
                .onSuccess(socket -> opened(socket, dialogue))
                .onFailure(failure -> notOpened(failure, dialogue)));
    }

    private void opened(NetSocket socket, FilterDialogue dialogue) {
        opening--;
        metrics.opened();
        var connection = new FilterConnection(socket, dialogue, this::gone);
        connections.add(connection);
        if (active.contains(dialogue)) {
            dialogue.connected(connection);
        } else {
            connection.close(); // nobody wants it any more, and nothing was agreed on
        }
    }

    private void notOpened(Throwable failure, FilterDialogue dialogue) {
        opening--;
        String reason = SafeText.of(String.valueOf(failure.getMessage()), REASON_CHARS_MAX);
        if (active.contains(dialogue)) dialogue.failed("no connection: " + reason);
        serveNext();
    }

    private void gone(FilterConnection connection) {
        metrics.closed();
        connections.remove(connection);
        idle.remove(connection);
        serveNext();
    }

    private void serveNext() {
        FilterDialogue next = waiting.poll();
        if (next != null) serve(next);
    }

    /** The message has its verdict, or nobody wants one. */
    void ended(FilterDialogue dialogue) {
        active.remove(dialogue);
        waiting.remove(dialogue);
    }

    /** A connection that was used again turned out to be dead: for a while each message gets a new one. */
    void distrust() {
        distrusts = true;
        distrustedAtNanos = nowNanos();
        for (FilterConnection each : idle) close(each, FilterCommands.quit());
        idle.clear();
    }

    private boolean mayReuse(FilterConnection connection) {
        if (distrusts && nowNanos() - distrustedAtNanos >= DISTRUST.toNanos()) distrusts = false;
        return !distrusts && connection.terms().filter(FilterTerms::allowReuse).isPresent();
    }

    /** Takes a connection back from a message that was shown to its end and answered. */
    void release(FilterConnection connection) {
        if (!mayReuse(connection)) {
            close(connection, FilterCommands.quit());
            return;
        }
        connection.expireAt(nowNanos() + IDLE_MAX.toNanos());
        connection.write(FilterCommands.another());
        connection.markUsed();
        connection.handTo(keeper);
        idle.addLast(connection);
        // Not before all that was read is taken: what a filter says too much must not be taken for the next verdict.
        context.runOnContext(read -> serveNext());
    }

    /** Closes a connection whose message the filter need not see the rest of. */
    void close(FilterConnection connection, byte[]... lastWords) {
        connection.expireAt(nowNanos() + LINGER_MAX.toNanos());
        connection.finish(lastWords);
    }

    /** Keeps the connections that no message uses. */
    private final class Idle implements FilterConnection.Owner {
        @Override
        public void answer(FilterConnection from, FilterAnswer answer) {
            idle.remove(from);
            from.abort();
        }

        @Override
        public void drained() {}

        @Override
        public void lost(FilterConnection connection, String safeReason) {}
    }

    /** One timer looks after all deadlines, as long as there are any. */
    private void tick() {
        if (ticking) return;
        ticking = true;
        context.setPeriodic(TICK.toMillis(), timer -> {
            look();
            if (!active.isEmpty() || opening > 0 || !connections.isEmpty()) return;
            ticking = false;
            context.owner().cancelTimer(timer);
        });
    }

    private void look() {
        long now = nowNanos();
        for (FilterDialogue each : List.copyOf(active)) if (each.isOverdue(now)) each.timedOut();
        for (FilterConnection each : List.copyOf(connections)) {
            if (!each.isExpired(now)) continue;
            if (each.isClosed()) {
                each.abort();
            } else {
                idle.remove(each);
                close(each, FilterCommands.quit());
            }
        }
    }
}
