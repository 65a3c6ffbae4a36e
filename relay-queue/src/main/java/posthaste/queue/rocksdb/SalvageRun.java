package posthaste.queue.rocksdb;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import posthaste.queue.MessageId;
import posthaste.queue.QueueEvent;
import posthaste.queue.QueueException;
import posthaste.queue.Recipient;
import posthaste.queue.SalvageListener;
import posthaste.queue.SalvageSummary;

/** Carries every message that is whole, and every event, from a damaged database into a fresh one. Used once. */
final class SalvageRun {
    /** So many missing messages are kept in memory, to name each only once; others may be named twice. */
    private static final int NAMED_MAX = 100_000;

    private final Database source;
    private final Database target;
    private final OptionalLong witnessed;
    private final SalvageListener told;
    private final boolean logCut;
    private final Set<MessageId> named = new HashSet<>();
    private long recovered;
    private long begunAnew;
    private long missing;
    private long eventsMissing;
    private long newestId;
    private long lastEvent;

    SalvageRun(Database source, Database target, OptionalLong witnessed, SalvageListener told, boolean logCut) {
        this.source = source;
        this.target = target;
        this.witnessed = witnessed;
        this.told = told;
        this.logCut = logCut;
    }

    SalvageSummary run() throws RocksDBException {
        carryMessages();
        nameDeliveriesWithoutMessage();
        carryEvents();
        long commitsMissing = Math.max(putState(), logCut ? 1 : 0);
        return new SalvageSummary(recovered, begunAnew, missing, commitsMissing, eventsMissing);
    }

    private void carryMessages() throws RocksDBException {
        try (IdScan messages = new IdScan(source, Family.MESSAGE)) {
            while (messages.next()) {
                MessageId id = Keys.messageAt(messages.key(), 0);
                newestId = Math.max(newestId, id.value());
                carry(id, messages.value());
            }
            if (messages.jumps() > 0) told.note("envelopes of messages cannot be read in " + places(messages.jumps()));
        }
    }

    private static String places(int jumps) {
        return jumps == 1 ? "one place" : jumps + " places";
    }

    private void carry(MessageId id, byte[] value) throws RocksDBException {
        StoredMessage stored;
        try {
            stored = MessageCodec.decode(id, value);
        } catch (QueueException.Corrupt damaged) {
            missing(id, String.valueOf(damaged.getMessage()), List.of());
            return;
        }
        Optional<String> damage = bodyDamage(stored);
        SalvagedParts parts = SalvagedParts.read(source, stored);
        if (damage.isPresent()) {
            missing(id, damage.get(), parts.openRecipients());
            return;
        }
        copyBody(stored);
        try (WriteBatch batch = new WriteBatch()) {
            batch.put(target.handle(Family.MESSAGE), Keys.message(id), value);
            parts.putInto(batch, target);
            target.write(batch, false);
        }
        recovered++;
        if (parts.begunAnew()) begunAnew++;
    }

    private Optional<String> bodyDamage(StoredMessage stored) {
        for (int chunk = 0; chunk < stored.chunkSums.length; chunk++) {
            try {
                BodyReads.read(source, stored, chunk);
            } catch (QueueException.Corrupt damage) {
                return Optional.of(String.valueOf(damage.getMessage()));
            } catch (RocksDBException damage) {
                return Optional.of(
                        "body of " + stored.id() + ": chunk " + chunk + " cannot be read: " + damage.getMessage());
            }
        }
        return Optional.empty();
    }

    /** A second read, so that only one chunk is in memory and nothing of a damaged message is written. */
    private void copyBody(StoredMessage stored) throws RocksDBException {
        for (int chunk = 0; chunk < stored.chunkSums.length; chunk++) {
            try (WriteBatch batch = new WriteBatch()) {
                byte[] content = BodyReads.read(source, stored, chunk);
                batch.put(target.handle(Family.BODY), Keys.body(stored.id(), chunk), content);
                target.write(batch, false);
            }
        }
    }

    private void missing(MessageId id, String what, List<Recipient> recipients) {
        if (named.contains(id)) return;
        if (named.size() < NAMED_MAX) named.add(id);
        missing++;
        told.missing(new SalvageListener.Missing(id, what, recipients, eventsOf(id)));
    }

    private List<QueueEvent> eventsOf(MessageId id) {
        List<QueueEvent> events = new ArrayList<>();
        try (Scan scan = source.scan(Family.TRACE, Keys.trace(id, 0), Keys.behind(id))) {
            for (; scan.valid() && events.size() < SalvageListener.Missing.EVENTS_MAX; scan.next()) {
                long sequence = Keys.longAt(scan.key(), Long.BYTES);
                Optional<byte[]> value = source.get(Family.EVENT, Keys.event(sequence));
                value.ifPresent(bytes -> events.add(EventCodec.decode(sequence, bytes)));
            }
        } catch (RocksDBException | QueueException.Corrupt damage) {
            told.note("the history of " + id + " is damaged too");
        }
        return events;
    }

    /** Whoever has a delivery is still owed it, even where the scan of the envelopes went past it. */
    private void nameDeliveriesWithoutMessage() {
        try (Scan scan = source.scan(Family.DELIVERY, new byte[] {0}, new byte[] {(byte) 0xff})) {
            for (; scan.valid(); scan.next()) {
                MessageId id = DeliveryKeyCodec.decode(scan.key()).message();
                if (!rescued(id)) rescueOrName(id, "its envelope is gone or cannot be read");
            }
        } catch (RocksDBException | QueueException.Corrupt damage) {
            told.note("the list of open deliveries is damaged: messages without an envelope may be missing from this"
                    + " report (" + damage.getMessage() + ")");
        }
    }

    private void rescueOrName(MessageId id, String what) throws RocksDBException {
        Optional<byte[]> value = readable(id);
        if (value.isPresent()) {
            carry(id, value.get());
        } else {
            missing(id, what, List.of());
        }
    }

    private Optional<byte[]> readable(MessageId id) {
        try {
            return source.get(Family.MESSAGE, Keys.message(id));
        } catch (RocksDBException damage) {
            return Optional.empty();
        }
    }

    private boolean rescued(MessageId id) throws RocksDBException {
        return target.get(Family.MESSAGE, Keys.message(id)).isPresent();
    }

    private void carryEvents() throws RocksDBException {
        try (IdScan events = new IdScan(source, Family.EVENT)) {
            while (events.next()) {
                long sequence = Keys.longAt(events.key(), 0);
                if (lastEvent > 0) eventsMissing += sequence - lastEvent - 1;
                lastEvent = sequence;
                carryEvent(sequence, events.value());
            }
        }
        if (eventsMissing > 0) {
            told.note(eventsMissing + " events are missing: what happened then is not known, and mail that was accepted"
                    + " then may be lost without being named here");
        }
    }

    private void carryEvent(long sequence, byte[] value) throws RocksDBException {
        QueueEvent event;
        try {
            event = EventCodec.decode(sequence, value);
        } catch (QueueException.Corrupt damage) {
            eventsMissing++;
            return;
        }
        MessageId id = event.message();
        newestId = Math.max(newestId, id.value());
        try (WriteBatch batch = new WriteBatch()) {
            batch.put(target.handle(Family.EVENT), Keys.event(sequence), value);
            batch.put(target.handle(Family.TRACE), Keys.trace(id, sequence), new byte[0]);
            target.write(batch, false);
        }
        if (event.kind() == QueueEvent.Kind.ACCEPTED && !named.contains(id) && !rescued(id)) nameUnlessEnded(id);
    }

    /** A message that left the queue has an outcome in its history. */
    private void nameUnlessEnded(MessageId id) throws RocksDBException {
        boolean ended = eventsOf(id).stream().map(QueueEvent::kind).anyMatch(SalvageRun::isOutcome);
        if (!ended) rescueOrName(id, "it was accepted, and nothing else of it is left");
    }

    private static boolean isOutcome(QueueEvent.Kind kind) {
        return switch (kind) {
            case DELIVERED, BOUNCED, EXPIRED, DROPPED -> true;
            case ACCEPTED, DEFERRED, AMBIGUOUS, DELAYED, HELD, RELEASED, REPORTED -> false;
        };
    }

    /** Returns how many commits were answered that the source knows nothing of. */
    private long putState() throws RocksDBException {
        QueueState old = stateOfSource();
        long group = Math.max(old.group(), witnessed.orElse(0));
        long behindNewest =
                MessageId.floorOf(new MessageId(newestId).epochMillis() + 1).value();
        QueueState state = new QueueState(
                old.batch() + 1,
                group + 1,
                group,
                Math.max(old.nextSequence(), lastEvent + 1),
                recovered,
                Math.max(old.idCeiling(), behindNewest),
                old.clockMillis());
        try (WriteBatch batch = new WriteBatch()) {
            batch.put(target.handle(Family.STATE), QueueState.KEY, state.encode());
            target.write(batch, true);
        }
        target.flush();
        long commitsMissing = group - old.group();
        if (commitsMissing > 0) {
            told.note(commitsMissing + " commits that were answered are missing: the last one found is " + old.group()
                    + ", the last one answered " + group);
        }
        return commitsMissing;
    }

    private QueueState stateOfSource() {
        try {
            return QueueState.read(source);
        } catch (RocksDBException | QueueException.Corrupt damage) {
            told.note("the state of the queue is damaged: whether the last commits are there cannot be told");
            return new QueueState(0, witnessed.orElse(0), witnessed.orElse(0), 1, 0, 0, 0);
        }
    }
}
