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

    /** What is done, and how often in 1,000 steps. */
    enum Kind {
        ACCEPT(250),
        RECEIVE(120),
        SETTLE(398),
        SETTLE_AGAIN(40),
        READ(90),
        CLAIM_DOT(40),
        ANSWER(40),
        FLUSH(3),
        TRIM(3),
        COMPARE(5),
        DISK_FAILS(2),
        RESTART(3),
        RESTART_COMPACTED(1),
        KILL(3),
        POWER_CUT(2);

        private final int share;

        Kind(int share) {
            this.share = share;
        }
    }

    private static final int SHARES = 1_000;

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
