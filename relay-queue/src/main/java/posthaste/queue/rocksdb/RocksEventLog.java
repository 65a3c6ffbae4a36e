package posthaste.queue.rocksdb;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.rocksdb.RocksDBException;
import posthaste.queue.EventLog;
import posthaste.queue.MessageId;
import posthaste.queue.QueueEvent;

/** Events by their sequence, and by message through {@code trace}. Thread-safe. */
final class RocksEventLog implements EventLog {
    private static final int READ_MAX = 100_000;

    private final Readers readers;
    private final Committer committer;

    RocksEventLog(Readers readers, Committer committer) {
        this.readers = readers;
        this.committer = committer;
    }

    @Override
    public CompletionStage<List<QueueEvent>> after(long sequence, int max, Executor owner) {
        long first = Math.max(0, sequence) + 1;
        return readers.read(owner, database -> range(database, first, committer.syncedSequence(), bounded(max)));
    }

    private static int bounded(int max) {
        return Math.min(max, READ_MAX);
    }

    private static List<QueueEvent> range(Database database, long first, long last, int max) throws RocksDBException {
        if (first > last) return List.of();
        List<QueueEvent> events = new ArrayList<>();
        try (Scan scan = database.scan(Family.EVENT, Keys.event(first), Keys.event(last + 1))) {
            for (; scan.valid() && events.size() < max; scan.next()) {
                events.add(EventCodec.decode(Keys.longAt(scan.key(), 0), scan.value()));
            }
        }
        return events;
    }

    @Override
    public CompletionStage<List<QueueEvent>> of(MessageId message, int max, Executor owner) {
        return readers.read(owner, database -> trace(database, message, bounded(max)));
    }

    private static List<QueueEvent> trace(Database database, MessageId message, int max) throws RocksDBException {
        List<QueueEvent> events = new ArrayList<>();
        try (Scan scan = database.scan(Family.TRACE, Keys.trace(message, 0), Keys.behind(message))) {
            for (; scan.valid() && events.size() < max; scan.next()) {
                long sequence = Keys.longAt(scan.key(), Long.BYTES);
                Optional<byte[]> event = database.get(Family.EVENT, Keys.event(sequence));
                event.ifPresent(value -> events.add(EventCodec.decode(sequence, value)));
            }
        }
        return events;
    }
}
