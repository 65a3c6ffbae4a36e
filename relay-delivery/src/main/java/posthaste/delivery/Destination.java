package posthaste.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.delivery.route.Resolution;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryKey;
import posthaste.queue.Envelope;
import posthaste.queue.MailQueue.Backlog;
import posthaste.queue.Notices;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueueException;
import posthaste.queue.Recipient;
import posthaste.queue.Settlement;
import posthaste.smtp.Reply;

/**
 * The mail of one recipient domain: loads what is due into a small window, offers it to the site that its hosts make
 * up, and records what came of it. Lives on one event loop.
 *
 * <p>A delivery is in memory ({@code inHand}) from the moment it is taken until its outcome is recorded, and never tried
 * twice meanwhile. What is not taken stays on disk and is read when its time comes and there is room. Fresh mail is
 * taken directly as long as nothing on disk is due before it.
 */
final class Destination {
    private static final Logger LOG = LoggerFactory.getLogger(Destination.class);
    /** Deliveries in memory that no site has yet. */
    private static final int READY_MAX = 2_000;
    /** Deliveries with the site: enough that it never waits for us. */
    private static final int OFFERED_MAX = 512;
    /** Deliveries with a turned session, which is one connection: what it does not take comes back. */
    private static final int TURNED_MAX = 32;
    /** Deliveries of one read for it. */
    private static final int READ_MAX_TURNED = 100;
    /** Deliveries of one read. */
    private static final int READ_MAX = 500;
    /** After a pause one look at the hosts needs no more. */
    private static final int READ_MAX_AFTER_PAUSE = 20;
    /** For what is due and finds no room: room comes with outcomes, and with those of other destinations. */
    private static final long LOOK_AGAIN_MILLIS = 100;

    /** Less time than that cannot be passed on. */
    private static final long LEAST_LEFT_MILLIS = 1_000;

    /** Before a backlog that could not be read is read again. */
    private static final Duration READ_WAIT = Duration.ofSeconds(1);

    private static final Reply NEVER_TRIED = Reply.of(451, "4.4.7", "The message could not be tried in its time");
    private static final Reply STILL_WAITING = Reply.of(451, "4.4.7", "The message waits for its turn");

    private final String name;
    private final EngineLoop loop;
    private final EngineParts parts;
    private final Outlook outlook;
    private final DiskBacklog[] disk;
    private final ReadyQueue ready;
    private final InHand inHand;
    private final Recorder recorder;
    private Optional<Flush> flush = Optional.empty();
    private Optional<Leased> leased = Optional.empty();
    private int offered;
    /** Attempts that a turned session has. */
    private int turned;

    private boolean resolving;
    private boolean pumping;
    private long usedAtMillis;

    Destination(String name, EngineLoop loop) {
        this.name = name;
        this.loop = loop;
        parts = loop.parts();
        inHand = new InHand(parts);
        recorder = new Recorder(loop, inHand);
        outlook = new Outlook(parts.config().retry(), loop.random());
        PriorityClass[] classes = {PriorityClass.URGENT, PriorityClass.NORMAL, PriorityClass.BULK};
        disk = new DiskBacklog[classes.length];
        ready = new ReadyQueue(READY_MAX);
        for (int i = 0; i < classes.length; i++) {
            disk[i] = new DiskBacklog(name, classes[i]);
        }
    }

    String name() {
        return name;
    }

    EngineLoop loop() {
        return loop;
    }

    // What the queue tells.

    /** A delivery was written: fresh mail, or the next revision of one. */
    void queued(Delivery delivery) {
        used();
        noteIfPutOff(delivery.key());
        Optional<Attempt> going = inHand.goingOn(delivery.key());
        if (going.isPresent()) {
            goOn(going.get().continued(delivery));
        } else if (mayTake(delivery) && take(delivery)) {
            pumpLater();
        } else {
            delivery.body().release();
            diskOf(delivery.key()).note(delivery.key());
            rest();
        }
    }

    /** Takes a delivery into memory: it waits for its hosts there, or ends here and now. False where there is no room. */
    private boolean take(Delivery delivery) {
        if (!inHand.hasRoom()) return false;
        if (isTooLate(delivery)) {
            inHand.take(delivery.key());
            recorder.expire(
                    begin(delivery), delivery.lastReply().or(outlook::reason).orElse(NEVER_TRIED));
        } else if (isRefused(delivery)) {
            inHand.take(delivery.key());
            Attempt attempt = begin(delivery);
            attempt.refuse(parts.own());
            recorder.record(attempt, 0);
        } else {
            if (!ready.add(delivery)) return false;
            inHand.take(delivery.key());
        }
        return true;
    }

    /** No attempt begins in the last second before the message has to come back: BY counts whole ones (RFC 2852 §4.1.4). */
    private boolean isTooLate(Delivery delivery) {
        Envelope envelope = delivery.message().envelope();
        if (envelope.requests().deadline().isEmpty()) return false;
        return envelope.endsAt()
                .filter(end ->
                        end.toEpochMilli() - LEAST_LEFT_MILLIS < parts.clock().millis())
                .isPresent();
    }

    private boolean isRefused(Delivery delivery) {
        for (Recipient each : delivery.recipients()) {
            if (parts.own().refusal(each.mailbox()).isPresent()) return true;
        }
        return false;
    }

    /** The message has recipients whose turn comes now, in a transaction of their own. */
    private void goOn(Attempt attempt) {
        inHand.take(attempt.delivery().key());
        parts.underWay().incrementAndGet();
        Optional<Resolution.Found> hosts = leased.isEmpty() ? outlook.hosts() : Optional.empty();
        if (isTurning() && !parts.draining().get()) {
            turn(List.of(attempt));
        } else if (hosts.isPresent() && !parts.draining().get()) {
            offered++;
            loop.offer(hosts.get(), outlook.failures(), List.of(attempt));
        } else {
            postpone(attempt);
        }
    }

    private boolean mayTake(Delivery delivery) {
        long now = parts.clock().millis();
        if (delivery.key().dueMillis() > now) return isWantedEarly(delivery, now);
        return mayMoveAt(now)
                && !inHand.isReading()
                && diskOf(delivery.key()).dueMillis() > delivery.key().dueMillis()
                && !parts.draining().get();
    }

    /** The record that makes it wait came when the walk of a lease had gone by already. */
    private boolean isWantedEarly(Delivery delivery, long now) {
        return leased.isPresent()
                && leased.get().takes(delivery, now)
                && !inHand.isReading()
                && !parts.draining().get();
    }

    private boolean mayMoveAt(long now) {
        return leased.isPresent() ? isTurning() : !isPaused(now);
    }

    /** Its hosts could not be reached, and nothing stays in memory for them. A read may end behind the beginning of that. */
    private boolean isPaused(long now) {
        return leased.isEmpty() && now < outlook.pausedUntilMillis();
    }

    /** Something of this class is on disk, due at the earliest then. */
    void onDisk(PriorityClass priority, long earliestDueMillis) {
        disk[priority.code()].note(earliestDueMillis);
        pumpLater();
    }

    /**
     * It rested: something may be on disk, of any class, and nobody knows how its hosts are.
     *
     * @param untilMillis after failures nothing is tried before; else nothing is due before
     * @param failures in a row, of its hosts or of the name system
     */
    void rested(long untilMillis, int failures) {
        long earliestDueMillis = failures > 0 ? 0 : untilMillis;
        for (DiskBacklog each : disk) each.note(earliestDueMillis);
        outlook.rested(untilMillis, failures);
    }

    private DiskBacklog diskOf(DeliveryKey key) {
        return disk[key.priority().code()];
    }

    private void used() {
        usedAtMillis = parts.clock().millis();
    }

    // Moving on.

    /** Once in this turn of the loop, however many deliveries it brings. */
    private void pumpLater() {
        if (pumping) return;
        pumping = true;
        loop.execute(() -> {
            pumping = false;
            pump();
        });
    }

    /** Does what can be done now. */
    void pump() {
        long now = parts.clock().millis();
        if (parts.draining().get()) return;
        if (isTurning()) turn(now);
        else if (mayMoveAt(now)) move(now);
        rest();
    }

    /** Nothing is read from disk before it is known that there is a way for it. */
    private void move(long now) {
        if (ready.isEmpty() && !isDue(now) && flush.isEmpty()) return;
        if (parts.own().mayRefuse(name)) read(now);
        Optional<Resolution> answer = outlook.fresh(now);
        if (answer.isEmpty()) {
            resolve();
        } else if (answer.get() instanceof Resolution.Found hosts) {
            Optional<SitePauses.Pause> pause =
                    parts.pauses().at(hosts.site(), now).filter(this::counts);
            if (pause.isPresent()) {
                pause(pause.get(), List.of());
            } else {
                if (flush.isPresent() && flush.get().resume()) {
                    loop.resume(hosts, flush.get().requestedAtMillis());
                }
                read(now);
                offer(hosts);
            }
        } else if (answer.get() instanceof Resolution.Refused refused) {
            read(now);
            endReady(refused.reply());
        }
    }

    /** A pause from before everything was to be tried is over. */
    private boolean counts(SitePauses.Pause pause) {
        return flush.isEmpty() || pause.sinceMillis() > flush.get().requestedAtMillis();
    }

    private boolean isDue(long now) {
        for (DiskBacklog each : disk) if (each.dueMillis() <= now) return true;
        return false;
    }

    private void offer(Resolution.Found hosts) {
        var attempts = new ArrayList<Attempt>();
        while (!ready.isEmpty() && offered < OFFERED_MAX) {
            attempts.add(begin(ready.remove()));
            offered++;
        }
        if (!attempts.isEmpty()) loop.offer(hosts, outlook.failures(), attempts);
    }

    private Attempt begin(Delivery delivery) {
        parts.underWay().incrementAndGet();
        return Attempt.of(this, delivery);
    }

    private void resolve() {
        if (resolving) return;
        resolving = true;
        parts.hosts().resolve(name).onComplete(answer -> {
            resolving = false;
            if (answer.failed()) throw new IllegalStateException("looking up " + name, answer.cause());
            resolved(answer.result(), parts.clock().millis());
        });
    }

    private void resolved(Resolution answer, long now) {
        if (answer instanceof Resolution.Unavailable unavailable) {
            long until = now + outlook.notAnswered();
            pause(new SitePauses.Pause(now, until, unavailable.reply(), outlook.failures()), List.of());
        } else {
            outlook.answered(answer, now);
            pump();
        }
    }

    /** There are no hosts and there will be none: what is here comes back to its senders. */
    private void endReady(Reply reply) {
        if (ready.isEmpty()) return;
        while (!ready.isEmpty()) {
            Attempt attempt = begin(ready.remove());
            attempt.endAll(RecipientOutcome.Kind.BOUNCED, reply);
            record(attempt, 0);
        }
        pumpLater();
    }

    // Reading.

    private void read(long now) {
        if (inHand.isReading() || ready.size() > (leased.isPresent() ? TURNED_MAX : READY_MAX / 2)) return;
        if (leased.isEmpty() && outlook.isDoubtful() && ready.size() + offered > 0) return;
        Optional<Flush> walk = walk();
        if (walk.isPresent()) {
            if (walk.get().mayReadAt(now)) read(walk.get());
            return;
        }
        for (DiskBacklog each : disk) {
            if (each.dueMillis() <= now) {
                read(each, now);
                return;
            }
        }
    }

    private void read(DiskBacklog of, long now) {
        DeliveryKey start = of.beginRead();
        inHand.readBegins();
        used();
        loop.when(parts.queue().backlog(name, of.priority(), start, now, readMax(), loop), (page, failure) -> {
            if (failure == null) took(of, page, start);
            else notRead(of, start, failure);
        });
    }

    /** The walk over everything that is under way: of the lease, or because somebody asked for it. */
    private Optional<Flush> walk() {
        return leased.isPresent() ? leased.get().walk() : flush;
    }

    private int readMax() {
        if (leased.isPresent()) return READ_MAX_TURNED;
        return outlook.isDoubtful() ? READ_MAX_AFTER_PAUSE : READ_MAX;
    }

    private void took(DiskBacklog of, Backlog page, DeliveryKey start) {
        DeliveryKey last = start;
        boolean paused = isPaused(parts.clock().millis());
        for (Delivery each : page.deliveries()) {
            last = each.key();
            if (inHand.knows(last)) continue;
            if (paused || !take(each)) of.note(last);
        }
        inHand.readEnds();
        long next = page.nextDueMillis();
        if (next != Long.MAX_VALUE) {
            // The next one stands behind the last one that was returned.
            if (next == last.dueMillis()) of.note(behind(last));
            else of.note(next);
        }
        pump();
    }

    private static DeliveryKey behind(DeliveryKey key) {
        return new DeliveryKey(
                key.destination(), key.priority(), key.dueMillis(), key.message(), key.part(), key.revision() + 1);
    }

    private void notRead(DiskBacklog of, DeliveryKey start, Throwable failure) {
        inHand.readEnds();
        of.readFailed(start);
        if (failure instanceof QueueException.Closed) return;
        LOG.error("cannot read the backlog of {}: {}; trying again", name, failure.toString());
        Reply why = Reply.of(451, "4.3.0", "The backlog cannot be read");
        leased.ifPresent(each -> each.stop(why));
        long now = parts.clock().millis();
        pause(new SitePauses.Pause(now, now + READ_WAIT.toMillis(), why, outlook.failures()), List.of());
    }

    // Everything now.

    /** Tries everything that waits, whatever its due time, and takes pauses from before that request for over. */
    void flush(long requestedAtMillis) {
        endFlush();
        outlook.startAnew();
        flush = Optional.of(new Flush(name, requestedAtMillis, loop.flushBegins()));
    }

    private void endFlush() {
        if (flush.isEmpty()) return;
        flush = Optional.empty();
        loop.flushEnds();
    }

    private void noteIfPutOff(DeliveryKey key) {
        if (flush.isEmpty()
                || key.revision() == 0
                || key.dueMillis() <= parts.clock().millis()) return;
        flush.get().putOff(key);
        if (flush.get().isOver()) endFlush();
    }

    private void read(Flush of) {
        DeliveryKey start = of.next();
        inHand.readBegins();
        used();
        loop.when(
                parts.queue().backlog(name, start.priority(), start, Long.MAX_VALUE, readMax(), loop),
                (page, failure) -> {
                    if (failure == null) took(of, page);
                    else notRead(disk[start.priority().code()], start, failure);
                });
    }

    private void took(Flush of, Backlog page) {
        long now = parts.clock().millis();
        boolean full = false;
        boolean paused = isPaused(now);
        for (Delivery each : page.deliveries()) {
            DeliveryKey key = each.key();
            boolean passedOver = inHand.knows(key) || of.passesOver(each, now);
            if (paused) {
                if (!passedOver) diskOf(key).note(key);
                continue;
            }
            full = !passedOver && !take(each);
            of.goOnAt(full ? key : behind(key));
            if (!full) continue;
            of.waitUntil(now + LOOK_AGAIN_MILLIS);
            break;
        }
        if (!full && page.nextDueMillis() == Long.MAX_VALUE) of.classEnds();
        inHand.readEnds();
        if (of.isOver() && flush.filter(of::equals).isPresent()) endFlush();
        pump();
    }

    // Turned sessions.

    /** Keeps what waits for a turned session: what a site has not begun comes back before {@code done}. */
    void lease(Runnable done) {
        leased = Optional.of(new Leased(new Flush(name, parts.clock().millis(), loop.flushBegins())));
        Optional<Resolution.Found> hosts = outlook.hosts();
        if (offered > 0 && hosts.isPresent()) loop.recall(hosts.get(), this, done);
        else done.run();
    }

    /** From here on everything goes its ordinary way. */
    void endLease(Runnable done) {
        leased = Optional.empty();
        loop.flushEnds();
        used();
        pump();
        done.run();
    }

    void turnBegins(TurnedSession session) {
        leased.ifPresent(each -> each.begins(session));
        pump();
    }

    private boolean isTurning() {
        return leased.filter(Leased::isTurning).isPresent();
    }

    private void turn(long now) {
        read(now);
        var attempts = new ArrayList<Attempt>();
        while (!ready.isEmpty() && turned + attempts.size() < TURNED_MAX) attempts.add(begin(ready.remove()));
        turn(attempts);
        boolean dry = turned == 0 && ready.isEmpty() && !inHand.isReading() && !inHand.isContinuing();
        if (dry && walk().isEmpty() && !isDue(now)) leased.ifPresent(each -> each.tellDry(this));
    }

    private void turn(List<Attempt> attempts) {
        turned += attempts.size();
        leased.ifPresent(each -> each.offer(this, attempts));
    }

    /** An attempt has ended, or goes on behind the record of what it came to so far. Says nothing of our hosts. */
    void turnEnded(Attempt attempt) {
        turned--;
        // Before it is written, so that the walk cannot meet it unknown.
        if (attempt.hasWaiting())
            leased.ifPresent(each -> each.putOff(attempt.delivery().key()));
        recorder.record(attempt, 0);
        pump();
    }

    /** The session takes nothing more, and gives back what it has not begun. */
    void turnReturned(TurnedSession session, List<Attempt> attempts) {
        leased.ifPresent(each -> each.ends(session));
        turned -= attempts.size();
        attempts.forEach(this::postpone);
    }

    // Waiting.

    /**
     * The hosts cannot be reached: nothing is tried before the pause is over, and nothing stays in memory.
     *
     * @param returned what the site had and has not begun
     */
    void pause(SitePauses.Pause pause, List<Attempt> returned) {
        if (leased.isPresent()) { // its hosts do not matter now, and whoever looks for them next is told again
            returned(returned);
            return;
        }
        long untilMillis = pause.untilMillis();
        Reply reason = pause.reason();
        outlook.pause(untilMillis, reason, pause.failures());
        endFlush();
        // One of them carries the record, so that its history tells why nothing happened.
        boolean told = false;
        for (Attempt attempt : returned) {
            offered--;
            if (told && attempt.outcomes().isEmpty()) {
                putBack(attempt.delivery());
                parts.underWay().decrementAndGet();
            } else {
                told = true;
                attempt.endAll(RecipientOutcome.Kind.POSTPONED, reason);
                record(attempt, untilMillis);
            }
        }
        while (!ready.isEmpty()) {
            Delivery delivery = ready.remove();
            if (told) {
                putBack(delivery);
            } else {
                told = true;
                Attempt attempt = begin(delivery);
                attempt.endAll(RecipientOutcome.Kind.POSTPONED, reason);
                record(attempt, untilMillis);
            }
        }
        rest();
    }

    private void putBack(Delivery delivery) {
        inHand.putBack(delivery.key());
        delivery.body().release();
        diskOf(delivery.key()).note(delivery.key());
    }

    /** There is no way for it now: it stays in the queue as it is, or with what came to some of its recipients. */
    private void postpone(Attempt attempt) {
        if (!attempt.outcomes().isEmpty()) {
            attempt.giveUp();
            recorder.record(attempt, 0);
            return;
        }
        putBack(attempt.delivery());
        parts.underWay().decrementAndGet();
        pumpLater();
    }

    /** The site gives back what it has not begun, without a reason to wait. */
    void returned(List<Attempt> attempts) {
        for (Attempt attempt : attempts) {
            offered--;
            postpone(attempt);
        }
    }

    // Outcomes.

    /** A host has taken mail: what waits need not be careful any more. */
    private void reached() {
        outlook.reached();
    }

    /** An attempt of ours has ended, or goes on behind the record of what it came to so far. Called by the site. */
    void ended(Attempt attempt) {
        offered--;
        record(attempt, 0);
        pump();
    }

    /** Everything was delivered; the record is on its way already. Called when it is written. */
    void delivered(Attempt attempt, @Nullable Throwable failure, Settlement settlement) {
        offered--;
        reached();
        recorder.settled(attempt, settlement, failure);
        pump();
    }

    private void record(Attempt attempt, long notBeforeMillis) {
        if (attempt.hasFinal()) reached();
        recorder.record(attempt, notBeforeMillis);
    }

    // The end of a lifetime.

    /** The time of a delivery is over, as it stood on disk a moment ago. */
    void expire(Delivery delivery) {
        if (!takeFromReady(delivery)) return;
        recorder.expire(
                begin(delivery), delivery.lastReply().or(outlook::reason).orElse(NEVER_TRIED));
    }

    /** The sender of a delivery is to be told that it waits. */
    void tellDelay(Delivery delivery) {
        if (!delivery.told().delay()) tell(delivery, Notices.DELAY);
    }

    /** The sender of a delivery is to be told that it was not delivered in time (RFC 2852 §4.1.4, mode N). */
    void tellDeadline(Delivery delivery) {
        if (!delivery.told().deadline()) tell(delivery, Notices.DEADLINE);
    }

    private void tell(Delivery delivery, Notices notice) {
        if (delivery.message().envelope().reversePath().isNull()) return;
        if (delivery.recipients().stream().noneMatch(each -> each.notifyOn().wantsDelay())) return;
        if (!takeFromReady(delivery)) return;
        recorder.tellDelay(
                begin(delivery),
                notice,
                delivery.lastReply().or(outlook::reason).orElse(STILL_WAITING));
    }

    /** False when it is being tried at this moment: the end of that attempt looks at the time itself. */
    private boolean takeFromReady(Delivery delivery) {
        if (parts.draining().get()) return false;
        if (inHand.take(delivery.key())) return true;
        Optional<Delivery> waiting = ready.remove(delivery.key());
        waiting.ifPresent(each -> each.body().release());
        return waiting.isPresent();
    }

    // Resting.

    /** Sees to it that somebody looks here when there may be something to do. */
    private void rest() {
        if (leased.isPresent() && !isTurning()) return; // the end of the lease looks here
        long next = nextDueMillis();
        if (next == Long.MAX_VALUE) return;
        loop.wakeAt(name, Math.max(next, parts.clock().millis() + LOOK_AGAIN_MILLIS), failuresAtRest());
    }

    /** Failures count as long as it waits because of them. */
    int failuresAtRest() {
        return nextDueMillis() == outlook.pausedUntilMillis() ? outlook.failures() : 0;
    }

    /** The first moment at which there may be something to do; {@link Long#MAX_VALUE} when nothing waits. */
    long nextDueMillis() {
        if (walk().isPresent()) return 0;
        long first = Long.MAX_VALUE;
        for (DiskBacklog each : disk) first = Math.min(first, each.dueMillis());
        return first == Long.MAX_VALUE || leased.isPresent() ? first : Math.max(first, outlook.pausedUntilMillis());
    }

    /** Whether anything of it waits or is under way, as far as it is known here. */
    boolean hasMail() {
        return !inHand.isEmpty() || inHand.isReading() || nextDueMillis() != Long.MAX_VALUE;
    }

    /** Whether it could be forgotten, but for what is on disk. */
    boolean isIdle(long usedBeforeMillis) {
        boolean busy = !inHand.isEmpty()
                || inHand.isReading()
                || resolving
                || pumping
                || flush.isPresent()
                || leased.isPresent();
        return !busy && usedAtMillis < usedBeforeMillis;
    }
}
