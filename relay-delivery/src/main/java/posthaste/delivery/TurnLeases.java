package posthaste.delivery;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import posthaste.smtp.Reply;

/**
 * Which destinations are leased to turned sessions, so that two of them never have the same mail. Lives on the first event
 * loop; destinations are told on theirs, and a domain is free again once its destination has let go.
 */
final class TurnLeases {
    private static final int LEASES_MAX = 200;
    private static final Reply TOO_LATE = Reply.of(451, "4.4.2", "The mail was not asked for in time");

    private final VertxInternal vertx;
    private final List<EngineLoop> loops;
    private final EngineLoop home;
    private final EngineParts parts;
    private final Set<String> leased = new HashSet<>();
    private final AtomicInteger count = new AtomicInteger();

    /** @param loops all of the engine, at least one */
    TurnLeases(VertxInternal vertx, List<EngineLoop> loops) {
        this.vertx = vertx;
        this.loops = loops;
        home = loops.get(0);
        parts = home.parts();
    }

    /** Leases that have not ended; any thread. */
    int count() {
        return count.get();
    }

    // Leasing.

    /** Any thread. Nothing is the answer where these domains cannot be had now. */
    Future<Optional<TurnLease>> lease(Set<String> domains) {
        Set<String> wanted = Set.copyOf(domains);
        if (wanted.isEmpty() || wanted.size() > TurnLease.DOMAINS_MAX) {
            throw new IllegalArgumentException(wanted.size() + " domains of a lease");
        }
        Promise<Optional<TurnLease>> answer = vertx.getOrCreateContext().promise();
        home.execute(() -> lease(wanted, answer));
        return answer.future();
    }

    private void lease(Set<String> domains, Promise<Optional<TurnLease>> answer) {
        if (isBusy(domains)) {
            answer.complete(Optional.empty());
            return;
        }
        leased.addAll(domains);
        count.incrementAndGet();
        each(domains, Destination::lease, () -> count(domains, answer));
    }

    private boolean isBusy(Set<String> domains) {
        return parts.draining().get()
                || count.get() >= LEASES_MAX
                || domains.stream().anyMatch(leased::contains);
    }

    private void count(Set<String> domains, Promise<Optional<TurnLease>> answer) {
        home.when(new WaitingCount(domains, home).begin(), (waiting, failure) -> {
            var lease = new TurnLease(this, domains, failure == null ? waiting : 0);
            if (failure == null) {
                home.later(parts.bounds().unusedLease(), lease::release);
                answer.complete(Optional.of(lease));
            } else {
                lease.release();
                answer.fail(failure);
            }
        });
    }

    /** Has destinations do something on their loops; {@code then} runs here when all have done it. */
    private void each(Set<String> domains, BiConsumer<Destination, Runnable> task, Runnable then) {
        var round = new Round(domains.size(), then);
        for (String name : domains) {
            EngineLoop owner = EngineLoop.ownerOf(name, loops);
            owner.execute(() -> task.accept(owner.destination(name), () -> home.execute(round::done)));
        }
    }

    private static final class Round {
        private int left;
        private final Runnable then;

        Round(int left, Runnable then) {
            this.left = left;
            this.then = then;
        }

        void done() {
            left--;
            if (left == 0) then.run();
        }
    }

    /** Any thread. {@code then} runs on the first loop when others may lease these domains. */
    void release(TurnLease lease, Runnable then) {
        home.execute(() -> each(lease.domains(), Destination::endLease, () -> {
            leased.removeAll(lease.domains());
            count.decrementAndGet();
            then.run();
        }));
    }

    // Delivering.

    /** On the socket's loop. */
    Future<Turned> turn(TurnLease lease, EngineLoop loop, NetSocketInternal socket, TurnedPeer peer) {
        Promise<Turned> answer = vertx.getOrCreateContext().promise();
        var session = new TurnedSession(loop, lease, peer, turned -> release(lease, () -> answer.complete(turned)));
        session.begin(socket);
        return answer.future();
    }

    EngineLoop loopOf(NetSocketInternal socket) {
        var loop = socket.channelHandlerContext().channel().eventLoop();
        return loops.stream()
                .filter(each -> each.context().nettyEventLoop() == loop)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("a socket of another Vert.x"));
    }

    Future<Turned> tooLate(NetSocketInternal socket) {
        return socket.close().transform(closed -> Future.succeededFuture(new Turned(0, 0, Optional.of(TOO_LATE))));
    }
}
