package posthaste.queue.rocksdb;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.HistogramType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksObject;
import org.rocksdb.Statistics;
import org.rocksdb.StatsLevel;
import org.rocksdb.TablePropertiesCollectorFactory;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBufferManager;
import posthaste.queue.QueueConfig;

/**
 * Every setting of RocksDB and the native memory behind them: one budget for all memtables, one bounded block cache.
 * Shared by every handle that is opened in turn; closed last.
 *
 * <p>The write-ahead log is never compressed or recycled, and blobs are never written directly ({@code
 * enable_blob_direct_write} would lose acknowledged mail in a crash).
 */
final class RocksTuning implements AutoCloseable {
    private static final long MIB = 1L << 20;

    private static final int BACKGROUND_JOBS = 2;
    private static final long INFO_LOG_BYTES = 8 * MIB;
    private static final int INFO_LOGS_KEPT = 4;
    private static final long WAL_WRITEBACK_BYTES = MIB;
    private static final long BLOB_MIN_BYTES = 4096;
    private static final long BLOB_FILE_BYTES = 64 * MIB;
    private static final double BLOB_COLLECTION_THRESHOLD = 0.5;
    private static final double BLOB_COLLECTION_AGE = 0.5;
    private static final int BLOOM_BITS_PER_KEY = 10;
    /** A file in which half of any 10,000 successive entries are removals is compacted at once. */
    private static final long DELETION_WINDOW = 10_000;

    private static final long DELETION_TRIGGER = 5_000;
    private static final double DELETION_RATIO = 0.5;
    /** Holds the bookkeeping entries of the memtable budget, no data. */
    private static final long BUDGET_LEDGER_BYTES = MIB;

    static {
        RocksDB.loadLibrary();
    }

    private final QueueConfig config;
    private final List<RocksObject> owned = new ArrayList<>();
    private final Cache blocks;
    private final Statistics statistics;
    private final WriteBufferManager memtables;
    private final Map<Family, ColumnFamilyOptions> families = new EnumMap<>(Family.class);

    RocksTuning(QueueConfig config) {
        this.config = config;
        blocks = own(new LRUCache(config.blockCache()));
        memtables = own(new WriteBufferManager(config.writeBuffers(), own(new LRUCache(BUDGET_LEDGER_BYTES))));
        statistics = own(new Statistics(EnumSet.allOf(HistogramType.class)));
        statistics.setStatsLevel(StatsLevel.EXCEPT_DETAILED_TIMERS);
        BloomFilter bloom = own(new BloomFilter(BLOOM_BITS_PER_KEY));
        for (Family family : Family.values()) families.put(family, familyOptions(family, bloom));
    }

    private <T extends RocksObject> T own(T object) {
        owned.add(object);
        return object;
    }

    /** A collector can only be set on {@link Options}, and is carried over by the copy. */
    @SuppressWarnings("resource") // own() closes it
    private ColumnFamilyOptions familyOptions(Family family, BloomFilter bloom) {
        try (TablePropertiesCollectorFactory collector =
                        TablePropertiesCollectorFactory.NewCompactOnDeletionCollectorFactory(
                                DELETION_WINDOW, DELETION_TRIGGER, DELETION_RATIO);
                Options options = new Options()) {
            options.setTablePropertiesCollectorFactory(List.of(collector));
            ColumnFamilyOptions own = own(new ColumnFamilyOptions(options));
            own.setWriteBufferSize(memtableBytes(family))
                    .setMaxWriteBufferNumber(4)
                    .setCompressionType(CompressionType.NO_COMPRESSION)
                    .setTableFormatConfig(new BlockBasedTableConfig()
                            .setBlockCache(blocks)
                            .setCacheIndexAndFilterBlocks(true)
                            .setFilterPolicy(bloom));
            if (family == Family.BODY) blobs(own);
            return own;
        }
    }

    /** Most of the budget for what is large; the manager flushes before the sum exceeds it. */
    private long memtableBytes(Family family) {
        return switch (family) {
            case BODY -> config.writeBuffers() / 2;
            case MESSAGE, DELIVERY, EVENT, TRACE -> Math.max(config.writeBuffers() / 4, MIB);
            case DEFAULT, RECEIVING, PART, DONE, DEADLINE, STATE -> Math.max(config.writeBuffers() / 16, MIB);
        };
    }

    private static void blobs(ColumnFamilyOptions body) {
        body.setEnableBlobFiles(true)
                .setMinBlobSize(BLOB_MIN_BYTES)
                .setBlobFileSize(BLOB_FILE_BYTES)
                .setBlobCompressionType(CompressionType.NO_COMPRESSION)
                .setEnableBlobGarbageCollection(true)
                .setBlobGarbageCollectionAgeCutoff(BLOB_COLLECTION_AGE)
                .setBlobGarbageCollectionForceThreshold(BLOB_COLLECTION_THRESHOLD);
    }

    /** The caller closes it behind the database. */
    DBOptions databaseOptions(WALRecoveryMode mode) {
        Properties byName = new Properties();
        byName.setProperty("enforce_single_del_contracts", "true");
        DBOptions options = DBOptions.getDBOptionsFromProps(byName);
        return options.setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setWalRecoveryMode(mode)
                .setMaxTotalWalSize(config.walSize())
                .setWriteBufferManager(memtables)
                .setStatistics(statistics)
                .setMaxBackgroundJobs(BACKGROUND_JOBS)
                .setWalBytesPerSync(WAL_WRITEBACK_BYTES)
                .setRecycleLogFileNum(0)
                .setStatsDumpPeriodSec(0)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setMaxLogFileSize(INFO_LOG_BYTES)
                .setKeepLogFileNum(INFO_LOGS_KEPT);
    }

    List<ColumnFamilyDescriptor> descriptors() {
        List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
        families.forEach((family, options) -> descriptors.add(new ColumnFamilyDescriptor(family.nameBytes(), options)));
        return descriptors;
    }

    /** For a copy of a damaged database. The caller closes it behind the database. */
    DBOptions rescueOptions(WALRecoveryMode mode) {
        // Without these checks a log is not read to its damage only, but on and on.
        boolean toDamageOnly = mode == WALRecoveryMode.PointInTimeRecovery;
        return databaseOptions(mode).setCreateIfMissing(false).setParanoidChecks(toDamageOnly);
    }

    /** Without compactions, which would end at the first damage. */
    @SuppressWarnings("resource") // own() closes it
    List<ColumnFamilyDescriptor> rescueDescriptors() {
        List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
        families.forEach((family, options) -> descriptors.add(new ColumnFamilyDescriptor(
                family.nameBytes(),
                own(new ColumnFamilyOptions(options))
                        .setDisableAutoCompactions(true)
                        .setForceConsistencyChecks(false))));
        return descriptors;
    }

    Statistics statistics() {
        return statistics;
    }

    @Override
    public void close() {
        for (int i = owned.size() - 1; i >= 0; i--) owned.get(i).close();
    }
}
