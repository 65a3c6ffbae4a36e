package posthaste.queue.rocksdb;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.queue.DeliveryListener;
import posthaste.queue.QueueException;
import posthaste.queue.QueueMetrics;

/**
 * The only writer of the queue. While one sync runs the next group gathers in the inbox: groups grow with the load, no
 * timer is needed, and a full inbox is the back-pressure of the whole relay. What needs no sync of its own (settlements)
 * rides with what does ({@link Inbox}), and is synced with the next accept or after {@link #UNSYNCED_NANOS_MAX}.
 *
 * <p>A batch whose write failed is never written again: see {@link Repair}. Changes are handled in the order in which
 * they were submitted.
 */
final class Committer implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Committer.class);

    static final int INBOX_MAX = 65_536;
    /** New mail leaves the rest of the inbox to settlements, which nobody may refuse. */
    private static final int INBOX_FOR_NEW_MAX = INBOX_MAX / 2;
    /** So that a batch of chunks does not hold the next accept up. */
    private static final long GROUP_BYTES_MAX = 4L << 20;

    private static final long UNSYNCED_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long IDLE_NANOS_MAX = TimeUnit.SECONDS.toNanos(10);
    private static final int UNSYNCED_CHANGES_MAX = 8192;

    private final Inbox inbox = new Inbox(INBOX_MAX);
    private final AtomicInteger submitting = new AtomicInteger();
    private volatile boolean closing;

    private final Store store;
    private final QueueHealth health;
    private final QueueMetrics metrics;
    private final IdSource ids;
    private final CommitWitness witness;
    private final int groupMax;
    private final Repair repair;
    private volatile DeliveryListener listener = Unheard.INSTANCE;

    // Below: of the committer thread.
    private final DoneParts doneParts = new DoneParts();
    private final Receiving receiving = new Receiving();
    private final Group group;
    private final Completions completions = new Completions();
    private final List<QueueChange> changes = new ArrayList<>();
    private final List<QueueChange> added = new ArrayList<>();
    /** Written but not synced, with what must not be lost in a failure. */
    private final List<Unsynced> unsynced = new ArrayList<>();

    private boolean dirty;
    private long dirtySince;
    private int generation;

    /** As far as it was written. */
    private QueueState state;
    /** The last batch that was tried. A number is never used again, so a look at the disk tells which one survived. */
    private long lastBatch;

    private volatile long messages;
    private volatile long syncedSequence;

    /** A change that was written with batch {@code batch} and answered, but not synced yet. */
    record Unsynced(QueueChange change, long batch) {}

    /** @param opening opens the database again after a failed write */
    Committer(
            Store store,
            Store.Opening opening,
            QueueState state,
            IdSource ids,
            CommitWitness witness,
            QueueHealth health,
            QueueMetrics metrics,
            int groupMax) {
        this.store = store;
        this.state = state;
        this.ids = ids;
        this.witness = witness;
        this.health = health;
        this.metrics = metrics;
        this.groupMax = groupMax;
        lastBatch = state.batch();
        messages = state.messages();
        syncedSequence = state.nextSequence() - 1;
        group = new Group(store.ofCommitter(), doneParts);
        repair = new Repair(this, opening, health);
    }

    /** Told of every delivery that is written from now on. */
    void listener(DeliveryListener told) {
        listener = told;
    }

    /** Submits a change of mail that is not ours yet. Any thread; never blocks. Empty when it was taken. */
    Optional<QueueException> submitNew(QueueChange change) {
        return submit(() -> inbox.offer(change, INBOX_FOR_NEW_MAX));
    }

    /** Submits a change of mail that is ours. Any thread; never blocks. Empty when it was taken. */
    Optional<QueueException> submit(QueueChange change) {
        return submit(() -> inbox.offer(change, INBOX_MAX));
    }

    /** The same for an outcome that nobody waits for: it is written with what presses next, a millisecond later at most. */
    Optional<QueueException> submitRider(QueueChange change) {
        return submit(() -> inbox.offerRider(change));
    }

    private Optional<QueueException> submit(BooleanSupplier offer) {
        submitting.incrementAndGet();
        try {
            if (closing) return refused(new QueueException.Closed());
            if (offer.getAsBoolean()) return Optional.empty();
            return refused(new QueueException.Full("too many changes wait to be written"));
        } finally {
            submitting.decrementAndGet();
        }
    }

    private Optional<QueueException> refused(QueueException why) {
        metrics.refused();
        return Optional.of(why);
    }

    /** Takes no more changes; the thread ends once everything submitted is written. */
    void close() {
        boolean first = !closing;
        closing = true;
        if (first) inbox.end();
    }

    /** What it writes in chunks. */
    Receiving receiving() {
        return receiving;
    }

    int waiting() {
        return inbox.size();
    }

    long messages() {
        return messages;
    }

    /** The last event that no crash can take back. */
    long syncedSequence() {
        return syncedSequence;
    }

    @Override
    public void run() {
        try {
            while (gather()) {
                if (repair.broken()) {
                    repair.work(changes);
                } else if (!changes.isEmpty()) {
                    commit(changes);
                }
                if (receiving.hasLeftovers() && !repair.broken()) removeLeftovers();
                if (syncIsDue()) commit(List.of());
            }
            if (dirty && !repair.broken()) commit(List.of());
        } catch (InterruptedException | RuntimeException | Error bug) {
            LOG.error("the committer ends", bug);
            fatal(new QueueException.Failed("the committer ended", bug));
            refuseEverything(health.fatal().orElseThrow());
        } finally {
            repair.giveUp();
            completions.send();
            group.close();
        }
    }

    private boolean syncIsDue() {
        return dirty && !repair.broken() && System.nanoTime() - dirtySince >= UNSYNCED_NANOS_MAX;
    }

    /** Waits for changes and drains what is there, up to the limits of a group. False at the end. */
    private boolean gather() throws InterruptedException {
        changes.clear();
        inbox.take(changes, groupMax, GROUP_BYTES_MAX, waitNanos());
        return !(changes.isEmpty() && closing && submitting.get() == 0 && inbox.isEmpty());
    }

    private long waitNanos() {
        if (closing || repair.broken()) return UNSYNCED_NANOS_MAX;
        if (receiving.hasLeftovers()) return 0;
        return dirty ? Math.max(0, dirtySince + UNSYNCED_NANOS_MAX - System.nanoTime()) : IDLE_NANOS_MAX;
    }

    /** Writes one group; with no changes at all it syncs what is unsynced. */
    private void commit(List<QueueChange> of) {
        commit(of, false);
    }

    /** @param answered whether their waiters know already: then they are only written */
    void commit(List<QueueChange> of, boolean answered) {
        long startedAt = System.nanoTime();
        begin();
        boolean sync = of.isEmpty() || unsynced.size() >= UNSYNCED_CHANGES_MAX;
        for (QueueChange change : of) {
            if (add(change)) sync |= change.needsSync();
        }
        if (!write(sync, answered)) return;
        metrics.committed(System.nanoTime() - startedAt, of.size(), group.accepted(), group.settled(), sync);
        if (!answered) {
            for (QueueChange change : added) change.written(listener, completions);
        }
        completions.send();
    }

    /** Begins a batch on the current handle. */
    Group begin() {
        added.clear();
        group.begin(store.ofCommitter(), generation, state);
        return group;
    }

    /** Adds one change to the batch; one that cannot be done fails alone. */
    private boolean add(QueueChange change) {
        try {
            change.addTo(group);
            added.add(change);
            return true;
        } catch (QueueException why) {
            change.failed(why, completions);
        } catch (RocksDBException unread) {
            change.failed(Store.unread(unread), completions);
        }
        return false;
    }

    /** One batch of them; the next goes with the next round. */
    private void removeLeftovers() {
        begin();
        try {
            receiving.removeSome(group);
        } catch (RocksDBException unread) {
            receiving.leaveThem(unread);
            return;
        }
        if (group.batch().count() > 0) write(false, true);
    }

    private boolean write(boolean sync, boolean answered) {
        try {
            writeBatch(sync);
            return true;
        } catch (RocksDBException failure) {
            metrics.writeFailed();
            doneParts.forgetAll();
            receiving.uncertain();
            repair.failed(failure, List.copyOf(added), lastBatch, answered);
            completions.send();
            return false;
        }
    }

    /** Puts the counters and writes the batch. */
    void writeBatch(boolean sync) throws RocksDBException {
        QueueState next = new QueueState(
                ++lastBatch,
                state.group() + (sync ? 1 : 0),
                state.group(), // one write at a time: the sync of every group before this one has returned
                group.nextSequence(),
                group.messages(),
                ids.ceilingAbove(state.idCeiling()),
                ids.nowMillis());
        next.put(group);
        store.ofCommitter().write(group.batch(), sync);
        state = next;
        messages = next.messages();
        if (sync) {
            witness.note(next.group());
            syncedSequence = next.nextSequence() - 1;
            dirty = false;
            unsynced.clear();
        } else {
            noteUnsynced();
        }
    }

    private void noteUnsynced() {
        if (!dirty) dirtySince = System.nanoTime();
        dirty = true;
        for (QueueChange change : added) if (change.doneAgain()) unsynced.add(new Unsynced(change, state.batch()));
    }

    // For Repair, on the committer thread.

    List<Unsynced> unsynced() {
        return unsynced;
    }

    /**
     * Opens the database again; everything known of the old handle is forgotten.
     *
     * @return number of the last batch that is on disk
     */
    long reopen(Store.Opening opening) throws RocksDBException {
        generation++;
        doneParts.forgetAll();
        store.reopen(opening);
        QueueState surviving = QueueState.read(store.ofCommitter());
        unsynced.clear();
        dirty = false;
        state = new QueueState(
                surviving.batch(),
                surviving.group(),
                surviving.answered(),
                Math.max(surviving.nextSequence(), state.nextSequence()),
                surviving.messages(),
                Math.max(surviving.idCeiling(), state.idCeiling()),
                state.clockMillis());
        return surviving.batch();
    }

    DeliveryListener listener() {
        return listener;
    }

    Completions completions() {
        return completions;
    }

    void fatal(QueueException why) {
        health.fatal(why);
        listener.fatal(why);
    }

    private void refuseEverything(QueueException why) {
        closing = true;
        while (submitting.get() > 0) Thread.onSpinWait();
        for (QueueChange change : changes) change.failed(why, completions);
        for (QueueChange change : inbox.takeAll()) change.failed(why, completions);
    }
}
