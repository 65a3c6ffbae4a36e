package posthaste.delivery;

import io.netty.channel.EventLoop;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.delivery.route.Resolution;
import posthaste.queue.PriorityClass;

/**
 * One event loop's share of the engine: the destinations and the sites that belong to it. Everything but {@link #execute}
 * runs on that loop.
 *
 * <p>A destination is an object while it has something to do. What it has to do later is an entry of {@code alarms},
 * which is all that a resting destination costs.
 */
final class EngineLoop implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(EngineLoop.class);
    /** How late an alarm may be. */
    private static final long TICK_MILLIS = 50;
    /** Alarms of one tick; the rest comes with the next. */
    private static final int ALARMS_MAX = 500;

    /** Between two looks at all sites: thousands of them must not cost a tick each. */
    private static final long SITES_MILLIS = 250;

    private static final long SWEEP_MILLIS = 5_000;
    /** What was idle for so long is forgotten. */
    private static final long IDLE_MILLIS = 10_000;

    private final ContextInternal context;
    private final EngineParts parts;
    private final List<EngineLoop> loops;
    private final RandomGenerator random = new SplittableRandom();
    private final Settling.Rules rules;
    private final DeliveryLog log;
    private final Map<String, Destination> destinations = new HashMap<>();
    private final Map<String, Site> sites = new HashMap<>();
    private final Alarms alarms = new Alarms();
    private long lookedAtMillis;
    private long sweptAtMillis;
    private volatile int destinationCount;
    private volatile int siteCount;
    private volatile int alarmCount;

    /** @param loops all of the engine, filled by the caller before the first of them is used */
    EngineLoop(VertxInternal vertx, EventLoop loop, EngineParts parts, List<EngineLoop> loops) {
        this.context = vertx.contextBuilder().withEventLoop(loop).build();
        this.parts = parts;
        this.loops = loops;
        RetryConfig retry = parts.config().retry();
        rules = new Settling.Rules(retry, new RetrySchedule(retry, random));
        log = new DeliveryLog(parts.metrics());
    }

    void start() {
        execute(() -> {
            sweptAtMillis = parts.clock().millis();
            context.setPeriodic(TICK_MILLIS, timer -> tick());
        });
    }

    /** Any thread. */
    @Override
    public void execute(Runnable task) {
        context.runOnContext(posted -> task.run());
    }

    ContextInternal context() {
        return context;
    }

    EngineParts parts() {
        return parts;
    }

    List<EngineLoop> loops() {
        return loops;
    }

    RandomGenerator random() {
        return random;
    }

    Settling.Rules rules() {
        return rules;
    }

    DeliveryLog log() {
        return log;
    }

    /** Goes on with a stage of the queue that completes on this loop. A bug in {@code then} does not stay in the stage. */
    <T> void when(CompletionStage<T> stage, BiConsumer<? super T, ? super @Nullable Throwable> then) {
        var unused = stage.whenComplete((value, failure) -> {
            try {
                then.accept(value, failure);
            } catch (RuntimeException | Error bug) {
                execute(() -> {
                    throw bug;
                });
            }
        });
    }

    void later(Duration wait, Runnable task) {
        context.setTimer(wait.toMillis(), timer -> task.run());
    }

    // Destinations.

    static EngineLoop ownerOf(String name, List<EngineLoop> loops) {
        int hash = name.hashCode();
        return loops.get(Math.floorMod(hash ^ hash >>> 16, loops.size()));
    }

    Destination destination(String name) {
        Destination known = destinations.get(name);
        if (known != null) return known;
        var created = new Destination(name, this);
        destinations.put(name, created);
        destinationCount = destinations.size();
        Optional<Long> due = alarms.dueOf(name);
        due.ifPresent(created::rested);
        return created;
    }

    /** After a restart: this destination has something on disk. */
    void backlog(String name, PriorityClass priority, long earliestDueMillis) {
        Destination known = destinations.get(name);
        if (known != null) known.onDisk(priority, earliestDueMillis);
        else wakeAt(name, earliestDueMillis);
    }

    /** Looks at a destination at this time, or earlier if that was asked for before. */
    void wakeAt(String name, long dueMillis) {
        alarms.put(name, dueMillis);
        alarmCount = alarms.size();
    }

    private void tick() {
        long now = parts.clock().millis();
        for (int woken = 0; woken < ALARMS_MAX; woken++) {
            long due = alarms.nextDueMillis();
            Optional<String> name = alarms.pollDue(now);
            if (name.isEmpty()) break;
            wake(name.get(), due);
        }
        alarmCount = alarms.size();
        if (now - lookedAtMillis >= SITES_MILLIS) {
            lookedAtMillis = now;
            for (Site each : sites.values()) each.tick(now);
        }
        if (now - sweptAtMillis >= SWEEP_MILLIS) sweep(now);
    }

    private void wake(String name, long dueMillis) {
        Destination known = destinations.get(name);
        if (known == null) {
            known = destination(name);
            known.rested(dueMillis);
        }
        known.pump();
    }

    private void sweep(long now) {
        sweptAtMillis = now;
        destinations.values().removeIf(each -> {
            if (!each.isIdle(now - IDLE_MILLIS)) return false;
            long due = each.nextDueMillis();
            if (due != Long.MAX_VALUE) wakeAt(each.name(), due);
            return true;
        });
        sites.values().removeIf(each -> each.isIdle(now - IDLE_MILLIS));
        destinationCount = destinations.size();
        siteCount = sites.size();
    }

    // Sites.

    /** Hands attempts to the site of these hosts, wherever it lives. */
    void offer(Resolution.Found hosts, List<Attempt> attempts) {
        EngineLoop owner = ownerOf(hosts.site(), loops);
        if (owner == this) {
            site(hosts).offer(hosts, attempts);
        } else {
            owner.execute(() -> owner.site(hosts).offer(hosts, attempts));
        }
    }

    private Site site(Resolution.Found hosts) {
        Site known = sites.get(hosts.site());
        if (known != null) return known;
        var created = new Site(hosts, this);
        sites.put(hosts.site(), created);
        siteCount = sites.size();
        return created;
    }

    /** Sends nothing more; connections end behind what is under way. */
    void drain() {
        for (Site each : sites.values()) each.drain();
        if (!sites.isEmpty()) LOG.debug("{} sites end their connections", sites.size());
    }

    // For metrics, from any thread.

    int destinationCount() {
        return destinationCount;
    }

    int siteCount() {
        return siteCount;
    }

    int alarmCount() {
        return alarmCount;
    }
}
