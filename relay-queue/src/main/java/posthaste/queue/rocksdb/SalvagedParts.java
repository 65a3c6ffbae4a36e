package posthaste.queue.rocksdb;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import posthaste.queue.DeliveryKey;
import posthaste.queue.QueueException;
import posthaste.queue.Recipient;

/**
 * The parts of a message as a damaged database tells of them. A part whose delivery is damaged begins anew: what was
 * accepted is rather delivered twice than not at all.
 */
final class SalvagedParts {
    private static final int LAST_PART = Part.PARTS_MAX - 1;

    private final StoredMessage stored;
    private final List<Integer> done = new ArrayList<>();
    private final List<Open> open = new ArrayList<>();
    private boolean begunAnew;

    /** @param partValue what {@code part} says; empty at revision 0 */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Open(DeliveryKey key, DeliveryState state, byte[] value, byte[] partValue) {}

    private SalvagedParts(StoredMessage stored) {
        this.stored = stored;
    }

    static SalvagedParts read(Database source, StoredMessage stored) {
        SalvagedParts parts = new SalvagedParts(stored);
        Optional<BitSet> settled = parts.settled(source);
        for (int part = 0; part < stored.parts.size(); part++) {
            if (settled.isPresent() && settled.get().get(part)) {
                parts.done.add(part);
            } else {
                parts.readOpen(source, part, settled.isPresent());
            }
        }
        return parts.orAllAnew();
    }

    /** Empty where it cannot be read. */
    private Optional<BitSet> settled(Database source) {
        try {
            return Optional.of(DoneParts.read(stored.id(), source));
        } catch (RocksDBException damage) {
            return Optional.empty();
        }
    }

    /** A message whose parts are all done has left; where one is there all the same, what says so is damaged. */
    private SalvagedParts orAllAnew() {
        if (!open.isEmpty()) return this;
        done.clear();
        for (int part = 0; part < stored.parts.size(); part++) open.add(anew(part));
        return this;
    }

    /** A part that has no delivery is done, unless it is known not to be: then its delivery is lost. */
    private void readOpen(Database source, int part, boolean notDone) {
        try {
            Optional<Open> found = find(source, part);
            if (found.isPresent()) {
                open.add(found.get());
            } else if (notDone) {
                open.add(anew(part));
            } else {
                done.add(part);
            }
        } catch (RocksDBException | QueueException.Corrupt damage) {
            open.add(anew(part)); // told by the count of those that begin anew
        }
    }

    private Optional<Open> find(Database source, int part) throws RocksDBException {
        DeliveryKey key = stored.firstKey(part);
        byte[] partValue = {};
        byte[] until = part == LAST_PART ? Keys.behind(stored.id()) : Keys.done(stored.id(), part + 1);
        try (Scan scan = source.scan(Family.PART, Keys.done(stored.id(), part), until)) {
            if (scan.valid()) {
                partValue = scan.value();
                key = Settle.keyOf(scan.key(), partValue);
            }
        }
        Optional<byte[]> value = source.get(Family.DELIVERY, DeliveryKeyCodec.encode(key));
        if (value.isEmpty()) return Optional.empty();
        int recipients = stored.message.envelope().recipients().size();
        return Optional.of(new Open(key, DeliveryState.decode(value.get(), recipients), value.get(), partValue));
    }

    private Open anew(int part) {
        begunAnew = true;
        return new Open(stored.firstKey(part), DeliveryState.FRESH, DeliveryState.FRESH.encode(), new byte[0]);
    }

    /** Whether a part lost its attempts and due time. */
    boolean begunAnew() {
        return begunAnew;
    }

    List<Recipient> openRecipients() {
        List<Recipient> recipients = new ArrayList<>();
        for (Open each : open)
            recipients.addAll(each.state().recipientsOf(stored, each.key().part()));
        return recipients;
    }

    void putInto(WriteBatch batch, Database target) throws RocksDBException {
        for (int part : done) batch.put(target.handle(Family.DONE), Keys.done(stored.id(), part), new byte[0]);
        for (Open each : open) {
            batch.put(target.handle(Family.DELIVERY), DeliveryKeyCodec.encode(each.key()), each.value());
            if (each.key().revision() == 0) continue;
            batch.put(target.handle(Family.PART), Keys.part(each.key()), each.partValue());
        }
        for (byte[] key : Moments.keysOf(stored)) {
            batch.put(target.handle(Family.DEADLINE), key, Moments.valueOf(key));
        }
    }
}
