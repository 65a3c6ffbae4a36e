package posthaste.queue.rocksdb;

import java.util.Arrays;
import java.util.Optional;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.queue.DeliveryKey;
import posthaste.queue.DeliveryListener;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueueException;

/** After a restart: finds the destinations that have a backlog, by one seek per destination and class at most. */
final class BacklogScan implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(BacklogScan.class);
    /** Then the range is opened anew, so that it holds no old files and no exchange of the handle for long. */
    private static final int SEEKS_MAX = 4096;

    /** Steps before a seek, which costs as much as ten: most destinations have a message or two. */
    private static final int STEPS_MAX = 3;

    private static final byte[] BEHIND_ALL = {(byte) 0xff};

    private final Store store;
    private final DeliveryListener listener;

    BacklogScan(Store store, DeliveryListener listener) {
        this.store = store;
        this.listener = listener;
    }

    @Override
    public void run() {
        try {
            Optional<byte[]> from = Optional.of(new byte[] {0});
            while (from.isPresent()) {
                byte[] start = from.get();
                from = store.read(database -> scan(database, start));
            }
        } catch (QueueException.Closed closed) {
            LOG.debug("closed before every destination was found");
        } catch (QueueException unreadable) {
            LOG.error("looking for the backlog", unreadable);
            listener.fatal(unreadable);
        }
    }

    /** Returns where to go on; empty at the end. */
    private Optional<byte[]> scan(Database database, byte[] from) throws RocksDBException {
        try (Scan scan = database.scan(Family.DELIVERY, from, BEHIND_ALL)) {
            for (int seeks = 0; scan.valid(); seeks++) {
                byte[] key = scan.key();
                if (seeks == SEEKS_MAX) return Optional.of(key);
                goTo(scan, report(key));
            }
        }
        return Optional.empty();
    }

    private static void goTo(Scan scan, byte[] next) throws RocksDBException {
        for (int step = 0; step < STEPS_MAX; step++) {
            scan.next();
            if (!scan.valid() || Arrays.compareUnsigned(scan.key(), next) >= 0) return;
        }
        scan.seek(next);
    }

    /** Returns where the next class or destination begins. */
    private byte[] report(byte[] key) {
        try {
            DeliveryKey first = DeliveryKeyCodec.decode(key);
            if (first.priority() != PriorityClass.HELD) {
                listener.backlog(first.destination(), first.priority(), first.dueMillis());
            }
            return DeliveryKeyCodec.behind(first.destination(), first.priority());
        } catch (QueueException.Corrupt corrupt) {
            LOG.error("left in the queue, unreadable: {}", corrupt.getMessage());
            return Arrays.copyOf(key, key.length + 1);
        }
    }
}
