package posthaste.queue.rocksdb;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.queue.QueueException;

/**
 * What follows a failed write. New mail of the group is refused; outcomes of attempts are kept and written again. Where
 * the disk was full the same handle goes on once there is room. Otherwise the database is closed and opened again,
 * because after a failed sync nobody knows what is on disk: its first batch removes what was refused, and tells by the
 * number of the last batch which outcomes have to be written once more. A damaged table that a compaction meets again
 * after each reopen ends the process. Owned by the committer thread.
 */
final class Repair {
    private static final Logger LOG = LoggerFactory.getLogger(Repair.class);

    private static final int REOPENS_FAILED_MAX = 3;
    private static final long REOPENS_FAILED_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long[] REOPEN_DELAY_NANOS = {0, TimeUnit.SECONDS.toNanos(5), TimeUnit.SECONDS.toNanos(10)};
    private static final long PROBE_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** The library resumes some seconds after there is room; where it does not, opening again does. */
    private static final long PROBES_BEFORE_REOPEN = 15;

    private static final int DAMAGES_MAX = 3;
    private static final long DAMAGES_WITHIN_NANOS = TimeUnit.MINUTES.toNanos(10);

    private static final int KEPT_MAX = Committer.INBOX_MAX;
    private static final int GROUP_MAX = 1024;
    /** The batch of a change that was in none yet. */
    private static final long NO_BATCH = Long.MAX_VALUE;

    /** A handle that goes on has nothing of a batch that it refused. */
    private static final long NONE_ON_DISK = -1;

    private enum Stage {
        SOUND,
        FULL,
        BROKEN,
        DEAD
    }

    /** A change to be done again or to be undone, as the batch of this number is on disk or not. */
    private record Again(QueueChange change, long batch, boolean answered) {}

    private final Committer committer;
    private final Store.Opening opening;
    private final QueueHealth health;
    private final List<Again> again = new ArrayList<>();
    private final List<Again> refused = new ArrayList<>();
    private final Deque<Long> failedReopens = new ArrayDeque<>();
    /** When a damaged file stopped the writing; opening again helps only until a compaction meets it once more. */
    private final Deque<Long> damages = new ArrayDeque<>();

    private Stage stage = Stage.SOUND;
    private QueueException why = new QueueException.Closed();
    private long nextTry;
    private long probesWithRoom;

    Repair(Committer committer, Store.Opening opening, QueueHealth health) {
        this.committer = committer;
        this.opening = opening;
        this.health = health;
    }

    /** Whether nothing may be written now but by {@link #work}. */
    boolean broken() {
        return stage != Stage.SOUND;
    }

    /** A write failed. {@code answered} changes were written before and are only written again. */
    void failed(RocksDBException failure, List<QueueChange> group, long batch, boolean answered) {
        LOG.error("writing the queue failed: {}", failure.getMessage());
        boolean full = isNoSpace(failure);
        stage = full ? Stage.FULL : Stage.BROKEN;
        why = full
                ? new QueueException.Full("the disk is full")
                : new QueueException.Failed("writing the queue failed: " + failure.getMessage(), failure);
        health.writing(Optional.of(why));
        nextTry = System.nanoTime() + (full ? PROBE_NANOS : 0);
        probesWithRoom = 0;
        boolean forGood = damagedForGood(failure);
        if (forGood) why = Store.corrupt(failure);
        for (QueueChange change : group) {
            if (change.doneAgain()) {
                again.add(new Again(change, batch, answered));
            } else {
                change.failed(why, committer.completions());
                refused.add(new Again(change, batch, true));
            }
        }
        if (forGood) die();
    }

    /** The process has to end. */
    private void die() {
        stage = Stage.DEAD;
        giveUp();
        committer.fatal(why);
    }

    /** Returns whether a damaged file has stopped the writing too often to go on. */
    private boolean damagedForGood(RocksDBException failure) {
        if (!Recovery.isCorruption(failure)) return false;
        long now = System.nanoTime();
        damages.addLast(now);
        while (now - damages.getFirst() > DAMAGES_WITHIN_NANOS) damages.removeFirst();
        return damages.size() >= DAMAGES_MAX;
    }

    private static boolean isNoSpace(RocksDBException failure) {
        Optional<Status> status = Optional.ofNullable(failure.getStatus());
        return status.isPresent() && status.get().getSubCode() == Status.SubCode.NoSpace;
    }

    /** Takes what was submitted meanwhile, and tries again when it is time. */
    void work(List<QueueChange> submitted) {
        for (QueueChange change : submitted) {
            if (change.doneAgain() && stage != Stage.DEAD && again.size() < KEPT_MAX) {
                again.add(new Again(change, NO_BATCH, false));
            } else {
                change.failed(why, committer.completions());
            }
        }
        committer.completions().send();
        if (stage == Stage.DEAD || System.nanoTime() - nextTry < 0) return;
        if (stage == Stage.FULL) {
            probe();
        } else {
            reopen();
        }
    }

    /** The handle goes on by itself once there is room: a small batch tells. */
    private void probe() {
        try {
            writeFirst(NONE_ON_DISK);
            LOG.info("there is room on the disk again");
            goOn(NONE_ON_DISK);
        } catch (RocksDBException still) {
            nextTry = System.nanoTime() + PROBE_NANOS;
            if (health.space().isEmpty()) probesWithRoom++;
            if (isNoSpace(still) && probesWithRoom < PROBES_BEFORE_REOPEN) return;
            stage = Stage.BROKEN;
        }
    }

    private void reopen() {
        committer.unsynced().forEach(each -> again.add(new Again(each.change(), each.batch(), true)));
        committer.unsynced().clear();
        try {
            long surviving = committer.reopen(opening);
            writeFirst(surviving);
            LOG.warn("the database was opened again and works");
            failedReopens.clear();
            goOn(surviving);
        } catch (RocksDBException | QueueException failure) {
            LOG.error("opening the database again failed: {}", failure.getMessage());
            if (failure instanceof RocksDBException damage && damagedForGood(damage)) {
                why = Store.corrupt(damage);
                die();
            } else {
                reopenFailed();
            }
        }
    }

    private void reopenFailed() {
        long now = System.nanoTime();
        failedReopens.addLast(now);
        while (now - failedReopens.getFirst() > REOPENS_FAILED_WITHIN_NANOS) failedReopens.removeFirst();
        if (failedReopens.size() < REOPENS_FAILED_MAX) {
            nextTry = now + REOPEN_DELAY_NANOS[failedReopens.size()];
            return;
        }
        die();
    }

    /** The first batch removes whatever the refused changes may have left. */
    private void writeFirst(long surviving) throws RocksDBException {
        Group group = committer.begin();
        for (Again each : refused) each.change().undo(group, each.batch() <= surviving);
        committer.writeBatch(true);
        refused.clear();
    }

    /** @param surviving number of the last batch that is on disk */
    private void goOn(long surviving) {
        stage = Stage.SOUND;
        health.writing(Optional.empty());
        List<Again> waiting = new ArrayList<>(again);
        again.clear();
        List<QueueChange> known = new ArrayList<>();
        List<QueueChange> unknown = new ArrayList<>();
        for (Again each : waiting) {
            boolean onDisk = each.batch() <= surviving;
            if (onDisk && !each.answered()) each.change().written(committer.listener(), committer.completions());
            if (!onDisk) (each.answered() ? known : unknown).add(each.change());
        }
        commit(known, true);
        commit(unknown, false);
    }

    private void commit(List<QueueChange> changes, boolean answered) {
        for (int from = 0; from < changes.size(); from += GROUP_MAX) {
            List<QueueChange> group = changes.subList(from, Math.min(changes.size(), from + GROUP_MAX));
            if (broken()) {
                group.forEach(change -> again.add(new Again(change, NO_BATCH, answered)));
            } else {
                committer.commit(group, answered);
            }
        }
    }

    /** Nothing more is written: whoever still waits is told. */
    void giveUp() {
        for (Again each : again) {
            if (!each.answered()) each.change().failed(why, committer.completions());
        }
        again.clear();
        refused.clear();
        committer.completions().send();
    }
}
