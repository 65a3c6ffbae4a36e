package posthaste.queue.rocksdb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
 * <p>A log that ends in a torn record is normal. Where the log is damaged otherwise, a copy of the database is opened up
 * to the damage, and the logs are read past it ({@link LogScan}). A batch behind the damage that was written when the sync
 * of a later group had returned means that acknowledged mail is lost: then nothing is opened, and an operator decides. No
 * such batch means that the damage is in the end of what a power cut left, where sectors are missing in any order, and none
 * of it was ever acknowledged.
 *
 * <p>What opens must hold every commit that the witness knows to be answered: the library takes a log or a MANIFEST
 * whose end is gone for one that was being written. Until that is proved an image keeps every file.
 */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    static final int DAMAGED = 65;
    static final int NOT_WRITABLE = 73;
    static final int IO_ERROR = 74;
    static final int IN_USE = 75;

    private static final List<String> TABLES_AND_LOGS = List.of(".sst", ".blob", ".log");

    private final Path directory;
    private final Path scratch;
    private final RocksTuning tuning;
    private final CommitWitness witness;
    private final DatabaseImage image;

    /**
     * @param directory of the database
     * @param scratch where a copy is opened; on the same file system
     * @param witness of the commits that were answered
     */
    Recovery(Path directory, Path scratch, RocksTuning tuning, CommitWitness witness) {
        this.directory = directory;
        this.scratch = scratch;
        this.tuning = tuning;
        this.witness = witness;
        image = new DatabaseImage(directory, scratch);
    }

    /** @throws CannotOpen with the exit code of the process; of a damaged database nothing is changed then */
    Database open() {
        try {
            image.restore();
            requireBeginning();
            image.take();
            dropUnfounded();
            Database opened = openUnproved();
            image.drop();
            return opened;
        } catch (CannotOpen why) {
            if (why.exitCode() == DAMAGED) restore(why);
            throw why;
        } catch (IOException | UncheckedIOException failure) {
            throw new CannotOpen(IO_ERROR, "cannot open " + directory + ": " + failure);
        }
    }

    private void restore(CannotOpen why) {
        try {
            image.restore();
        } catch (IOException | UncheckedIOException failure) {
            why.addSuppressed(failure);
        }
    }

    /** Without CURRENT the library begins an empty database and deletes what it finds. */
    private void requireBeginning() throws IOException {
        if (Files.exists(directory.resolve("CURRENT"))) return;
        boolean empty = DatabaseImage.dataFiles(directory).stream()
                .map(DatabaseImage::nameOf)
                .noneMatch(name -> TABLES_AND_LOGS.stream().anyMatch(name::endsWith));
        if (empty && witness.group() == 0) return;
        throw damaged(directory.resolve("CURRENT") + " is missing", "the files that it led to cannot be told");
    }

    private Database openUnproved() throws IOException {
        Database opened = openLog();
        try {
            long group = QueueState.read(opened).group();
            if (group >= witness.group()) return opened;
            opened.close();
            throw damaged(
                    "its last commits are missing",
                    (witness.group() - group) + " that were answered stand behind commit " + group
                            + ", the last one found: the end of its log or of its MANIFEST is gone");
        } catch (RocksDBException | QueueException.Corrupt unreadable) {
            opened.close();
            throw damaged(String.valueOf(unreadable.getMessage()), "the state of the queue cannot be read");
        }
    }

    private Database openLog() throws IOException {
        try {
            return Database.open(directory, tuning, WALRecoveryMode.TolerateCorruptedTailRecords);
        } catch (RocksDBException failure) {
            if (isCorruption(failure)) return openDamaged(failure);
            int exitCode = exitCodeOf(failure);
            if (exitCode == DAMAGED) throw damaged(textOf(failure), "it is not whole");
            throw new CannotOpen(exitCode, "cannot open " + directory + ": " + textOf(failure));
        }
    }

    /** See {@link LogScan#unfounded}. */
    private void dropUnfounded() throws IOException {
        if (!Files.isDirectory(directory)) return;
        for (Path log : LogScan.unfounded(directory)) {
            LOG.warn("{} follows a log whose end a power cut took; none of it was answered for: dropped", log);
            Files.delete(log);
        }
    }

    private static String textOf(RocksDBException failure) {
        return String.valueOf(failure.getMessage()).strip();
    }

    static boolean isCorruption(RocksDBException failure) {
        Optional<Status> status = Optional.ofNullable(failure.getStatus());
        return status.isPresent() && status.get().getCode() == Status.Code.Corruption;
    }

    private static int exitCodeOf(RocksDBException failure) {
        String text = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        if (text.contains("lock file") || text.contains("lock hold")) return IN_USE;
        if (text.contains("permission denied") || text.contains("read-only file system")) return NOT_WRITABLE;
        if (text.contains("column families not opened")) return DAMAGED;
        if (text.contains("no such file or directory")) return DAMAGED; // what CURRENT or MANIFEST names is gone
        return IO_ERROR;
    }

    private Database openDamaged(RocksDBException damage) throws IOException {
        long upTo;
        long past;
        try {
            upTo = lastGroupBeforeDamage();
            past = LogScan.answered(directory);
        } catch (RocksDBException | QueueException unreadable) {
            LOG.debug("the copy: {}", unreadable.getMessage());
            throw damaged(textOf(damage), "a copy cannot be read either");
        }
        if (past > upTo) throw damaged(textOf(damage), (past - upTo) + " later commits were answered for");
        LOG.warn(
                "the log in {} ends in damage ({}) with no commit behind it that was answered for: going on up to commit {}",
                directory,
                damage.getMessage(),
                upTo);
        try {
            return Database.open(directory, tuning, WALRecoveryMode.PointInTimeRecovery);
        } catch (RocksDBException failure) {
            throw damaged(textOf(failure), "it does not open up to the damage either");
        }
    }

    private CannotOpen damaged(String damage, String detail) {
        return new CannotOpen(
                DAMAGED,
                "the database in " + directory + " is damaged: " + damage + "; " + detail
                        + ". Acknowledged mail may be lost. Nothing was changed: keep the directory, and rescue what can"
                        + " be read with posthaste salvage");
    }

    private long lastGroupBeforeDamage() throws RocksDBException, IOException {
        Path copy = scratch.resolve("recovery");
        DatabaseImage.deleteTree(copy);
        try {
            DatabaseCopy.make(directory, copy);
            try (Database database = Database.open(copy, tuning, WALRecoveryMode.PointInTimeRecovery)) {
                return QueueState.read(database).group();
            }
        } finally {
            DatabaseImage.deleteTree(copy);
        }
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
