package posthaste.queue.rocksdb;

import org.rocksdb.Statistics;
import org.rocksdb.TickerType;
import posthaste.queue.QueueException;
import posthaste.queue.QueueMetrics;

/** What the database tells of itself, read when it is exported and only while it is open. */
final class StoreMeters {
    private final Store store;
    private final Statistics statistics;

    StoreMeters(Store store, Statistics statistics) {
        this.store = store;
        this.statistics = statistics;
    }

    void export(QueueMetrics metrics) {
        summed(metrics, "memtable.bytes", "Bytes of memtables.", "rocksdb.cur-size-all-mem-tables");
        whole(metrics, "block.cache.bytes", "Bytes of cached blocks.", "rocksdb.block-cache-usage");
        summed(
                metrics,
                "compaction.pending",
                "Bytes that compactions should rewrite.",
                "rocksdb.estimate-pending-compaction-bytes");
        whole(metrics, "write.stopped", "1 while writes are held up.", "rocksdb.is-write-stopped");
        whole(metrics, "write.rate", "Bytes per second writes are slowed to.", "rocksdb.actual-delayed-write-rate");
        ticker(metrics, "log.bytes", "Bytes of the write-ahead log.", TickerType.WAL_FILE_BYTES);
        ticker(metrics, "log.syncs", "Syncs of the write-ahead log.", TickerType.WAL_FILE_SYNCED);
        ticker(metrics, "iterator.skips", "Removed keys that range reads walked over.", TickerType.NUMBER_ITER_SKIP);
        ticker(metrics, "stall.micros", "Microseconds that writes were held up.", TickerType.STALL_MICROS);
    }

    /** Of the whole database: every family tells the same. */
    private void whole(QueueMetrics metrics, String name, String description, String property) {
        metrics.gauge(
                "posthaste.queue." + name,
                description,
                () -> whileOpen(database -> (double) database.property(Family.DEFAULT, property)));
    }

    /** The sum over the families. */
    private void summed(QueueMetrics metrics, String name, String description, String property) {
        metrics.gauge(
                "posthaste.queue." + name,
                description,
                () -> whileOpen(database -> (double) database.property(property)));
    }

    private void ticker(QueueMetrics metrics, String name, String description, TickerType ticker) {
        metrics.count(
                "posthaste.queue." + name,
                description,
                () -> whileOpen(database -> (double) statistics.getTickerCount(ticker)));
    }

    /** A closed native object must not be asked. */
    private double whileOpen(Store.Reading<Double> reading) {
        try {
            return store.read(reading);
        } catch (QueueException closed) {
            return Double.NaN;
        }
    }
}
