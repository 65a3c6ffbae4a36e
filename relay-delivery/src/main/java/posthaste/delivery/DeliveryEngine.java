package posthaste.delivery;

import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.delivery.client.ClientMetrics;
import posthaste.delivery.client.SmtpClient;
import posthaste.delivery.dsn.Reports;
import posthaste.delivery.route.HostLookup;
import posthaste.delivery.route.OwnMailboxes;
import posthaste.delivery.route.Sources;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryListener;
import posthaste.queue.MailQueue;
import posthaste.queue.MessageId;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueueException;
import posthaste.smtp.SafeText;

/**
 * Delivers what the queue holds: one {@code Destination} per recipient domain on one event loop, connections spread over
 * all of them. Thread-safe.
 */
public final class DeliveryEngine {
    private static final Logger LOG = LoggerFactory.getLogger("posthaste.mail");
    private static final long DRAIN_LOOK_MILLIS = 20;

    private static final int NAME_MAX_CHARS = 255;
    private static final int BACKLOG_UNTAKEN_MAX = 1_024;
    private static final long BACKLOG_WAIT_MILLIS = 100;

    private final Vertx vertx;
    private final EngineParts parts;
    private final List<EngineLoop> loops = new ArrayList<>();
    private final TurnLeases leases;
    private final Consumer<QueueException> onFatal;

    /**
     * @param vertx whose event loops do the work
     * @param config how to deliver
     * @param queue where the mail is; its clock says what is due
     * @param hosts finds the hosts of a destination
     * @param own which addresses end here, {@link OwnMailboxes#NONE} where none does
     * @param reports writes what senders are told
     * @param metrics counts what becomes of mail
     * @param clientMetrics counts what happens on connections
     * @param onFatal called once when the queue cannot go on: end the process with exit code 74
     */
    public DeliveryEngine(
            Vertx vertx,
            DeliveryConfig config,
            MailQueue queue,
            HostLookup hosts,
            OwnMailboxes own,
            Reports reports,
            DeliveryMetrics metrics,
            ClientMetrics clientMetrics,
            Consumer<QueueException> onFatal) {
        this(vertx, config, queue, hosts, own, reports, metrics, clientMetrics, EngineParts.Bounds.DEFAULT, onFatal);
    }

    /** With other bounds of memory. */
    DeliveryEngine(
            Vertx vertx,
            DeliveryConfig config,
            MailQueue queue,
            HostLookup hosts,
            OwnMailboxes own,
            Reports reports,
            DeliveryMetrics metrics,
            ClientMetrics clientMetrics,
            EngineParts.Bounds bounds,
            Consumer<QueueException> onFatal) {
        this.vertx = vertx;
        this.onFatal = onFatal;
        parts = new EngineParts(
                config,
                queue,
                hosts,
                own,
                new SmtpClient(vertx, config, queue.dotSlots(), queue.clock(), clientMetrics),
                new Sources(config),
                reports,
                metrics,
                queue.clock(),
                new SitePauses(),
                bounds,
                new AtomicInteger(),
                new AtomicInteger(),
                new AtomicBoolean());
        for (var executor : ((VertxInternal) vertx).nettyEventLoopGroup()) {
            loops.add(new EngineLoop((VertxInternal) vertx, (EventLoop) executor, parts, loops));
        }
        leases = new TurnLeases((VertxInternal) vertx, loops);
        export(metrics);
    }

    private void export(DeliveryMetrics metrics) {
        metrics.gauge("posthaste.delivery.under.way", "Attempts begun and not recorded yet.", parts.underWay()::get);
        metrics.gauge("posthaste.delivery.ready", "Deliveries in memory, waiting or under way.", parts.inMemory()::get);
        metrics.gauge(
                "posthaste.delivery.destinations", "Destinations at work.", () -> sum(EngineLoop::destinationCount));
        metrics.gauge(
                "posthaste.delivery.alarms",
                "Destinations that have something to do later.",
                () -> sum(EngineLoop::alarmCount));
        metrics.gauge("posthaste.delivery.sites", "Sets of hosts in use.", () -> sum(EngineLoop::siteCount));
        metrics.gauge("posthaste.delivery.turned.leases", "Leases of mail for turned sessions, in use.", leases::count);
    }

    private int sum(ToIntFunction<EngineLoop> count) {
        return loops.stream().mapToInt(count).sum();
    }

    /** Begins to deliver: fresh mail at once, the backlog as the queue finds it. Call once, from any thread. */
    public void start() {
        loops.forEach(EngineLoop::start);
        EngineLoop first = loops.get(0);
        first.execute(new Lifetimes(first)::start);
        parts.queue()
                .start(
                        new QueueListener(),
                        parts.config().retry().ambiguousDelay().toMillis());
    }

    /**
     * Begins no further transaction and lets those that run end.
     *
     * @return completes when every outcome is in the queue, or the limit is over: what still runs then is cut off, and
     *     its unanswered dots are found at the next start
     */
    public Future<Void> drain(Duration limit) {
        parts.draining().set(true);
        for (EngineLoop each : loops) each.execute(each::drain);
        Promise<Void> drained = Promise.promise();
        long deadline = System.nanoTime() + limit.toNanos();
        vertx.setPeriodic(DRAIN_LOOK_MILLIS, timer -> {
            int left = parts.underWay().get();
            if (left > 0 && System.nanoTime() - deadline < 0) return;
            vertx.cancelTimer(timer);
            if (left > 0) LOG.warn("{} deliveries are cut off; the next start takes them up", left);
            drained.tryComplete();
        });
        return drained.future();
    }

    /**
     * Has everything tried now that waits at some destinations: for ETRN (RFC 1985) and for operators. Waits of theirs and of
     * their hosts are over. Mail that is held or not released yet stays, and so does what is under way. Call from any thread.
     *
     * @return completes on the context of the caller with what waits there; fails with {@link QueueException} where the queue
     *     cannot be read
     */
    public Future<AttemptedNow> attemptNow(DestinationMatch match) {
        LOG.info(
                "everything for {}{} is tried now",
                SafeText.of(match.domain(), NAME_MAX_CHARS),
                match.subdomains() ? " and below" : "");
        Promise<AttemptedNow> counted =
                ((VertxInternal) vertx).getOrCreateContext().promise();
        new FlushRequest(match, loops, counted).begin();
        return counted.future();
    }

    /**
     * Keeps what waits for these domains for one turned session alone (TURN and ATRN): what is under way elsewhere goes on, and
     * nothing else of it is begun before the lease ends. Due times do not matter; mail that is held or not released yet stays.
     * Call from any thread.
     *
     * @param domains in lower case, 1 to {@link TurnLease#DOMAINS_MAX}
     * @return completes on the context of the caller with the lease, which must be released or delivered within
     *     {@link TurnLease#UNUSED_MAX}; with nothing where a turned session has one of the domains, where too many have others,
     *     or where the engine is ending: refuse it as busy; fails with {@link QueueException} where the queue cannot be read
     */
    public Future<Optional<TurnLease>> lease(Set<String> domains) {
        return leases.lease(domains);
    }

    private EngineLoop ownerOf(String destination) {
        return EngineLoop.ownerOf(destination, loops);
    }

    /** What the queue tells, handed to the loop that it concerns. */
    private final class QueueListener implements DeliveryListener {
        /** Room for destinations of the backlog that the loops have not taken yet. */
        private final Semaphore untaken = new Semaphore(BACKLOG_UNTAKEN_MAX);

        @Override
        public void queued(Delivery delivery) {
            if (delivery.key().priority() == PriorityClass.HELD) {
                delivery.body().release();
                return;
            }
            String name = delivery.key().destination();
            EngineLoop owner = ownerOf(name);
            if (!hand(owner, () -> owner.queued(delivery))) {
                delivery.body().release();
            }
        }

        @Override
        public void backlog(String destination, PriorityClass priority, long earliestDueMillis) {
            EngineLoop owner = ownerOf(destination);
            awaitTurn();
            boolean handed = hand(owner, () -> {
                untaken.release();
                owner.backlog(destination, priority, earliestDueMillis);
            });
            if (!handed) untaken.release();
        }

        /** A million destinations at a start must not stand before new mail in the loops. */
        private void awaitTurn() {
            try {
                while (!untaken.tryAcquire(BACKLOG_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
                    if (parts.draining().get()) return;
                }
            } catch (InterruptedException ending) {
                Thread.currentThread().interrupt();
            }
        }

        /** False when the loop has ended before the queue: the mail is on disk, and the next start takes it up. */
        private boolean hand(EngineLoop owner, Runnable task) {
            try {
                owner.execute(task);
                return true;
            } catch (RejectedExecutionException ended) {
                LOG.debug("mail for an event loop that has ended stays in the queue");
                return false;
            }
        }

        @Override
        public void ambiguous(MessageId message, int part, String host) {
            parts.metrics().ambiguous();
            LOG.warn(
                    "{} ambiguous part={} host={}: the process ended before the reply to the final dot was recorded;"
                            + " the message may be delivered twice",
                    message,
                    part,
                    host);
        }

        @Override
        public void fatal(QueueException reason) {
            onFatal.accept(reason);
        }
    }
}
