package posthaste.queue.rocksdb;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.rocksdb.RocksDBException;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryKey;
import posthaste.queue.DeliveryListener;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueueEvent;
import posthaste.queue.QueueException;
import posthaste.queue.Settlement;

/**
 * The end of an attempt: the old revision goes, and in the same batch comes the next one, or the part is done, or the
 * whole message goes because it was its last part.
 */
final class Settle implements QueueChange {
    private static final byte PART_VERSION = 1;

    private final Delivery delivery;
    private final PartBody body;
    private final StoredMessage stored;
    private final byte[] oldKey;
    private final Optional<Delivery> next;
    private final byte[] nextValue;
    private final List<byte[]> events = new ArrayList<>();
    private final List<NewMessage> reports;
    private final Executor owner;
    private final CompletableFuture<Void> waiter = new CompletableFuture<>();

    /**
     * @param body that of the delivery
     * @param reports those of the settlement, made ready
     */
    Settle(Settlement settlement, PartBody body, List<NewMessage> reports, long nowMillis, Executor owner) {
        this.body = body;
        this.reports = reports;
        this.owner = owner;
        delivery = settlement.delivery();
        stored = body.shared().stored;
        oldKey = DeliveryKeyCodec.encode(delivery.key());
        addEvents(settlement, nowMillis);
        if (settlement.deferral().isPresent()) {
            Settlement.Deferral deferral = settlement.deferral().get();
            DeliveryState state =
                    DeliveryState.after(deferral, stored.message.envelope().recipients());
            nextValue = state.encode();
            next = Optional.of(stored.delivery(nextKey(deferral.dueMillis()), state, PartBody.deferred(body.shared())));
        } else {
            nextValue = DeliveryState.FRESH.encode();
            next = Optional.empty();
        }
    }

    private DeliveryKey nextKey(long dueMillis) {
        DeliveryKey key = delivery.key();
        return new DeliveryKey(
                key.destination(), key.priority(), dueMillis, key.message(), key.part(), key.revision() + 1);
    }

    private void addEvents(Settlement settlement, long nowMillis) {
        int attempts = settlement.deferral().map(Settlement.Deferral::attempts).orElse(delivery.attempts() + 1);
        for (Settlement.Finished end : settlement.finished()) {
            String mailbox = end.recipient().mailbox().toString();
            events.add(event(nowMillis, end.kind(), mailbox, attempts, end.host(), end.reply(), 0));
        }
        settlement.deferral().ifPresent(open -> {
            String mailbox = open.recipients().size() == 1
                    ? open.recipients().get(0).mailbox().toString()
                    : "";
            String reply = open.lastReply().oneLine();
            events.add(event(nowMillis, open.kind(), mailbox, attempts, open.lastHost(), reply, open.dueMillis()));
        });
        for (NewMessage report : reports) {
            String text = "report " + report.stored().id();
            events.add(event(nowMillis, QueueEvent.Kind.REPORTED, "", attempts, "", text, 0));
        }
    }

    private byte[] event(
            long now, QueueEvent.Kind kind, String recipient, int attempts, String host, String detail, long due) {
        return EventCodec.encode(new QueueEvent(
                0, now, kind, stored.id(), recipient, delivery.key().destination(), attempts, host, detail, due));
    }

    CompletableFuture<Void> waiter() {
        return waiter;
    }

    @Override
    public boolean needsSync() {
        return false;
    }

    /** An outcome is not known twice: it is kept until it is written. */
    @Override
    public boolean doneAgain() {
        return true;
    }

    @Override
    public int bytes() {
        int bytes = oldKey.length + nextValue.length;
        for (byte[] event : events) bytes += event.length;
        for (NewMessage report : reports) bytes += report.bytes();
        return bytes;
    }

    @Override
    public void addTo(Group group) throws RocksDBException {
        boolean done = next.isEmpty();
        boolean several = stored.parts.size() > 1;
        requireCurrent(group);
        BitSet doneParts = done && several ? group.doneParts().of(stored, group.database()) : new BitSet();
        if (doneParts.get(delivery.key().part())) throw stale();

        if (body.readFromDisk()) group.copySettled();
        group.deliveryRemoved(delivery.key());
        group.remove(Family.DELIVERY, oldKey);
        if (delivery.key().revision() > 0) group.remove(Family.PART, Keys.part(delivery.key()));
        if (next.isPresent()) {
            putNext(next.get(), group);
        } else if (several) {
            partDone(doneParts, group);
        } else {
            NewMessage.removeContent(stored, group);
            group.messageRemoved();
        }
        for (byte[] event : events) group.event(stored.id(), event);
        for (NewMessage report : reports) report.addTo(group);
        group.partSettled();
    }

    /**
     * Another copy of the delivery may have been settled since, in this batch or before it. Fresh mail costs no read as
     * long as no copy of any delivery was settled since it was accepted.
     */
    private void requireCurrent(Group group) throws RocksDBException {
        Optional<Boolean> inBatch = group.rewritten(delivery.key());
        boolean current = inBatch.isPresent()
                ? inBatch.get()
                : !body.shared().mayHaveCopiesSettled(group.copiesSettled())
                        || group.get(Family.DELIVERY, oldKey).isPresent();
        if (!current) throw stale();
    }

    private QueueException stale() {
        return new QueueException.Stale(stored.id() + " part " + delivery.key().part() + " was settled before");
    }

    private void putNext(Delivery deferred, Group group) throws RocksDBException {
        DeliveryKey key = deferred.key();
        group.deliveryPut(key);
        group.put(Family.DELIVERY, DeliveryKeyCodec.encode(key), nextValue);
        group.put(Family.PART, Keys.part(key), partValueOf(key));
    }

    /** What {@code part} says of a rewritten delivery: {@link #keyOf} reads it. */
    static byte[] partValueOf(DeliveryKey key) {
        return new ByteWriter(64)
                .octet(PART_VERSION)
                .octet(key.priority().code())
                .fixed64(key.dueMillis())
                .text(key.destination())
                .toArray();
    }

    private void partDone(BitSet done, Group group) throws RocksDBException {
        int part = delivery.key().part();
        done.set(part);
        if (done.cardinality() < stored.parts.size()) {
            group.put(Family.DONE, Keys.done(stored.id(), part));
            return;
        }
        for (int other = 0; other < stored.parts.size(); other++) {
            if (other != part) group.remove(Family.DONE, Keys.done(stored.id(), other));
        }
        group.doneParts().forget(stored.id());
        NewMessage.removeContent(stored, group);
        group.messageRemoved();
    }

    /** Where the value of {@code part} says that a rewritten delivery stands. */
    static DeliveryKey keyOf(byte[] partKey, byte[] partValue) {
        ByteReader where = new ByteReader(partValue, "part value").version(PART_VERSION);
        PriorityClass priority = PriorityClass.ofCode((byte) where.octet());
        long dueMillis = where.fixed64();
        String destination = where.text();
        where.end();
        return new DeliveryKey(
                destination,
                priority,
                dueMillis,
                Keys.messageAt(partKey, 0),
                Keys.partAt(partKey, Long.BYTES),
                Keys.partAt(partKey, Long.BYTES + Short.BYTES));
    }

    @Override
    public void written(DeliveryListener listener, Completions completions) {
        body.release();
        for (NewMessage report : reports) report.announce(listener);
        next.ifPresent(listener::queued);
        completions.add(owner, () -> waiter.complete(null));
    }

    @Override
    public void failed(QueueException failure, Completions completions) {
        body.settlingFailed();
        for (NewMessage report : reports) report.abandon();
        completions.fail(waiter, failure, owner);
    }
}
