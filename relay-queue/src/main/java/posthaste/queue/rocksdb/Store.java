package posthaste.queue.rocksdb;

import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.rocksdb.RocksDBException;
import posthaste.queue.QueueException;

/**
 * Holds the current handle of the database, so that readers survive its exchange: a read keeps the handle open, and the
 * committer exchanges or closes it only between reads.
 */
final class Store {
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private Optional<Database> current;
    /** For good; otherwise a handle that is missing is tried again soon. */
    private boolean closed;

    Store(Database first) {
        current = Optional.of(first);
    }

    /** A read; it must not keep the handle. */
    interface Reading<T> {
        T from(Database database) throws RocksDBException;
    }

    /** How a handle is opened again. */
    interface Opening {
        Database open() throws QueueException;
    }

    /**
     * @throws QueueException.Closed when the database is closed for good
     * @throws QueueException.Failed when the read fails, or the database could not be opened again yet
     */
    <T> T read(Reading<T> reading) {
        lock.readLock().lock();
        try {
            return reading.from(current.orElseThrow(this::missing));
        } catch (RocksDBException failure) {
            throw unread(failure);
        } finally {
            lock.readLock().unlock();
        }
    }

    private QueueException missing() {
        if (closed) return new QueueException.Closed();
        return new QueueException.Failed("the database could not be opened again yet", new IllegalStateException());
    }

    /** Why nothing could be read. */
    static QueueException unread(RocksDBException failure) {
        if (Recovery.isCorruption(failure)) return corrupt(failure);
        return new QueueException.Failed("reading the queue: " + failure.getMessage(), failure);
    }

    /** What a damaged file is to whoever reads it. */
    static QueueException.Corrupt corrupt(RocksDBException damage) {
        return new QueueException.Corrupt("the database is damaged: " + damage.getMessage()
                + "; stop the relay, keep the directory, and rescue what can be read with posthaste salvage");
    }

    /** For the committer, the only thread that exchanges the handle. */
    Database ofCommitter() {
        return current.orElseThrow(QueueException.Closed::new);
    }

    boolean isOpen() {
        lock.readLock().lock();
        try {
            return current.isPresent();
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Closes the handle and opens another; readers wait meanwhile. */
    void reopen(Opening opening) {
        lock.writeLock().lock();
        try {
            current.ifPresent(Database::close);
            current = Optional.empty();
            current = Optional.of(opening.open());
        } finally {
            lock.writeLock().unlock();
        }
    }

    void close() {
        lock.writeLock().lock();
        try {
            closed = true;
            current.ifPresent(Database::close);
            current = Optional.empty();
        } finally {
            lock.writeLock().unlock();
        }
    }
}
