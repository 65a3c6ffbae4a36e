package posthaste.queue.rocksdb;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jctools.queues.MpscArrayQueue;

/**
 * What waits for the committer, in the order in which it was submitted. Somebody waits for what is {@linkplain #offer
 * pressing}, so it wakes the committer. The rest {@linkplain #offerRider rides}: it goes with the next that presses;
 * where nothing presses it goes alone, at once, or after {@link #COMPANY_NANOS} while company is likely. Any number of
 * threads offers, one takes.
 */
final class Inbox {
    /** So long after something that pressed, more of it is likely to come. */
    static final long COMPANY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private enum Taker {
        AWAKE,
        /** Only what presses wakes it; not for long. */
        WAITS_FOR_COMPANY,
        /** Anything wakes it. */
        RESTS
    }

    private final MpscArrayQueue<QueueChange> queue;
    /** Written by both sides: a wake too many is harmless. */
    private volatile Taker taker = Taker.AWAKE;

    /** Whether something that presses came since the last {@link #take}. */
    private volatile boolean pressed;

    private volatile Thread thread = Thread.currentThread();

    // Of the committer.
    private long pressedAtNanos = System.nanoTime() - COMPANY_NANOS;

    Inbox(int capacity) {
        queue = new MpscArrayQueue<>(capacity);
    }

    /** @return false where {@code max} wait already */
    boolean offer(QueueChange change, int max) {
        if (!queue.offerIfBelowThreshold(change, max)) return false;
        if (!pressed) pressed = true;
        if (taker != Taker.AWAKE) wake();
        return true;
    }

    /** @return false where there is no room */
    boolean offerRider(QueueChange change) {
        if (!queue.offer(change)) return false;
        if (taker == Taker.RESTS) wake();
        return true;
    }

    private void wake() {
        taker = Taker.AWAKE;
        LockSupport.unpark(thread);
    }

    /** Wakes the committer, which then sees what has changed. */
    void end() {
        offer(Nudge.INSTANCE, queue.capacity());
    }

    int size() {
        return queue.size();
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /**
     * Takes what is there, or waits until something has come.
     *
     * @param into where it goes, up to {@code max} and about {@code bytesMax}
     * @param waitNanos how long to wait at most; nothing is taken then
     */
    void take(List<QueueChange> into, int max, long bytesMax, long waitNanos) throws InterruptedException {
        long now = System.nanoTime();
        if (!pressed) await(Taker.WAITS_FOR_COMPANY, Math.min(waitNanos, pressedAtNanos + COMPANY_NANOS - now));
        if (queue.isEmpty()) await(Taker.RESTS, waitNanos - (System.nanoTime() - now));
        if (pressed) {
            pressed = false; // before anything is taken: what comes from here on is seen next time
            pressedAtNanos = System.nanoTime();
        }
        long bytes = 0;
        while (into.size() < max && bytes < bytesMax) {
            QueueChange next = queue.poll();
            if (next == null) return;
            into.add(next);
            bytes += next.bytes();
        }
        pressed = true; // perhaps: there may be more, and it must not wait
    }

    /** Everything at once, at the end. */
    List<QueueChange> takeAll() {
        List<QueueChange> all = new ArrayList<>();
        for (QueueChange next = queue.poll(); next != null; next = queue.poll()) all.add(next);
        return all;
    }

    private void await(Taker how, long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        thread = Thread.currentThread();
        taker = how; // before it looks once more: who offers does it the other way round
        while (taker == how && !hasCome(how)) {
            long left = end - System.nanoTime();
            if (left <= 0) break;
            LockSupport.parkNanos(this, left);
            if (Thread.interrupted()) throw new InterruptedException();
        }
        taker = Taker.AWAKE;
    }

    private boolean hasCome(Taker how) {
        return pressed || (how == Taker.RESTS && !queue.isEmpty());
    }
}
