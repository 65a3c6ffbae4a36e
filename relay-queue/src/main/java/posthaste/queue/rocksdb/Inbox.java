package posthaste.queue.rocksdb;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jctools.queues.MpscArrayQueue;
import org.jctools.queues.MpscBlockingConsumerArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * What waits for the committer. Somebody waits for what is {@linkplain #offer pressing}, so it wakes the committer; the
 * rest {@linkplain #offerRider rides} in the next group of what presses. Where nothing presses it goes alone, at once, or
 * after {@link #COMPANY_NANOS} while company is likely. Any number of threads offers, one takes.
 */
final class Inbox {
    /** So long after something that pressed, more of it is likely to come. */
    static final long COMPANY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final MpscBlockingConsumerArrayQueue<QueueChange> pressing;
    private final MpscArrayQueue<QueueChange> riders;
    /** Whether the committer sleeps without a time in view, so that a rider has to wake it. */
    private final AtomicBoolean resting = new AtomicBoolean();

    // Of the committer.
    private long pressedAtNanos = System.nanoTime() - COMPANY_NANOS;

    /** @param capacity of either kind */
    Inbox(int capacity) {
        pressing = new MpscBlockingConsumerArrayQueue<>(capacity);
        riders = new MpscArrayQueue<>(capacity);
    }

    /** @return false where {@code max} wait already */
    boolean offer(QueueChange change, int max) {
        return pressing.offerIfBelowThreshold(change, max);
    }

    /** @return false where there is no room */
    boolean offerRider(QueueChange change) {
        if (!riders.offer(change)) return false;
        if (resting.get() && resting.compareAndSet(true, false)) pressing.offer(Nudge.WAKE);
        return true;
    }

    /** Wakes the committer, which then sees what has changed. */
    void end() {
        pressing.offer(Nudge.END);
    }

    int size() {
        return pressing.size() + riders.size();
    }

    boolean isEmpty() {
        return pressing.isEmpty() && riders.isEmpty();
    }

    /**
     * Takes what is there, or waits until something has come.
     *
     * @param into where it goes, up to {@code max} of either kind and about {@code bytesMax}
     * @param waitNanos how long to wait at most; nothing is taken then
     */
    void take(List<QueueChange> into, int max, long bytesMax, long waitNanos) throws InterruptedException {
        QueueChange first = pressing.poll();
        if (first == null) first = await(waitNanos);
        long bytes = 0;
        for (QueueChange next = first; next != null; next = pressing.poll()) {
            if (next == Nudge.WAKE) continue;
            pressedAtNanos = System.nanoTime();
            into.add(next);
            bytes += next.bytes();
            if (into.size() >= max || bytes >= bytesMax) break;
        }
        int ridersMax = into.size() + max;
        while (into.size() < ridersMax && bytes < bytesMax) {
            QueueChange next = riders.poll();
            if (next == null) return;
            into.add(next);
            bytes += next.bytes();
        }
    }

    /** Everything at once, at the end. */
    List<QueueChange> takeAll() {
        List<QueueChange> all = new ArrayList<>();
        for (QueueChange next = pressing.poll(); next != null; next = pressing.poll()) all.add(next);
        for (QueueChange next = riders.poll(); next != null; next = riders.poll()) all.add(next);
        return all;
    }

    private @Nullable QueueChange await(long waitNanos) throws InterruptedException {
        long companyNanos = pressedAtNanos + COMPANY_NANOS - System.nanoTime();
        if (companyNanos > 0) {
            QueueChange company = pressing.poll(Math.min(companyNanos, waitNanos), TimeUnit.NANOSECONDS);
            if (company != null) return company;
        }
        if (!riders.isEmpty()) return null;
        resting.set(true);
        QueueChange first = riders.isEmpty() ? pressing.poll(waitNanos, TimeUnit.NANOSECONDS) : null;
        resting.set(false);
        return first;
    }
}
