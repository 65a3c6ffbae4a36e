package posthaste.queue.rocksdb;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.rocksdb.RocksDBException;
import posthaste.queue.DeliveryKey;
import posthaste.queue.MessageId;
import posthaste.queue.QueueException;

/**
 * Compares a whole database with the tables of docs/queue.md: every message whole, every part in exactly one state,
 * nothing that belongs to no message. Reads everything and keeps a few octets per message: for proofs, not for production.
 * Used once, by one thread.
 */
final class Audit {
    private static final int PROBLEMS_MAX = 100;
    private static final byte[] FIRST = {0};
    private static final byte[] BEHIND_ALL = {(byte) 0xff, (byte) 0xff};

    private final Database database;
    private final List<String> problems = new ArrayList<>();
    private final Map<MessageId, StoredMessage> messages = new HashMap<>();
    private final Map<MessageId, BitSet> chunks = new HashMap<>();
    private final Map<MessageId, BitSet> open = new HashMap<>();
    private final Map<MessageId, BitSet> done = new HashMap<>();
    private final Map<MessageId, Integer> deadlines = new HashMap<>();
    private final Set<DeliveryKey> rewritten = new HashSet<>();

    private interface Visit {
        void entry(byte[] key, byte[] value) throws RocksDBException;
    }

    private Audit(Database database) {
        this.database = database;
    }

    /** What contradicts the tables, at most {@link #PROBLEMS_MAX} sentences; empty when all is well. */
    static List<String> of(Database database) throws RocksDBException {
        Audit audit = new Audit(database);
        audit.each(Family.MESSAGE, audit::message);
        audit.each(Family.BODY, audit::body);
        audit.each(Family.RECEIVING, (key, value) -> audit.problem(Keys.messageAt(key, 0), "is being received"));
        audit.each(Family.DELIVERY, audit::delivery);
        audit.each(Family.PART, audit::part);
        audit.each(Family.DONE, audit::done);
        audit.each(Family.DEADLINE, audit::deadline);
        audit.messages.values().forEach(audit::whole);
        audit.counted();
        return List.copyOf(audit.problems);
    }

    private void each(Family family, Visit visit) throws RocksDBException {
        try (Scan scan = database.scan(family, FIRST, BEHIND_ALL)) {
            for (; scan.valid(); scan.next()) {
                try {
                    visit.entry(scan.key(), scan.value());
                } catch (QueueException.Corrupt unreadable) {
                    problem(family + ": " + unreadable.getMessage());
                }
            }
        }
    }

    private void problem(MessageId id, String what) {
        problem(id + " " + what);
    }

    private void problem(String what) {
        if (problems.size() < PROBLEMS_MAX) problems.add(what);
    }

    private void message(byte[] key, byte[] value) {
        MessageId id = Keys.messageAt(key, 0);
        messages.put(id, MessageCodec.decode(id, value));
    }

    private void body(byte[] key, byte[] value) {
        MessageId id = Keys.messageAt(key, 0);
        int chunk = (int) (Keys.longAt(key, Integer.BYTES) & 0xffff_ffffL);
        Optional<StoredMessage> stored = messageOf(id, "body chunk " + chunk);
        if (stored.isEmpty()) return;
        if (chunk < 0 || chunk >= stored.get().chunkSums.length) {
            problem(id, "has a chunk " + chunk + " behind its end");
        } else if (BodyReads.sumOf(value) != stored.get().chunkSums[chunk]) {
            problem(id, "chunk " + chunk + " fails its checksum");
        } else {
            chunks.computeIfAbsent(id, none -> new BitSet()).set(chunk);
        }
    }

    private Optional<StoredMessage> messageOf(MessageId id, String what) {
        Optional<StoredMessage> stored = Optional.ofNullable(messages.get(id));
        if (stored.isEmpty()) problem(id, "is no message, but there is its " + what);
        return stored;
    }

    private void delivery(byte[] encoded, byte[] value) throws RocksDBException {
        DeliveryKey key = DeliveryKeyCodec.decode(encoded);
        Optional<StoredMessage> stored = messageOf(key.message(), "delivery " + key);
        if (stored.isEmpty()) return;
        DeliveryState.decode(value, stored.get().message.envelope().recipients().size());
        mark(open, key.message(), key.part());
        if (key.revision() == 0) {
            if (!key.equals(stored.get().firstKey(key.part()))) problem(key.message(), "stands elsewhere: " + key);
            return;
        }
        rewritten.add(key);
        if (database.get(Family.PART, Keys.part(key)).isEmpty()) problem(key.message(), "has no part for " + key);
    }

    private void mark(Map<MessageId, BitSet> of, MessageId id, int part) {
        BitSet marked = of.computeIfAbsent(id, none -> new BitSet());
        if (marked.get(part)) problem(id, "has part " + part + " twice");
        marked.set(part);
    }

    private void part(byte[] key, byte[] value) {
        DeliveryKey named = Settle.keyOf(key, value);
        if (!rewritten.contains(named)) problem(named.message(), "has a part without delivery: " + named);
    }

    private void done(byte[] key, byte[] value) {
        MessageId id = Keys.messageAt(key, 0);
        int part = Keys.partAt(key, Long.BYTES);
        if (messageOf(id, "done part " + part).isPresent()) mark(done, id, part);
    }

    private void deadline(byte[] key, byte[] value) {
        MessageId id = Keys.messageAt(key, key.length - Long.BYTES);
        Optional<StoredMessage> stored = messageOf(id, "deadline");
        if (stored.isEmpty()) return;
        boolean known = Moments.keysOf(stored.get()).stream().anyMatch(each -> Arrays.equals(each, key));
        if (!known) problem(id, "has a deadline that its envelope does not name");
        if (!Arrays.equals(value, Moments.valueOf(key))) problem(id, "has a deadline of another release");
        deadlines.merge(id, 1, Integer::sum);
    }

    private void whole(StoredMessage stored) {
        MessageId id = stored.id();
        int parts = stored.parts.size();
        BitSet isOpen = open.getOrDefault(id, new BitSet());
        BitSet isDone = done.getOrDefault(id, new BitSet());
        for (int part = 0; part < parts; part++) {
            if (isOpen.get(part) == isDone.get(part)) problem(id, "part " + part + " is in no state, or in two");
        }
        int moments = Moments.keysOf(stored).size();
        if (deadlines.getOrDefault(id, 0) != moments) problem(id, "has not each of its " + moments + " deadlines");
        if (isOpen.isEmpty()) problem(id, "is finished and still there");
        if (isOpen.length() > parts || isDone.length() > parts) problem(id, "has a part too many");
        int present = chunks.getOrDefault(id, new BitSet()).cardinality();
        if (present != stored.chunkSums.length) {
            problem(id, "has " + present + " of " + stored.chunkSums.length + " chunks");
        }
    }

    private void counted() throws RocksDBException {
        long said = QueueState.read(database).messages();
        if (said != messages.size()) problem("counted " + said + " messages, there are " + messages.size());
    }
}
