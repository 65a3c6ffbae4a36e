package posthaste.queue.rocksdb;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryKey;
import posthaste.queue.MailQueue.Aged;
import posthaste.queue.MailQueue.Backlog;
import posthaste.queue.MailQueue.Moment;
import posthaste.queue.MailQueue.Passed;
import posthaste.queue.MessageId;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueueException;
import posthaste.queue.QueueMetrics;

/**
 * The questions of delivery, each answered by a range read. A message that means nothing is logged and left where it
 * is: it must not keep the others of its destination. Thread-safe.
 */
final class QueueReads {
    private static final Logger LOG = LoggerFactory.getLogger(QueueReads.class);
    private static final int LAST_PART = Part.PARTS_MAX - 1;

    private final BodyReads bodies;
    private final BodyMemory memory;
    private final QueueMetrics metrics;

    QueueReads(BodyReads bodies, BodyMemory memory, QueueMetrics metrics) {
        this.bodies = bodies;
        this.memory = memory;
        this.metrics = metrics;
    }

    Backlog backlog(
            Database database, String destination, PriorityClass priority, DeliveryKey from, long untilMillis, int max)
            throws RocksDBException {
        List<Delivery> found = new ArrayList<>();
        byte[] first = DeliveryKeyCodec.encode(destination, priority, from);
        try (Scan scan = database.scan(Family.DELIVERY, first, DeliveryKeyCodec.behind(destination, priority))) {
            for (; scan.valid(); scan.next()) {
                byte[] key = scan.key();
                long dueMillis = DeliveryKeyCodec.dueMillisOf(key);
                if (dueMillis > untilMillis || found.size() >= max) return new Backlog(found, dueMillis);
                readable(() -> delivery(database, key, scan.value())).ifPresent(found::add);
            }
        }
        return new Backlog(found, Long.MAX_VALUE);
    }

    private Optional<Delivery> delivery(Database database, byte[] key, byte[] value) throws RocksDBException {
        DeliveryKey where = DeliveryKeyCodec.decode(key);
        Optional<StoredMessage> stored = message(database, where.message());
        if (stored.isPresent()) return Optional.of(delivery(stored.get(), where, value));
        // Settled since the range was opened; or the message is gone, which no crash can cause.
        if (database.get(Family.DELIVERY, key).isEmpty()) return Optional.empty();
        throw new QueueException.Corrupt("delivery of " + where.message() + " without its message");
    }

    private Delivery delivery(StoredMessage stored, DeliveryKey key, byte[] value) {
        if (key.part() >= stored.parts.size()) {
            throw new QueueException.Corrupt("part " + key.part() + " of " + stored.id() + " does not exist");
        }
        DeliveryState state = DeliveryState.decode(
                value, stored.message.envelope().recipients().size());
        return stored.delivery(key, state, PartBody.read(MessageBody.onDisk(stored, bodies, memory)));
    }

    Optional<StoredMessage> message(Database database, MessageId id) throws RocksDBException {
        return database.get(Family.MESSAGE, Keys.message(id)).map(value -> MessageCodec.decode(id, value));
    }

    Aged acceptedBefore(Database database, long beforeMillis, MessageId after, int maxMessages)
            throws RocksDBException {
        List<Delivery> found = new ArrayList<>();
        MessageId cursor = after;
        int read = 0;
        byte[] until = Keys.message(MessageId.floorOf(Math.max(0, beforeMillis)));
        try (Scan scan = database.scan(Family.MESSAGE, Keys.behind(after), until)) {
            for (; scan.valid(); scan.next()) {
                if (read++ == maxMessages) return new Aged(found, cursor, true);
                cursor = Keys.messageAt(scan.key(), 0);
                MessageId id = cursor;
                Optional<StoredMessage> stored = readable(() -> Optional.of(MessageCodec.decode(id, scan.value())));
                if (stored.isEmpty()
                        || !Moments.countsFromAcceptance(stored.get().message.envelope())) continue;
                addOpen(database, stored.get(), found);
            }
        }
        return new Aged(found, cursor, false);
    }

    List<Delivery> expired(Database database, long nowMillis, int maxMessages) throws RocksDBException {
        List<Delivery> found = new ArrayList<>();
        MessageId zero = new MessageId(0);
        byte[] until = Keys.deadline(Math.max(0, nowMillis) + 1, zero);
        try (Scan scan = database.scan(Family.DEADLINE, Keys.deadline(0, zero), until)) {
            for (int read = 0; scan.valid() && read < maxMessages; read++, scan.next()) {
                MessageId id = Keys.messageAt(scan.key(), Long.BYTES);
                Optional<StoredMessage> stored = readable(() -> message(database, id));
                if (stored.isPresent()) addOpen(database, stored.get(), found);
            }
        }
        return found;
    }

    Passed passed(Database database, Moment moment, Passed.Cursor after, long untilMillis, int maxMessages)
            throws RocksDBException {
        List<Delivery> found = new ArrayList<>();
        Passed.Cursor cursor = after;
        int read = 0;
        byte kind = Moments.codeOf(moment);
        MessageId behind = new MessageId(after.message().value() + 1);
        byte[] from = Keys.moment(kind, after.atMillis(), behind);
        byte[] until = Keys.moment(kind, Math.max(0, untilMillis) + 1, new MessageId(0));
        if (Arrays.compareUnsigned(from, until) >= 0) return new Passed(found, cursor, false);
        try (Scan scan = database.scan(Family.DEADLINE, from, until)) {
            for (; scan.valid(); scan.next()) {
                if (read++ == maxMessages) return new Passed(found, cursor, true);
                cursor = new Passed.Cursor(Keys.longAt(scan.key(), 1), Keys.messageAt(scan.key(), 1 + Long.BYTES));
                MessageId id = cursor.message();
                Optional<StoredMessage> stored = readable(() -> {
                    Moments.requireKnown(scan.value());
                    return message(database, id);
                });
                if (stored.isPresent()) addOpen(database, stored.get(), found);
            }
        }
        return new Passed(found, cursor, false);
    }

    private void addOpen(Database database, StoredMessage stored, List<Delivery> found) throws RocksDBException {
        for (int part = 0; part < stored.parts.size(); part++) {
            int index = part;
            readable(() -> open(database, stored, index))
                    .filter(delivery -> delivery.key().priority() != PriorityClass.HELD)
                    .ifPresent(found::add);
        }
    }

    /** The delivery of a part as it stands now; empty when it is done or its message is unknown. */
    Optional<Delivery> open(Database database, MessageId id, int part) throws RocksDBException {
        Optional<StoredMessage> stored = readable(() -> message(database, id));
        if (stored.isEmpty() || part >= stored.get().parts.size()) return Optional.empty();
        return readable(() -> open(database, stored.get(), part));
    }

    private Optional<Delivery> open(Database database, StoredMessage stored, int part) throws RocksDBException {
        DeliveryKey key = currentKey(database, stored, part);
        return database.get(Family.DELIVERY, DeliveryKeyCodec.encode(key)).map(value -> delivery(stored, key, value));
    }

    private static DeliveryKey currentKey(Database database, StoredMessage stored, int part) throws RocksDBException {
        byte[] until = part == LAST_PART ? Keys.behind(stored.id()) : Keys.done(stored.id(), part + 1);
        try (Scan scan = database.scan(Family.PART, Keys.done(stored.id(), part), until)) {
            return scan.valid() ? Settle.keyOf(scan.key(), scan.value()) : stored.firstKey(part);
        }
    }

    private interface Read<T> {
        Optional<T> read() throws RocksDBException;
    }

    private <T> Optional<T> readable(Read<T> read) throws RocksDBException {
        try {
            return read.read();
        } catch (QueueException.Corrupt corrupt) {
            return unreadable(corrupt);
        } catch (RocksDBException damage) {
            if (!Recovery.isCorruption(damage)) throw damage;
            return unreadable(Store.corrupt(damage));
        }
    }

    private <T> Optional<T> unreadable(QueueException.Corrupt why) {
        metrics.corrupt();
        LOG.error("left in the queue, unreadable: {}", why.getMessage());
        return Optional.empty();
    }
}
