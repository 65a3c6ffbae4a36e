package posthaste.delivery;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import posthaste.queue.DeliveryKey;
import posthaste.queue.MessageId;

/**
 * Which deliveries of a destination are in memory, from the moment they are taken until their outcome is recorded: so
 * that a read of the backlog, which may be older than the latest record, brings none of them twice. One owner thread.
 */
final class InHand {
    /** So many a destination may have whatever the others have: slow ones must not keep it from its turn. */
    private static final int FLOOR = 4;

    private final EngineParts parts;
    private final Set<DeliveryKey> keys = new HashSet<>();
    /** What was recorded while a read is under way: it may still return them. */
    private final Set<DeliveryKey> recordedDuringRead = new HashSet<>();
    /** Attempts that go on with the next revision of their delivery. */
    private final Map<PartId, Attempt> continuing = new HashMap<>();

    private boolean reading;

    private record PartId(MessageId message, int part) {
        static PartId of(DeliveryKey key) {
            return new PartId(key.message(), key.part());
        }
    }

    InHand(EngineParts parts) {
        this.parts = parts;
    }

    /** Whether one more may be taken, within the bound that all destinations share. */
    boolean hasRoom() {
        return keys.size() < FLOOR || parts.hasRoom();
    }

    boolean isEmpty() {
        return keys.isEmpty() && continuing.isEmpty();
    }

    /** False when it is in hand already. */
    boolean take(DeliveryKey key) {
        boolean taken = keys.add(key);
        if (taken) parts.inMemory().incrementAndGet();
        return taken;
    }

    /** It is on disk only, as it was. */
    void putBack(DeliveryKey key) {
        if (keys.remove(key)) parts.inMemory().decrementAndGet();
    }

    /** Its outcome is on disk. */
    void recorded(DeliveryKey key) {
        putBack(key);
        if (reading) recordedDuringRead.add(key);
    }

    boolean isReading() {
        return reading;
    }

    void readBegins() {
        reading = true;
    }

    void readEnds() {
        reading = false;
        recordedDuringRead.clear();
    }

    /** Whether a delivery that a read returned is known here, or no more what is on disk. */
    boolean knows(DeliveryKey key) {
        return keys.contains(key) || recordedDuringRead.contains(key);
    }

    /** When the next revision of this delivery is written, the attempt goes on with it. */
    void goOnLater(Attempt attempt) {
        continuing.put(PartId.of(attempt.delivery().key()), attempt);
    }

    /** Whether any attempt waits for the next revision of its delivery. */
    boolean isContinuing() {
        return !continuing.isEmpty();
    }

    /** The attempt that goes on with this delivery. */
    Optional<Attempt> goingOn(DeliveryKey key) {
        return continuing.isEmpty() ? Optional.empty() : Optional.ofNullable(continuing.remove(PartId.of(key)));
    }
}
