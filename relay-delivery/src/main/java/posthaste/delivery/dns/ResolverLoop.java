package posthaste.delivery.dns;

import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * The questions of one event loop: asks the resolvers in turn until one answers usably. Resolvers that were silent lately
 * come last. Touched on its loop only.
 */
final class ResolverLoop {
    /** Questions on the network at once; each holds a UDP socket. */
    static final int UNDER_WAY_MAX = 128;

    /** Questions waiting for their turn; the next one fails at once. */
    static final int WAITING_MAX = 10_000;

    /** How long a question waits for its turn before it fails. */
    private static final Duration WAIT_MAX = Duration.ofSeconds(30);

    /** How long a silent resolver comes last. */
    private static final Duration AVOID_FOR = Duration.ofSeconds(30);

    private final EventLoop loop;
    private final DnsWire wire;
    private final List<InetSocketAddress> servers;
    private final InstantSource clock;
    private final DnsMetrics metrics;
    private final long[] avoidUntilMillis;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private int underWay;

    private record Waiting(DnsQuestion question, long untilMillis, Consumer<DnsReply> then) {}

    ResolverLoop(
            EventLoop loop, DnsWire wire, List<InetSocketAddress> servers, InstantSource clock, DnsMetrics metrics) {
        this.loop = loop;
        this.wire = wire;
        this.servers = servers;
        this.clock = clock;
        this.metrics = metrics;
        this.avoidUntilMillis = new long[servers.size()];
    }

    EventLoop loop() {
        return loop;
    }

    /** {@code then} is called once, on the loop, after the time-outs of all resolvers and the wait at the latest. */
    void ask(DnsQuestion question, Consumer<DnsReply> then) {
        if (underWay < UNDER_WAY_MAX) {
            start(question, then);
        } else if (waiting.size() < WAITING_MAX) {
            waiting.add(new Waiting(question, clock.millis() + WAIT_MAX.toMillis(), then));
        } else {
            reject(then);
        }
    }

    private void start(DnsQuestion question, Consumer<DnsReply> then) {
        underWay++;
        new Round(question, reply -> {
                    underWay--;
                    then.accept(reply);
                    startWaiting();
                })
                .next();
    }

    private void startWaiting() {
        while (underWay < UNDER_WAY_MAX && !waiting.isEmpty()) {
            Waiting first = waiting.remove();
            if (first.untilMillis() < clock.millis()) {
                reject(first.then());
            } else {
                start(first.question(), first.then());
            }
        }
    }

    private void reject(Consumer<DnsReply> then) {
        metrics.rejected();
        then.accept(new DnsReply.Unusable("too many questions wait", DnsReply.Cause.OTHER));
    }

    /** Indices of the resolvers in the order in which to ask them now. */
    private Deque<Integer> order() {
        long now = clock.millis();
        var order = new ArrayDeque<Integer>(servers.size());
        for (int i = 0; i < servers.size(); i++) {
            if (avoidUntilMillis[i] <= now) order.add(i);
        }
        for (int i = 0; i < servers.size(); i++) {
            if (avoidUntilMillis[i] > now) order.add(i);
        }
        return order;
    }

    /** One question on its way from resolver to resolver. */
    private final class Round {
        private final DnsQuestion question;
        private final Consumer<DnsReply> then;
        private final Deque<Integer> remaining = order();
        private final List<String> failures = new ArrayList<>();

        Round(DnsQuestion question, Consumer<DnsReply> then) {
            this.question = question;
            this.then = then;
        }

        void next() {
            Integer server = remaining.poll();
            if (server == null) {
                then.accept(new DnsReply.Unusable(String.join("; ", failures), DnsReply.Cause.OTHER));
            } else {
                ask(server, true);
            }
        }

        private void ask(int server, boolean edns) {
            metrics.asked();
            wire.ask(servers.get(server), question, edns, reply -> judge(server, edns, reply));
        }

        private void judge(int server, boolean edns, DnsReply reply) {
            if (!(reply instanceof DnsReply.Unusable unusable)) {
                avoidUntilMillis[server] = 0;
                then.accept(reply);
                return;
            }
            if (edns && unusable.cause() == DnsReply.Cause.FORMAT) {
                ask(server, false);
                return;
            }
            metrics.failed();
            failures.add(describe(servers.get(server)) + ": " + unusable.reason());
            boolean silent = unusable.cause() == DnsReply.Cause.SILENCE;
            avoidUntilMillis[server] = silent ? clock.millis() + AVOID_FOR.toMillis() : 0;
            next();
        }
    }

    private static String describe(InetSocketAddress server) {
        return server.getAddress().getHostAddress() + ":" + server.getPort();
    }
}
