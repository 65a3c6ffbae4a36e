package posthaste.queue.rocksdb;

import java.time.Duration;
import org.rocksdb.RocksDBException;
import posthaste.queue.MessageId;

/**
 * Forgets old events and traces, by age and by size, but nothing of a message that is still queued. Whole files are
 * dropped, and one range removal takes the rest. Owned by the maintenance thread.
 */
final class EventTrim {
    private static final String LIVE_BYTES = "rocksdb.estimate-live-data-size";
    /** Messages that were begun while the oldest was received; where there are more, nothing is trimmed this time. */
    private static final int LOOKED_AT_MAX = 10_000;

    private final Duration age;
    private final long sizeMax;
    private long oldestSequence = 1;

    EventTrim(Duration age, long sizeMax) {
        this.age = age;
        this.sizeMax = sizeMax;
    }

    /** Drops whole files, and returns the removal of the rest; its sequence is 0 when there is nothing to trim. */
    TrimEvents trim(Database database, long nowMillis, long lastSequence) throws RocksDBException {
        oldestSequence = firstKey(database, Family.EVENT, Keys.event(oldestSequence), lastSequence + 1);
        MessageId queued = oldestQueued(database, MessageId.floorOf(nowMillis));
        long cut = Math.max(
                firstSince(database, nowMillis - age.toMillis(), lastSequence),
                firstWithinSize(database, lastSequence));
        cut = Math.min(cut, firstNeeded(database, queued, lastSequence));
        if (cut <= oldestSequence) return new TrimEvents(0, new MessageId(0));
        long cutMillis = timeOf(database, cut, lastSequence, nowMillis);
        MessageId traces = MessageId.floorOf(Math.min(cutMillis, queued.epochMillis()));
        database.dropFiles(Family.EVENT, Keys.event(0), Keys.event(cut));
        database.dropFiles(Family.TRACE, Keys.trace(new MessageId(0), 0), Keys.trace(traces, 0));
        oldestSequence = cut;
        return new TrimEvents(cut, traces);
    }

    /** The sequence of the first entry at or behind {@code from}: the last number of its key. */
    private static long firstKey(Database database, Family family, byte[] from, long otherwise)
            throws RocksDBException {
        try (Scan scan = database.scan(family, from, Keys.ofLong(Long.MAX_VALUE))) {
            if (!scan.valid()) return otherwise;
            byte[] key = scan.key();
            return Keys.longAt(key, key.length - Long.BYTES);
        }
    }

    /** Looked for from the beginning: a message that took long to receive may be older than the oldest of last time. */
    private static MessageId oldestQueued(Database database, MessageId otherwise) throws RocksDBException {
        try (Scan scan = database.scan(Family.MESSAGE, new byte[] {0}, Keys.ofLong(Long.MAX_VALUE))) {
            return scan.valid() ? Keys.messageAt(scan.key(), 0) : otherwise;
        }
    }

    /**
     * The first event of any message that is queued. Ids are given when messages begin and events are numbered when
     * they are accepted: messages that were begun while the oldest was received may have been accepted before it.
     */
    private long firstNeeded(Database database, MessageId oldest, long lastSequence) throws RocksDBException {
        long first = firstKey(database, Family.TRACE, Keys.trace(oldest, 0), lastSequence + 1);
        byte[] until = Keys.message(begunBy(oldest, timeOf(database, first, lastSequence, 0)));
        try (Scan scan = database.scan(Family.MESSAGE, Keys.behind(oldest), until)) {
            for (int looked = 0; scan.valid(); looked++, scan.next()) {
                if (looked == LOOKED_AT_MAX) return oldestSequence;
                MessageId id = Keys.messageAt(scan.key(), 0);
                first = Math.min(first, firstKey(database, Family.TRACE, Keys.trace(id, 0), first));
            }
        }
        return first;
    }

    /** Behind every id that was given by then; where the clock was set back they are only counted on. */
    private static MessageId begunBy(MessageId oldest, long acceptedAtMillis) {
        long counted = oldest.value() + MessageId.floorOf(1).value();
        return new MessageId(
                Math.max(counted, MessageId.floorOf(acceptedAtMillis + 1).value()));
    }

    /** Events are in time order, so halving finds the first that is young enough. */
    private long firstSince(Database database, long sinceMillis, long lastSequence) throws RocksDBException {
        long low = oldestSequence;
        long high = lastSequence + 1;
        while (low < high) {
            long middle = low + (high - low) / 2;
            if (timeOf(database, middle, lastSequence, Long.MAX_VALUE) < sinceMillis) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static long timeOf(Database database, long sequence, long lastSequence, long otherwise)
            throws RocksDBException {
        try (Scan scan = database.scan(Family.EVENT, Keys.event(sequence), Keys.event(lastSequence + 1))) {
            if (!scan.valid()) return otherwise;
            return EventCodec.decode(Keys.longAt(scan.key(), 0), scan.value()).atMillis();
        }
    }

    /** Events are about the same size, so the share of bytes that is too much is a share of sequences. */
    private long firstWithinSize(Database database, long lastSequence) throws RocksDBException {
        long size = database.property(Family.EVENT, LIVE_BYTES);
        if (size <= sizeMax) return oldestSequence;
        double tooMuch = 1.0 - (double) sizeMax / size;
        return oldestSequence + (long) ((lastSequence - oldestSequence) * tooMuch);
    }
}
