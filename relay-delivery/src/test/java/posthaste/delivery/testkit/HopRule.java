package posthaste.delivery.testkit;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** When a {@link ScriptedHop} departs from the normal, and how. Applies every time unless told otherwise. */
public final class HopRule {
    private final Step step;
    private final AtomicInteger seen = new AtomicInteger();
    private volatile Predicate<String> matches = line -> true;
    private volatile int first = 1;
    private volatile int last = Integer.MAX_VALUE;
    private volatile List<Move> moves = List.of();

    HopRule(Step step) {
        this.step = step;
    }

    /** Only for command lines that hold {@code text}, such as an address; letter case does not matter. */
    public HopRule with(String text) {
        String wanted = text.toLowerCase(Locale.ROOT);
        matches = line -> line.toLowerCase(Locale.ROOT).contains(wanted);
        return this;
    }

    /** Only for the {@code n}th line that matches, counted from 1 over all connections. */
    public HopRule nth(int n) {
        first = n;
        last = n;
        return this;
    }

    /** From the {@code n}th line that matches on. */
    public HopRule from(int n) {
        first = n;
        return this;
    }

    /** Only for the first {@code n} lines that match. */
    public HopRule times(int n) {
        last = n;
        return this;
    }

    /** What to do; to be called last. */
    public HopRule then(Move... wanted) {
        moves = List.of(wanted);
        return this;
    }

    boolean applies(Step at, String line) {
        if (at != step || moves.isEmpty() || !matches.test(line)) return false;
        int count = seen.incrementAndGet();
        return count >= first && count <= last;
    }

    List<Move> moves() {
        return moves;
    }
}
