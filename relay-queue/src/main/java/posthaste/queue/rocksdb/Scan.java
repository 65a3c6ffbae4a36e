package posthaste.queue.rocksdb;

import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/** A range read with both bounds set, so that it never walks removed keys outside its range. Owned by one thread. */
final class Scan implements AutoCloseable {
    private final Slice lower;
    private final Slice upper;
    private final ReadOptions options;
    private final RocksIterator iterator;

    Scan(RocksDB db, ColumnFamilyHandle family, byte[] from, byte[] until) {
        lower = new Slice(from);
        upper = new Slice(until);
        options = new ReadOptions().setIterateLowerBound(lower).setIterateUpperBound(upper);
        iterator = db.newIterator(family, options);
        iterator.seek(from);
    }

    /** Whether the scan stands on a key; false at the end. A read error is thrown, never taken for the end. */
    boolean valid() throws RocksDBException {
        if (iterator.isValid()) return true;
        iterator.status();
        return false;
    }

    byte[] key() {
        return iterator.key();
    }

    byte[] value() {
        return iterator.value();
    }

    void next() {
        iterator.next();
    }

    void seek(byte[] key) {
        iterator.seek(key);
    }

    void seekToLast() {
        iterator.seekToLast();
    }

    @Override
    public void close() {
        iterator.close();
        options.close();
        upper.close();
        lower.close();
    }
}
