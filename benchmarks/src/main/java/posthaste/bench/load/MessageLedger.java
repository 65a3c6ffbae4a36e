package posthaste.bench.load;

import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.HdrHistogram.Histogram;

/**
 * What became of every message: when it was due to be sent, when its 250 was read, when the sink had it, and how often.
 * The generator's thread enters the first two, the sink's thread the others; totals may be read by any thread at any
 * time, single messages only when both are at rest. Times are those of {@link System#nanoTime}.
 */
public final class MessageLedger {
    /** Recipients of one message: each is a bit of a long. */
    public static final int RECIPIENTS_MAX = 64;

    /** Columns of 256 KiB: from half a region on (1 MiB below 4 GiB of heap) G1 would give each whole regions. */
    private static final int PAGE_BITS = 15;

    private static final int PAGE_MESSAGES = 1 << PAGE_BITS;
    private static final int PAGES_MAX = 2048;

    /** Messages of one ledger: 67 million, of {@value #MESSAGE_BYTES} octets each. */
    public static final long MESSAGES_MAX = (long) PAGE_MESSAGES * PAGES_MAX;

    /** Heap that one message takes: 5 million are 165 MB. */
    static final int MESSAGE_BYTES = 4 * Long.BYTES + 1;

    private final AtomicReferenceArray<Page> pages = new AtomicReferenceArray<>(PAGES_MAX);
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong arrivals = new AtomicLong();
    private final AtomicLong duplicated = new AtomicLong();
    private final AtomicLong corrupt = new AtomicLong();
    private final AtomicLong unexpected = new AtomicLong();

    /** The columns of {@value #PAGE_MESSAGES} messages; 0 stands for "not yet". */
    private static final class Page {
        private final long[] due = new long[PAGE_MESSAGES];
        private final long[] acknowledged = new long[PAGE_MESSAGES];
        private final long[] arrived = new long[PAGE_MESSAGES];
        private final long[] recipients = new long[PAGE_MESSAGES];
        private final byte[] wanted = new byte[PAGE_MESSAGES];

        /** A bit for each recipient that the message of {@code row} has. */
        private long wanted(int row) {
            return wanted[row] == RECIPIENTS_MAX ? -1 : (1L << wanted[row]) - 1;
        }

        private boolean isComplete(int row) {
            return wanted[row] > 0 && (wanted(row) & ~recipients[row]) == 0;
        }
    }

    /** The id that the next message gets. */
    public long nextId() {
        return next.get();
    }

    /** Opens the row of the next message and returns its id; by the generator's thread only. */
    long open(long dueNanos, int recipients) {
        long id = next.get();
        if (id >= MESSAGES_MAX) throw new IllegalStateException("a ledger holds " + MESSAGES_MAX + " messages");
        int page = (int) (id >>> PAGE_BITS);
        if (pages.get(page) == null) pages.set(page, new Page());
        pages.get(page).due[row(id)] = dueNanos;
        pages.get(page).wanted[row(id)] = (byte) recipients;
        next.set(id + 1);
        return id;
    }

    /** The 250 of {@code id} was read. */
    void acknowledged(long id, long nanos) {
        pages.get((int) (id >>> PAGE_BITS)).acknowledged[row(id)] = nanos;
        acknowledged.lazySet(acknowledged.get() + 1);
    }

    /** The sink has {@code id} intact for the recipients whose bits are set in {@code mask}. */
    void arrived(long id, long mask, long nanos) {
        if (id < 0 || id >= next.get() || mask == 0) {
            unexpected();
            return;
        }
        Page page = pages.get((int) (id >>> PAGE_BITS));
        int row = row(id);
        long before = page.recipients[row];
        duplicated.lazySet(duplicated.get() + Long.bitCount(before & mask));
        long fresh = mask & ~before;
        page.arrived[row] = nanos;
        page.recipients[row] = before | mask;
        if ((mask & ~page.wanted(row)) != 0) unexpected();
        arrivals.lazySet(arrivals.get() + Long.bitCount(fresh));
    }

    /** The sink took a message that is not what was sent. */
    void corrupt() {
        corrupt.incrementAndGet();
    }

    /** The sink took a message that nobody sent, or for a recipient that it does not have. */
    void unexpected() {
        unexpected.incrementAndGet();
    }

    /** Messages whose 250 was read. */
    public long acknowledged() {
        return acknowledged.get();
    }

    /** Arrivals so far, one per message and recipient, repetitions not counted. */
    public long arrivals() {
        return arrivals.get();
    }

    /** When the 250 of {@code id} was read; by the thread that entered it. */
    long acknowledgedNanos(long id) {
        return pages.get((int) (id >>> PAGE_BITS)).acknowledged[row(id)];
    }

    /** When the sink had {@code id} for the last of its recipients; empty as long as one is missing. */
    public OptionalLong arrivedNanos(long id) {
        // Written by the sink before its counter: read behind it, the row is at least as new.
        if (arrivals.get() == 0) return OptionalLong.empty();
        Page page = pages.get((int) (id >>> PAGE_BITS));
        int row = row(id);
        return page.isComplete(row) ? OptionalLong.of(page.arrived[row]) : OptionalLong.empty();
    }

    private static int row(long id) {
        return (int) (id & (PAGE_MESSAGES - 1));
    }

    /**
     * What a range of messages came to. Call when generator and sink are at rest.
     *
     * @param from the first id
     * @param to behind the last id
     */
    public Account account(long from, long to) {
        Tally tally = new Tally();
        for (long id = from; id < to; id++) {
            Page page = pages.get((int) (id >>> PAGE_BITS));
            int row = row(id);
            tally.add(
                    page.due[row],
                    page.acknowledged[row],
                    page.arrived[row],
                    Long.bitCount(page.wanted(row) & ~page.recipients[row]));
        }
        return new Account(
                to - from,
                tally.accepted,
                tally.lost,
                duplicated.get(),
                corrupt.get(),
                unexpected.get(),
                tally.lastAccepted,
                tally.lastArrived,
                tally.accept,
                tally.toSink,
                tally.endToEnd);
    }

    /** Sums of one pass over the rows. */
    private static final class Tally {
        private static final int DIGITS = 3;

        private final Histogram accept = new Histogram(DIGITS);
        private final Histogram toSink = new Histogram(DIGITS);
        private final Histogram endToEnd = new Histogram(DIGITS);
        private long accepted;
        private long lost;
        private long lastAccepted = Long.MIN_VALUE;
        private long lastArrived = Long.MIN_VALUE;

        private void add(long due, long acknowledged, long arrived, int missing) {
            if (arrived != 0) lastArrived = Math.max(lastArrived, arrived);
            if (acknowledged == 0) return;
            accepted++;
            lost += missing;
            lastAccepted = Math.max(lastAccepted, acknowledged);
            accept.recordValue(Math.max(0, acknowledged - due));
            if (arrived == 0) return;
            toSink.recordValue(Math.max(0, arrived - acknowledged));
            endToEnd.recordValue(Math.max(0, arrived - due));
        }
    }

    /**
     * The balance. Lost counts recipients of acknowledged messages that the sink never had. Duplicated, corrupt and
     * unexpected are those of the whole ledger, warm-up included: none of them is ever excused.
     *
     * @param offered messages that were begun
     * @param accepted messages whose 250 was read
     * @param lastAcceptedNanos when the last 250 was read; {@link Long#MIN_VALUE} without one
     * @param lastArrivedNanos when the sink had the last one; {@link Long#MIN_VALUE} without one
     * @param accept nanoseconds from the time a message was due to its 250
     * @param toSink nanoseconds from the 250 to the last recipient's arrival; 0 where the sink had it first
     * @param endToEnd nanoseconds from the time a message was due to the last recipient's arrival
     */
    public record Account(
            long offered,
            long accepted,
            long lost,
            long duplicated,
            long corrupt,
            long unexpected,
            long lastAcceptedNanos,
            long lastArrivedNanos,
            Histogram accept,
            Histogram toSink,
            Histogram endToEnd) {

        /** Every acknowledged message arrived once and intact, and nothing else did. */
        public boolean isExact() {
            return lost == 0 && duplicated == 0 && corrupt == 0 && unexpected == 0;
        }
    }
}
