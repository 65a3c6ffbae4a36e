package posthaste.queue.rocksdb;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.queue.MessageId;

/**
 * Which parts of messages with several parts are done, current group included: what the {@code done} family holds, for
 * the messages that were settled last. Owned by the committer thread.
 */
final class DoneParts {
    private static final Logger LOG = LoggerFactory.getLogger(DoneParts.class);
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

    BitSet of(StoredMessage message, Database database) throws RocksDBException {
        Optional<BitSet> known = Optional.ofNullable(parts.get(message.id()));
        if (known.isPresent()) return known.get();
        BitSet read = readOrTold(message, database);
        parts.put(message.id(), read);
        return read;
    }

    private static BitSet readOrTold(StoredMessage message, Database database) throws RocksDBException {
        try {
            return read(message.id(), database);
        } catch (RocksDBException damage) {
            if (!Recovery.isCorruption(damage)) throw damage;
            LOG.error(
                    "which parts of {} are done is damaged ({}); its open ones tell. Rescue the queue with posthaste"
                            + " salvage before a compaction reads this and ends the relay",
                    message.id(),
                    damage.getMessage());
            return toldByOpenParts(message, database);
        }
    }

    /** A part is done or it has a delivery: a rewritten one that {@code part} names, or the first one. */
    private static BitSet toldByOpenParts(StoredMessage message, Database database) throws RocksDBException {
        BitSet open = new BitSet();
        try (Scan scan = database.scan(Family.PART, Keys.message(message.id()), Keys.behind(message.id()))) {
            for (; scan.valid(); scan.next()) open.set(Keys.partAt(scan.key(), Long.BYTES));
        }
        for (int part = 0; part < message.parts.size(); part++) {
            if (!open.get(part)) open.set(part, isFresh(message, part, database));
        }
        open.flip(0, message.parts.size());
        return open;
    }

    private static boolean isFresh(StoredMessage message, int part, Database database) throws RocksDBException {
        byte[] key = DeliveryKeyCodec.encode(message.firstKey(part));
        return database.get(Family.DELIVERY, key).isPresent();
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
