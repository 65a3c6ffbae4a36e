package posthaste.queue.rocksdb;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One step of a simulated history.
 *
 * @param seed of everything random in it, so that it means the same without the steps before it
 */
record Step(Kind kind, long seed) {

    /** What is done, and how often in 10,000 steps. Opening a queue takes as long as hundreds of changes. */
    enum Kind {
        ACCEPT(2_700),
        RECEIVE(1_250),
        SETTLE(4_500),
        SETTLE_AGAIN(400),
        READ(500),
        CLAIM_DOT(300),
        ANSWER(300),
        FLUSH(8),
        TRIM(8),
        COMPARE(6),
        CLOCK_JUMPS(8),
        DISK_FAILS(3),
        RESTART(5),
        RESTART_COMPACTED(2),
        KILL(6),
        POWER_CUT(4);

        private final int share;

        Kind(int share) {
            this.share = share;
        }
    }

    private static final int SHARES = 10_000;

    static List<Step> history(long seed, int length) {
        Random random = new Random(seed);
        List<Step> steps = new ArrayList<>(length);
        for (int i = 0; i < length; i++) steps.add(new Step(kind(random.nextInt(SHARES)), random.nextLong()));
        return steps;
    }

    private static Kind kind(int pick) {
        int left = pick;
        for (Kind kind : Kind.values()) {
            left -= kind.share;
            if (left < 0) return kind;
        }
        throw new IllegalStateException("shares do not add up to " + SHARES);
    }
}
