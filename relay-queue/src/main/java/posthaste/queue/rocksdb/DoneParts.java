package posthaste.queue.rocksdb;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.rocksdb.RocksDBException;
import posthaste.queue.MessageId;

/**
 * Which parts of messages with several parts are done, current group included: what the {@code done} family holds, for
 * the messages that were settled last. Owned by the committer thread.
 */
final class DoneParts {
    /** Others are read again, by one prefix read. */
    private static final int MESSAGES_MAX = 4096;

    private final Map<MessageId, BitSet> parts = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<MessageId, BitSet> eldest) {
            return size() > MESSAGES_MAX;
        }
    };

    /** A message that was just accepted has none, so nothing needs to be read. */
    void accepted(MessageId message) {
        parts.put(message, new BitSet());
    }

    BitSet of(MessageId message, Database database) throws RocksDBException {
        Optional<BitSet> known = Optional.ofNullable(parts.get(message));
        if (known.isPresent()) return known.get();
        BitSet read = read(message, database);
        parts.put(message, read);
        return read;
    }

    /** One prefix read. */
    static BitSet read(MessageId message, Database database) throws RocksDBException {
        BitSet done = new BitSet();
        try (Scan scan = database.scan(Family.DONE, Keys.message(message), Keys.behind(message))) {
            for (; scan.valid(); scan.next()) done.set(Keys.partAt(scan.key(), Long.BYTES));
        }
        return done;
    }

    void forget(MessageId message) {
        parts.remove(message);
    }

    /** What a failed group changed was never written. */
    void forgetAll() {
        parts.clear();
    }
}
