package posthaste.delivery;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.delivery.client.ClientConnection;
import posthaste.delivery.client.HostFailure;
import posthaste.delivery.client.RecipientResult;
import posthaste.delivery.client.Scope;
import posthaste.delivery.client.Stage;
import posthaste.delivery.client.TransactionResult;
import posthaste.delivery.route.NextHop;
import posthaste.delivery.route.Resolution;
import posthaste.delivery.route.Transport;
import posthaste.smtp.Reply;
import posthaste.smtp.SafeText;

/**
 * The set of hosts that one or more destinations share: their connections, how many of them, and what waits for one.
 * Lives on one event loop; its connections live on all of them.
 *
 * <p>A site whose hosts all fail pauses as a whole: what waits goes back to its destinations, which keep nothing of it
 * in memory, and no message is charged an attempt. Behind the pause one connection looks whether they are back.
 */
final class Site {
    private static final Logger LOG = LoggerFactory.getLogger(Site.class);
    private static final int TEXT_MAX_CHARS = 300;
    /** Hosts that answer faster than this get a second transaction on the wire before further connections. */
    private static final long FAST_NANOS = 20_000_000;
    /** Transactions per connection with fast hosts, before another connection has to help. */
    private static final int PACKED = 3;
    /** What waits behind a transaction for so long goes to another connection. */
    private static final long STUCK_MILLIS = 1_000;
    /** While a paused site looks whether its hosts are back, destinations come again after this time. */
    private static final long LOOKING_MILLIS = 5_000;
    /** Weight of the latest transaction in the average: 1/8. */
    private static final int AVERAGE_SHIFT = 3;

    private final String name;
    private final Transport transport;
    private final EngineLoop loop;
    private final EngineParts parts;
    private final ConcurrencyWindow window;
    private final SiteHosts hosts;
    private final Lanes lanes = new Lanes();
    /** Attempts that want another host than those they have tried. */
    private final Deque<Attempt> moving = new ArrayDeque<>();
    /** Open ones and those being opened. */
    private final List<SiteConnection> connections = new ArrayList<>();

    private int opening;
    /** Transactions that the connections have. */
    private int pending;

    private int nextLoop;
    private long pausedAtMillis;
    private long pausedUntilMillis;
    private long resumedMillis;
    private Reply pauseReason = Reply.of(451, "4.4.1", "Not tried yet");
    private long noOpeningUntilMillis;
    /** Whether destinations are told to wait ({@link SitePauses}): until a host has answered. */
    private boolean announced;

    private long averageNanos;
    private long usedAtMillis;
    private boolean draining;

    /** @param failures in a row of these hosts, before now */
    Site(Resolution.Found found, int failures, EngineLoop loop) {
        this.name = found.site();
        this.transport = found.transport();
        this.loop = loop;
        parts = loop.parts();
        window = new ConcurrencyWindow(parts.config().connectionsPerSite());
        hosts = new SiteHosts(found, failures, parts.config().retry(), loop.random());
        nextLoop = loop.random().nextInt(loop.loops().size());
        usedAtMillis = parts.clock().millis();
    }

    String name() {
        return name;
    }

    /** Takes attempts of one destination, and gives back what cannot be tried now. */
    void offer(Resolution.Found latest, List<Attempt> attempts) {
        hosts.update(latest);
        long now = parts.clock().millis();
        usedAtMillis = now;
        if (draining) {
            giveBack(attempts.get(0).destination(), attempts);
        } else if (now < pausedUntilMillis) {
            pause(attempts.get(0).destination(), attempts);
        } else {
            for (Attempt each : attempts) enqueue(each);
            pump(now);
        }
    }

    private void enqueue(Attempt attempt) {
        if (attempt.takesAnyHost()) lanes.add(attempt);
        else moving.add(attempt);
    }

    // Sending.

    private void pump(long now) {
        if (draining) return;
        move(now);
        while (lanes.size() > 0) {
            Optional<SiteConnection> free = free(now);
            if (free.isEmpty()) break;
            send(free.get(), lanes.poll().orElseThrow(), now);
        }
        open(now);
    }

    private void send(SiteConnection connection, Attempt attempt, long now) {
        connection.send(attempt, hosts.recipientsMax(connection.hop()), now);
        pending++;
    }

    /** The connection with the least to do, if any takes one more. */
    private Optional<SiteConnection> free(long now) {
        SiteConnection best = null;
        int depth = depth(now);
        int eligible = eligible();
        for (SiteConnection each : connections) {
            if (eligible == 0) break;
            if (each.isOpen()) eligible--;
            if (!each.takes(depth)) continue;
            if (best == null || each.pending() < best.pending()) best = each;
            if (best.pending() == 0) break;
        }
        if (best == null && eligible == 0) return anyFree(depth);
        return Optional.ofNullable(best);
    }

    private Optional<SiteConnection> anyFree(int depth) {
        return connections.stream().filter(each -> each.takes(depth)).findFirst();
    }

    /**
     * How many connections share the work. With hosts that answer at once a connection that always has a next envelope
     * to send behind a content costs half the packets of one that waits for its work.
     */
    private int eligible() {
        if (!isFast()) return connections.size();
        return Math.max(loop.loops().size(), (pending + lanes.size() + 2) / PACKED);
    }

    private boolean isFast() {
        return averageNanos < FAST_NANOS;
    }

    /** How many transactions a connection gets at once: with slow hosts another connection is the better choice. */
    private int depth(long now) {
        if (isFast()) return ClientConnection.DEPTH + SiteConnection.AHEAD_MAX;
        boolean mayOpen = connections.size() < window.size() && now >= noOpeningUntilMillis;
        return mayOpen ? 1 : ClientConnection.DEPTH;
    }

    /** Opens what the waiting attempts need, as far as the window allows. */
    private void open(long now) {
        if (now < noOpeningUntilMillis) return;
        int wanted = Math.min(window.size() - connections.size(), lanes.size() - opening);
        for (int i = 0; i < wanted; i++) {
            Optional<NextHop> hop = hosts.choose(now, any -> true);
            if (hop.isPresent()) {
                open(hop.get());
            } else {
                if (connections.isEmpty()) pause();
                return;
            }
        }
    }

    private void open(NextHop hop) {
        EngineLoop home = loop.loops().get(nextLoop);
        nextLoop = (nextLoop + 1) % loop.loops().size();
        var connection = new SiteConnection(this, loop, home, hop);
        connections.add(connection);
        opening++;
        keepOthersWaiting();
        parts.client().open(home.context(), hop, transport, parts.sources().towards(hop), connection);
    }

    /** Serves those that want another host. */
    private void move(long now) {
        if (moving.isEmpty()) return;
        List<Attempt> all = List.copyOf(moving);
        moving.clear();
        for (Attempt each : all) move(each, now);
    }

    private void move(Attempt attempt, long now) {
        for (SiteConnection each : connections) {
            if (attempt.hasTried(each.hop())) continue;
            if (each.takes(ClientConnection.DEPTH)) {
                send(each, attempt, now);
                return;
            }
            if (!each.isOpen() || each.pending() > 0) {
                moving.add(attempt); // its turn comes when that one is open or free
                return;
            }
        }
        Optional<NextHop> another = hosts.choose(now, hop -> !attempt.hasTried(hop));
        if (another.isEmpty()) {
            attempt.giveUp();
            end(attempt);
        } else {
            moving.add(attempt);
            if (connections.size() < parts.config().connectionsPerSite()) open(another.get());
        }
    }

    private static void end(Attempt attempt) {
        Destination destination = attempt.destination();
        destination.loop().execute(() -> destination.ended(attempt));
    }

    // What connections tell.

    void opened(SiteConnection connection, ClientConnection greeted) {
        opening--;
        connection.open(greeted, parts.config().messagesPerConnection());
        if (draining) connection.quit();
        else pump(parts.clock().millis());
    }

    void notOpened(SiteConnection connection, HostFailure why) {
        opening--;
        connections.remove(connection);
        long now = parts.clock().millis();
        failed(connection.hop(), why, now);
        pump(now);
    }

    void closed(SiteConnection connection, Optional<HostFailure> why) {
        connections.remove(connection);
        long now = parts.clock().millis();
        why.filter(HostFailure::hostBackOff).ifPresent(failure -> failed(connection.hop(), failure, now));
        pump(now);
    }

    /** The one place where a failure of a host changes the pace. */
    private void failed(NextHop hop, HostFailure why, long now) {
        if (hosts.isBlocked(hop, now)) return; // the same failure, seen by one more connection
        String reason = SafeText.of(why.reply().oneLine(), TEXT_MAX_CHARS);
        pauseReason = why.reply();
        boolean serves = connections.stream()
                .anyMatch(each -> each.isOpen() && each.hop().equals(hop));
        if (why.rateLimited()) window.halve(reason);
        else window.shrink(reason);
        if (serves) {
            boolean opened = why.stage().compareTo(Stage.EHLO) > 0;
            if (!opened) window.shrinkTo(connections.size(), reason);
            noOpeningUntilMillis = now + hosts.rest(hop);
        } else {
            hosts.block(hop, now);
        }
        LOG.info("{}: {}; at most {} connections to this site", hop, reason, window.size());
    }

    /** @param delivered whether the attempt is done with already */
    void ended(
            SiteConnection connection, Attempt attempt, TransactionResult result, boolean usable, boolean delivered) {
        long now = parts.clock().millis();
        connection.ended(now);
        pending--;
        if (!usable) connection.spent();
        usedAtMillis = now;
        if (delivered) {
            succeeded(connection, result);
        } else {
            judge(connection, result);
            goOn(attempt, result, now);
        }
        pump(now);
    }

    /** What a connection has not begun. */
    void unsent(SiteConnection connection, List<Attempt> attempts) {
        long now = parts.clock().millis();
        for (int i = attempts.size() - 1; i >= 0; i--) {
            connection.ended(now);
            pending--;
            Attempt each = attempts.get(i);
            if (draining) giveBack(each.destination(), List.of(each));
            else if (each.takesAnyHost()) lanes.addFirst(each);
            else moving.add(each);
        }
        pump(now);
    }

    private void succeeded(SiteConnection connection, TransactionResult result) {
        averageNanos += (connection.lastNanos() - averageNanos) >> AVERAGE_SHIFT;
        hosts.succeeded(result.hop());
        window.succeeded(connections.size());
        if (announced) {
            announced = false;
            parts.pauses().remove(name);
        }
    }

    /** What the results say of the host, whatever they say of the mail. */
    private void judge(SiteConnection connection, TransactionResult result) {
        int again = 0;
        boolean answered = false;
        for (RecipientResult each : result.recipients()) {
            if (each.kind() == RecipientResult.Kind.AGAIN) again++;
            answered |= each.scope() != Scope.HOST && each.kind() != RecipientResult.Kind.NOT_STARTED;
        }
        if (again > 0) hosts.limitRecipients(result.hop(), result.recipients().size() - again);
        if (!answered || !result.asked()) return;
        succeeded(connection, result);
        result.recipients().stream()
                .filter(each -> each.kind() == RecipientResult.Kind.DEFERRED && FailureRules.isRateLimit(each.reply()))
                .findFirst()
                .ifPresent(each -> window.halve(SafeText.of(each.reply().oneLine(), TEXT_MAX_CHARS)));
    }

    private void goOn(Attempt attempt, TransactionResult result, long now) {
        boolean another = hosts.choose(now, hop -> !hop.equals(result.hop()) && !attempt.hasTried(hop))
                .isPresent();
        attempt.ended(result, another);
        if (!attempt.isOpen() || attempt.hasFinal()) end(attempt);
        else if (draining) giveBack(attempt.destination(), List.of(attempt));
        else if (attempt.takesAnyHost()) lanes.addFirst(attempt);
        else moving.add(attempt);
    }

    // Pausing.

    private void pause() {
        pausedAtMillis = parts.clock().millis();
        pausedUntilMillis = hosts.firstFreeMillis();
        window.shrinkTo(1, "all hosts are unreachable");
        parts.metrics().sitePaused();
        LOG.info("no host of {} can be reached; next try at {}", name, Instant.ofEpochMilli(pausedUntilMillis));
        announce(pausedUntilMillis);
        lanes.drainTo(this::pause);
    }

    /** Somebody wants mail tried now: what its hosts had to wait for before that time is over, once for all destinations. */
    void resume(long requestedAtMillis) {
        if (requestedAtMillis <= resumedMillis || pausedAtMillis > requestedAtMillis) return;
        resumedMillis = requestedAtMillis;
        pausedUntilMillis = 0;
        noOpeningUntilMillis = 0;
        hosts.forgive();
        announced = false;
        parts.pauses().remove(name);
    }

    private void announce(long untilMillis) {
        announced = true;
        parts.pauses().put(name, pauseUntil(untilMillis));
    }

    private SitePauses.Pause pauseUntil(long untilMillis) {
        return new SitePauses.Pause(pausedAtMillis, untilMillis, pauseReason, hosts.failures());
    }

    private void pause(Destination destination, List<Attempt> attempts) {
        SitePauses.Pause pause = pauseUntil(pausedUntilMillis);
        destination.loop().execute(() -> destination.pause(pause, attempts));
    }

    private static void giveBack(Destination destination, List<Attempt> attempts) {
        destination.loop().execute(() -> destination.returned(attempts));
    }

    /** One connection looks whether the hosts are back: those who come meanwhile need not read anything for it. */
    private void keepOthersWaiting() {
        if (announced) announce(parts.clock().millis() + LOOKING_MILLIS);
    }

    /** Time goes by: what had to wait may be possible now. */
    void tick(long now) {
        if (announced && !connections.isEmpty() && parts.pauses().at(name, now).isEmpty()) keepOthersWaiting();
        for (SiteConnection each : connections) each.recallIfStuck(now - STUCK_MILLIS);
        if (lanes.size() > 0 || !moving.isEmpty()) pump(now);
    }

    /** Gives back what waits; connections end behind what they have under way. */
    void drain() {
        draining = true;
        lanes.drainTo(Site::giveBack);
        for (Iterator<Attempt> all = moving.iterator(); all.hasNext(); all.remove()) {
            Attempt attempt = all.next();
            giveBack(attempt.destination(), List.of(attempt));
        }
        List.copyOf(connections).forEach(SiteConnection::quit);
    }

    /** Gives up what it has of a destination, but what is under way or has come to something already. */
    List<Attempt> recall(Destination destination) {
        List<Attempt> back = lanes.remove(destination, Site::isUntouched);
        for (Iterator<Attempt> all = moving.iterator(); all.hasNext(); ) {
            Attempt attempt = all.next();
            if (attempt.destination() != destination || !isUntouched(attempt)) continue;
            back.add(attempt);
            all.remove();
        }
        return back;
    }

    private static boolean isUntouched(Attempt attempt) {
        return attempt.outcomes().isEmpty();
    }

    /** Whether nothing would be lost with it. */
    boolean isIdle(long usedBeforeMillis) {
        return isResting() && usedAtMillis < usedBeforeMillis && pausedUntilMillis < usedBeforeMillis;
    }

    /** Whether nothing would be lost with it but what it knows of its hosts. */
    boolean isResting() {
        return lanes.size() == 0 && moving.isEmpty() && connections.isEmpty();
    }
}
