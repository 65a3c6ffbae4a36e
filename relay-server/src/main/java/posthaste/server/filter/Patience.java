package posthaste.server.filter;

import java.time.Duration;

/** How long a filter may take for what it is asked. Used by one thread. */
final class Patience {
    /** However often a filter says that it is at work: clients wait ten minutes at least (RFC 5321 §4.5.3.2.6). */
    static final Duration WORK_MAX = Duration.ofMinutes(8);

    private boolean counts;
    private long beganAtNanos;
    private long endsAtNanos;
    private Duration limit = Duration.ZERO;

    /** It may take so long from now on; replaces what was set before. */
    void begin(Duration time, long nowNanos) {
        counts = true;
        limit = time;
        beganAtNanos = nowNanos;
        endsAtNanos = nowNanos + time.toNanos();
    }

    /** It says that it is at work: it has as long again, up to {@link #WORK_MAX} in all. */
    void renew(long nowNanos) {
        long again = nowNanos - beganAtNanos + limit.toNanos();
        long longest = Math.max(WORK_MAX.toNanos(), limit.toNanos());
        endsAtNanos = beganAtNanos + Math.min(again, longest);
    }

    /** Nothing is expected of it. */
    void end() {
        counts = false;
    }

    boolean isOver(long nowNanos) {
        return counts && nowNanos - endsAtNanos >= 0;
    }

    /** What was last set. */
    Duration limit() {
        return limit;
    }
}
