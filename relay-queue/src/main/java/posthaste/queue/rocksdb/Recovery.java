package posthaste.queue.rocksdb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.queue.MessageId;
import posthaste.queue.QueueException;
import posthaste.queue.QueueException.CannotOpen;

/**
 * Opens the database after whatever ended the last run.
 *
 * <p>A log that ends in a torn record is normal. Where the log is damaged otherwise, a copy of the database is
 * opened up to the damage, and the logs are read past it ({@link LogScan}). A batch behind the damage that was written when the sync of a later group had
 * returned means that acknowledged mail is lost: then nothing is opened, and an operator decides. No such batch means that
 * the damage is in the end of what a power cut left, where sectors are missing in any order, and none of it was ever
 * acknowledged.
 */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    static final int DAMAGED = 65;
    static final int NOT_WRITABLE = 73;
    static final int IO_ERROR = 74;
    static final int IN_USE = 75;

    /** Files that never change once written: a link does for a copy. */
    private static final List<String> IMMUTABLE = List.of(".sst", ".blob");

    private static final List<String> NOT_COPIED = List.of("LOCK", "LOG");

    private final Path directory;
    private final Path scratch;
    private final RocksTuning tuning;

    /**
     * @param directory of the database
     * @param scratch where a copy is opened; on the same file system
     */
    Recovery(Path directory, Path scratch, RocksTuning tuning) {
        this.directory = directory;
        this.scratch = scratch;
        this.tuning = tuning;
    }

    /** @throws CannotOpen with the exit code of the process */
    Database open() {
        try {
            dropUnfounded();
            return Database.open(directory, tuning, WALRecoveryMode.TolerateCorruptedTailRecords);
        } catch (RocksDBException failure) {
            if (isCorruption(failure)) return openDamaged(failure);
            throw new CannotOpen(exitCodeOf(failure), "cannot open " + directory + ": " + failure.getMessage());
        }
    }

    /** See {@link LogScan#unfounded}. */
    private void dropUnfounded() {
        try {
            if (!Files.isDirectory(directory)) return;
            for (Path log : LogScan.unfounded(directory)) {
                LOG.warn("{} follows a log whose end a power cut took; none of it was answered for: dropped", log);
                Files.delete(log);
            }
        } catch (IOException | UncheckedIOException failure) {
            throw new CannotOpen(IO_ERROR, "cannot read the logs in " + directory + ": " + failure);
        }
    }

    private static boolean isCorruption(RocksDBException failure) {
        Optional<Status> status = Optional.ofNullable(failure.getStatus());
        return status.isPresent() && status.get().getCode() == Status.Code.Corruption;
    }

    private static int exitCodeOf(RocksDBException failure) {
        String text = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        if (text.contains("lock file") || text.contains("lock hold")) return IN_USE;
        if (text.contains("permission denied") || text.contains("read-only file system")) return NOT_WRITABLE;
        if (text.contains("column families not opened")) return DAMAGED;
        return IO_ERROR;
    }

    private Database openDamaged(RocksDBException damage) {
        long upTo;
        long past;
        try {
            upTo = lastGroupBeforeDamage();
            past = LogScan.answered(directory);
        } catch (RocksDBException | IOException | UncheckedIOException | QueueException unreadable) {
            throw damaged(damage, "a copy cannot be read either: " + unreadable.getMessage());
        }
        if (past > upTo) throw damaged(damage, (past - upTo) + " later commits were answered for");
        LOG.warn(
                "the log in {} ends in damage ({}) with no commit behind it that was answered for: going on up to commit {}",
                directory,
                damage.getMessage(),
                upTo);
        try {
            return Database.open(directory, tuning, WALRecoveryMode.PointInTimeRecovery);
        } catch (RocksDBException failure) {
            throw damaged(failure, "it does not open up to the damage either");
        }
    }

    private CannotOpen damaged(RocksDBException damage, String detail) {
        return new CannotOpen(
                DAMAGED,
                "the database in " + directory + " is damaged: " + damage.getMessage() + "; " + detail
                        + ". Acknowledged mail may be lost. Nothing was changed: keep the directory, and salvage a copy"
                        + " of it");
    }

    private long lastGroupBeforeDamage() throws RocksDBException, IOException {
        Path copy = scratch.resolve("recovery");
        deleteTree(copy);
        try {
            copyTo(copy);
            try (Database database = Database.open(copy, tuning, WALRecoveryMode.PointInTimeRecovery)) {
                return QueueState.read(database).group();
            }
        } finally {
            deleteTree(copy);
        }
    }

    private void copyTo(Path copy) throws IOException {
        Files.createDirectory(copy);
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            String name = String.valueOf(file.getFileName());
            if (NOT_COPIED.stream().anyMatch(name::startsWith)) continue;
            linkOrCopy(file, copy.resolve(name), IMMUTABLE.stream().anyMatch(name::endsWith));
        }
    }

    private static void linkOrCopy(Path file, Path copy, boolean immutable) throws IOException {
        try {
            if (immutable) {
                Files.createLink(copy, file);
                return;
            }
        } catch (UnsupportedOperationException | FileSystemException noLinks) {
            LOG.debug("no link for {}: {}", file, noLinks.getMessage());
        }
        Files.copy(file, copy);
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) return;
        List<Path> paths;
        try (Stream<Path> all = Files.walk(root)) {
            paths = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) Files.delete(path);
    }

    /** Removes what was being received and never accepted. Returns the number of messages. */
    static int dropUnfinished(Database database) throws RocksDBException {
        List<MessageId> unfinished = new ArrayList<>();
        try (Scan scan = database.scan(Family.RECEIVING, new byte[] {0}, Keys.ofLong(Long.MAX_VALUE))) {
            for (; scan.valid(); scan.next()) unfinished.add(Keys.messageAt(scan.key(), 0));
        }
        for (MessageId id : unfinished) drop(database, id);
        return unfinished.size();
    }

    private static void drop(Database database, MessageId id) throws RocksDBException {
        try (WriteBatch batch = new WriteBatch();
                Scan chunks = database.scan(Family.BODY, Keys.message(id), Keys.behind(id))) {
            for (; chunks.valid(); chunks.next()) batch.singleDelete(database.handle(Family.BODY), chunks.key());
            batch.singleDelete(database.handle(Family.RECEIVING), Keys.message(id));
            database.write(batch, true);
        }
    }
}
