package posthaste.delivery;

import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.delivery.route.Resolution;
import posthaste.queue.Delivery;
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
    /** Alarms that are served in a row, and the pause before the next ones: a million of them must not hold mail up. */
    private static final int ALARMS_MAX = 50;

    private static final long ALARMS_PAUSE_MILLIS = 10;

    /** Between two looks at all sites: thousands of them must not cost a tick each. */
    private static final long SITES_MILLIS = 250;

    private static final long SWEEP_MILLIS = 5_000;
    /** What was idle for so long is forgotten. */
    private static final long IDLE_MILLIS = 10_000;
    /** Alarms of which the names are looked at in a row. */
    private static final int WALK_MAX = 5_000;
    /** Names that a walk brings back. */
    private static final int NAMED_MAX = 20;
    /** Of all destinations, what was put off while everything of them is tried; of one of them at most. */
    private static final int PUT_OFF_MAX = 40_000;

    private static final int PUT_OFF_MAX_EACH = 1_000;

    /** Destinations that are forgotten in a row. */
    private static final int FORGET_MAX = 500;

    private final ContextInternal context;
    private final EngineParts parts;
    private final List<EngineLoop> loops;
    private final RandomGenerator random = new SplittableRandom();
    private final Settling.Rules rules;
    private final DeliveryLog log;
    private final Map<String, Destination> destinations = new HashMap<>();
    private final Map<String, Site> sites = new HashMap<>();
    private final Set<TurnedSession> turned = new HashSet<>();
    private final Alarms alarms = new Alarms();
    private boolean waking;
    private long flushRequestedAtMillis;
    private int flushes;
    private long crowdedAtMillis;
    private long forgotSitesAtMillis;
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
        alarms.of(name).ifPresent(alarm -> rested(created, alarm));
        return created;
    }

    private static void rested(Destination destination, Alarms.Alarm alarm) {
        if (alarm.isFlush()) destination.rested(0, 0);
        else destination.rested(alarm.dueMillis(), alarm.failures());
    }

    /** The queue has written a delivery: it is tried at once, or is found on disk when its destination has its turn. */
    void queued(Delivery delivery) {
        String name = delivery.key().destination();
        if (destinations.containsKey(name) || hasRoom()) {
            destination(name).queued(delivery);
        } else {
            delivery.body().release();
            bringForward(name, delivery.key().dueMillis());
        }
    }

    /** After a restart: this destination has something on disk. */
    void backlog(String name, PriorityClass priority, long earliestDueMillis) {
        Destination known = destinations.get(name);
        if (known != null) known.onDisk(priority, earliestDueMillis);
        else bringForward(name, earliestDueMillis);
    }

    private void bringForward(String name, long dueMillis) {
        alarms.bringForward(name, dueMillis);
        alarmCount = alarms.size();
    }

    /** Looks at a destination at this time. */
    void wakeAt(String name, long dueMillis, int failures) {
        alarms.set(name, dueMillis, failures);
        alarmCount = alarms.size();
    }

    /** Whether there is room for one more destination, when those have gone that have nothing to do now. */
    private boolean hasRoom() {
        int max = shareOf(parts.bounds().destinations());
        if (destinations.size() < max) return true;
        long now = parts.clock().millis();
        if (now - crowdedAtMillis < TICK_MILLIS) return false;
        if (!forgetDestinations(Long.MAX_VALUE)) crowdedAtMillis = now; // all that is left has work
        return destinations.size() < max;
    }

    private int shareOf(int bound) {
        return Math.max(1, bound / loops.size());
    }

    private void tick() {
        long now = parts.clock().millis();
        if (!waking) wakeDue();
        if (now - lookedAtMillis >= SITES_MILLIS) {
            lookedAtMillis = now;
            for (Site each : sites.values()) each.tick(now);
        }
        if (now - sweptAtMillis >= SWEEP_MILLIS) sweep(now);
    }

    private void wakeDue() {
        long now = parts.clock().millis();
        for (int woken = 0; woken < ALARMS_MAX; woken++) {
            if (alarms.nextDueMillis() > now || !hasRoom()) break;
            alarms.pollDue(now).ifPresent(this::wake);
        }
        alarmCount = alarms.size();
        waking = alarms.nextDueMillis() <= now;
        if (waking) context.setTimer(ALARMS_PAUSE_MILLIS, timer -> wakeDue());
    }

    private void wake(Alarms.Alarm alarm) {
        Destination known = destinations.get(alarm.name());
        if (known == null) {
            known = destination(alarm.name());
            rested(known, alarm);
        }
        if (alarm.isFlush()) known.flush(flushRequestedAtMillis);
        known.pump();
    }

    // Everything now.

    /** What a walk found: how many destinations, and the names of the first of them. */
    record Walked(int destinations, List<String> names) {}

    /** Has everything of a destination tried, at the pace at which alarms are served. */
    void attemptNow(String name, long requestedAtMillis) {
        flushRequestedAtMillis = Math.max(flushRequestedAtMillis, requestedAtMillis);
        alarms.flush(name, requestedAtMillis);
        alarmCount = alarms.size();
    }

    /** The same for all destinations below a domain, a few at a time. */
    Future<Walked> attemptBelow(DestinationMatch match, long requestedAtMillis) {
        for (Destination each : destinations.values()) {
            String name = each.name();
            if (match.isBelow(name) && each.hasMail() && alarms.of(name).isEmpty()) attemptNow(name, requestedAtMillis);
        }
        Promise<Walked> walked = context.promise();
        walk(alarms.size(), new Walk(match, requestedAtMillis, new ArrayList<>(), walked), 0);
        return walked.future();
    }

    private record Walk(DestinationMatch match, long requestedAtMillis, List<String> names, Promise<Walked> end) {}

    private void walk(int below, Walk walk, int foundBefore) {
        flushRequestedAtMillis = Math.max(flushRequestedAtMillis, walk.requestedAtMillis());
        int found = foundBefore;
        int slot = Math.min(below, alarms.size());
        int until = Math.max(0, slot - WALK_MAX);
        while (slot > until) {
            slot--;
            String name = alarms.nameAt(slot);
            if (!walk.match().isBelow(name) || isEmpty(name)) continue;
            alarms.flushAt(slot, walk.requestedAtMillis());
            if (walk.names().size() < NAMED_MAX) walk.names().add(name);
            found++;
        }
        int left = slot;
        int all = found;
        if (left > 0) execute(() -> walk(left, walk, all));
        else walk.end().complete(new Walked(all, List.copyOf(walk.names())));
    }

    /** What is not in memory has mail, or it would have been forgotten. */
    private boolean isEmpty(String name) {
        Destination known = destinations.get(name);
        return known != null && !known.hasMail();
    }

    /** A destination begins to try everything: how much it may remember of what is put off. */
    int flushBegins() {
        flushes++;
        return Math.max(1, Math.min(PUT_OFF_MAX_EACH, shareOf(PUT_OFF_MAX) / flushes));
    }

    void flushEnds() {
        flushes--;
    }

    private void sweep(long now) {
        boolean more = forgetDestinations(now - IDLE_MILLIS);
        if (!more) sweptAtMillis = now;
        for (Iterator<Site> all = sites.values().iterator(); all.hasNext(); ) {
            Site each = all.next();
            if (each.isIdle(now - IDLE_MILLIS)) forget(each, all);
        }
        siteCount = sites.size();
    }

    /** Returns whether there may be more of them. */
    private boolean forgetDestinations(long usedBeforeMillis) {
        int forgotten = 0;
        for (Iterator<Destination> all = destinations.values().iterator(); all.hasNext() && forgotten < FORGET_MAX; ) {
            Destination each = all.next();
            if (!each.isIdle(usedBeforeMillis)) continue;
            all.remove();
            forgotten++;
            long due = each.nextDueMillis();
            if (due == Long.MAX_VALUE) alarms.remove(each.name());
            else wakeAt(each.name(), due, each.failuresAtRest());
        }
        destinationCount = destinations.size();
        return forgotten == FORGET_MAX;
    }

    // Sites.

    /**
     * Hands attempts to the site of these hosts, wherever it lives.
     *
     * @param failures in a row, as the destination knows them: a site that was forgotten begins with them
     */
    void offer(Resolution.Found hosts, int failures, List<Attempt> attempts) {
        EngineLoop owner = ownerOf(hosts.site(), loops);
        if (owner == this) {
            site(hosts, failures).offer(hosts, attempts);
        } else {
            owner.execute(() -> owner.site(hosts, failures).offer(hosts, attempts));
        }
    }

    /** Pauses of these hosts that are older than that are over. */
    void resume(Resolution.Found hosts, long requestedAtMillis) {
        EngineLoop owner = ownerOf(hosts.site(), loops);
        if (owner == this) resume(hosts.site(), requestedAtMillis);
        else owner.execute(() -> owner.resume(hosts.site(), requestedAtMillis));
    }

    private void resume(String site, long requestedAtMillis) {
        Site known = sites.get(site);
        if (known != null) known.resume(requestedAtMillis);
    }

    /** Takes back what the site of these hosts has not begun of a destination of this loop; then goes on here. */
    void recall(Resolution.Found hosts, Destination destination, Runnable then) {
        EngineLoop owner = ownerOf(hosts.site(), loops);
        owner.execute(() -> {
            Site known = owner.sites.get(hosts.site());
            List<Attempt> back = known == null ? List.of() : known.recall(destination);
            execute(() -> {
                destination.returned(back);
                then.run();
            });
        });
    }

    private Site site(Resolution.Found hosts, int failures) {
        Site known = sites.get(hosts.site());
        if (known != null) return known;
        if (sites.size() >= shareOf(parts.bounds().sites())) forgetRestingSites();
        var created = new Site(hosts, failures, this);
        sites.put(hosts.site(), created);
        siteCount = sites.size();
        return created;
    }

    /** Those that only remember a pause: their destinations remember it too. */
    private void forgetRestingSites() {
        long now = parts.clock().millis();
        if (now - forgotSitesAtMillis < TICK_MILLIS) return;
        forgotSitesAtMillis = now;
        for (Iterator<Site> all = sites.values().iterator(); all.hasNext(); ) {
            Site each = all.next();
            if (each.isResting()) forget(each, all);
        }
    }

    private void forget(Site site, Iterator<Site> at) {
        at.remove();
        parts.pauses().remove(site.name());
    }

    /** Sends nothing more; connections end behind what is under way. */
    void drain() {
        for (Site each : sites.values()) each.drain();
        List.copyOf(turned).forEach(TurnedSession::drain);
        if (!sites.isEmpty()) LOG.debug("{} sites end their connections", sites.size());
    }

    // Turned sessions.

    void begins(TurnedSession session) {
        turned.add(session);
    }

    void ends(TurnedSession session) {
        turned.remove(session);
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
