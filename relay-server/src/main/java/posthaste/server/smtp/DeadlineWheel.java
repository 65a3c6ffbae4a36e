package posthaste.server.smtp;

import java.time.Duration;

/**
 * The deadlines of one event loop's connections. To set one is a store, as a rule: a deadline is looked at when the slot
 * that it lies in comes by, and is put into a later one if it has moved on meanwhile. So an idle connection costs one
 * look per turn of the wheel, and a busy one no more. Used on that loop only.
 */
final class DeadlineWheel {
    /** How late a deadline may be noticed. */
    static final Duration TICK = Duration.ofMillis(100);

    /** A turn takes 51.2 seconds. */
    private static final int SLOTS = 512;

    /** When somebody has to do something. One per connection; set again and again. */
    static final class Deadline {
        private final Runnable passed;
        private boolean set;
        private long atNanos;

        private Deadline before = this;
        private Deadline behind = this;
        /** The tick whose slot it lies in. */
        private long tick;

        /** @param passed what happens when it has passed; it is no longer set then */
        Deadline(Runnable passed) {
            this.passed = passed;
        }

        private boolean isLinked() {
            return behind != this;
        }

        private void unlink() {
            before.behind = behind;
            behind.before = before;
            before = this;
            behind = this;
        }

        private void linkBefore(Deadline other) {
            before = other.before;
            behind = other;
            before.behind = this;
            other.before = this;
        }
    }

    /** Each is the head of a ring. */
    private final Deadline[] slots = new Deadline[SLOTS];

    private final long originNanos;
    /** The last tick that was looked at. */
    private long now;

    /** @param nowNanos monotonic time in nanoseconds, here and below */
    DeadlineWheel(long nowNanos) {
        originNanos = nowNanos;
        for (int i = 0; i < SLOTS; i++) slots[i] = head();
    }

    private static Deadline head() {
        return new Deadline(() -> {});
    }

    /** Replaces what was set before. */
    void set(Deadline deadline, long atNanos) {
        deadline.set = true;
        deadline.atNanos = atNanos;
        long tick = Math.min(Math.max(tickOf(atNanos) + 1, now + 1), now + SLOTS - 1);
        if (deadline.isLinked() && deadline.tick <= tick) return;
        if (deadline.isLinked()) deadline.unlink();
        deadline.tick = tick;
        deadline.linkBefore(slots[(int) (tick % SLOTS)]);
    }

    /** It no longer passes. */
    void clear(Deadline deadline) {
        deadline.set = false;
    }

    /** It is never set again. */
    void remove(Deadline deadline) {
        deadline.set = false;
        if (deadline.isLinked()) deadline.unlink();
    }

    /** Runs those that have passed. */
    void advance(long nowNanos) {
        long target = tickOf(nowNanos);
        now = Math.max(now, target - SLOTS);
        while (now < target) {
            now++;
            turn(slots[(int) (now % SLOTS)], nowNanos);
        }
    }

    private void turn(Deadline slot, long nowNanos) {
        if (!slot.isLinked()) return;
        Deadline ring = head();
        ring.linkBefore(slot);
        slot.unlink();
        while (ring.isLinked()) {
            Deadline first = ring.behind;
            first.unlink();
            look(first, nowNanos);
        }
    }

    private void look(Deadline deadline, long nowNanos) {
        if (!deadline.set) return;
        if (nowNanos - deadline.atNanos < 0) {
            set(deadline, deadline.atNanos);
        } else {
            deadline.set = false;
            deadline.passed.run();
        }
    }

    private long tickOf(long nanos) {
        return Math.max(0, (nanos - originNanos) / TICK.toNanos());
    }
}
