package posthaste.queue.rocksdb;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** One open handle of the database with its families. Thread-safe until {@link #close}, and fatal to the JVM after it. */
final class Database implements AutoCloseable {
    private final RocksDB db;
    private final DBOptions options;
    private final Map<Family, ColumnFamilyHandle> handles = new EnumMap<>(Family.class);
    private final WriteOptions synced = new WriteOptions().setSync(true);
    private final WriteOptions unsynced = new WriteOptions();

    /** @param handles in the order of the families */
    private Database(RocksDB db, DBOptions options, List<ColumnFamilyHandle> handles) {
        this.db = db;
        this.options = options;
        Family[] families = Family.values();
        for (int i = 0; i < families.length; i++) this.handles.put(families[i], handles.get(i));
    }

    static Database open(Path directory, RocksTuning tuning, WALRecoveryMode mode) throws RocksDBException {
        return open(directory, tuning.databaseOptions(mode), tuning.descriptors());
    }

    /** Opens a copy whose log and tables may be damaged; never one that is in use. */
    static Database openForRescue(Path directory, RocksTuning tuning, WALRecoveryMode mode) throws RocksDBException {
        return open(directory, tuning.rescueOptions(mode), tuning.rescueDescriptors());
    }

    private static Database open(Path directory, DBOptions options, List<ColumnFamilyDescriptor> families)
            throws RocksDBException {
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try {
            RocksDB db = RocksDB.open(options, directory.toString(), families, handles);
            return new Database(db, options, handles);
        } catch (RocksDBException failure) {
            options.close();
            throw failure;
        }
    }

    /** Names of the tables in use. */
    List<String> tables() {
        return db.getLiveFilesMetaData().stream()
                .map(each -> each.fileName().replaceFirst("^/", ""))
                .toList();
    }

    ColumnFamilyHandle handle(Family family) {
        return Objects.requireNonNull(handles.get(family));
    }

    Optional<byte[]> get(Family family, byte[] key) throws RocksDBException {
        return Optional.ofNullable(db.get(handle(family), key));
    }

    void write(WriteBatch batch, boolean sync) throws RocksDBException {
        db.write(sync ? synced : unsynced, batch);
    }

    /** Keys of {@code from} inclusive to {@code until} exclusive, in order; positioned on the first. */
    Scan scan(Family family, byte[] from, byte[] until) {
        return new Scan(db, handle(family), from, until);
    }

    long property(String name) throws RocksDBException {
        return db.getAggregatedLongProperty(name);
    }

    long property(Family family, String name) throws RocksDBException {
        return db.getLongProperty(handle(family), name);
    }

    /** Drops whole files of the range; what is left of it needs a removal. */
    void dropFiles(Family family, byte[] from, byte[] until) throws RocksDBException {
        db.deleteFilesInRanges(handle(family), List.of(from, until), false);
    }

    void flush() throws RocksDBException {
        try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
            db.flush(wait, List.copyOf(handles.values()));
        }
    }

    /** Rewrites every family, as if all background work had been done at once. */
    void compact() throws RocksDBException {
        for (ColumnFamilyHandle family : handles.values()) db.compactRange(family);
    }

    /** Runs {@code copying} while no file is replaced or removed; writes go on. */
    void whileStill(Runnable copying) throws RocksDBException {
        db.pauseBackgroundWork();
        try {
            copying.run();
        } finally {
            db.continueBackgroundWork();
        }
    }

    @Override
    public void close() {
        handles.values().forEach(ColumnFamilyHandle::close);
        db.close();
        options.close();
        synced.close();
        unsynced.close();
    }
}
