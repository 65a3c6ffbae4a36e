package posthaste.queue.rocksdb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.rocksdb.RocksDBException;
import org.rocksdb.WALRecoveryMode;
import posthaste.queue.QueueConfig;
import posthaste.queue.QueueException;
import posthaste.queue.QueueException.CannotOpen;
import posthaste.queue.SalvageListener;
import posthaste.queue.SalvageSummary;

/**
 * Makes a fresh data directory of whatever can be read of a damaged one, which it never writes to: it reads a copy,
 * made of links where the file system has them. Memory is bounded: messages pass through one chunk at a time.
 */
public final class Salvage {
    private static final int NO_INPUT = 66;
    private static final String WORK = "unfinished-salvage";
    private static final long MIB = 1L << 20;
    private static final long WRITE_BUFFERS = 32 * MIB;
    private static final long BLOCK_CACHE = 8 * MIB;

    private final Path from;
    private final Path to;
    private final Path work;
    private final SalvageListener told;

    private Salvage(Path from, Path to, SalvageListener told) {
        this.from = from;
        this.to = to;
        this.told = told;
        work = to.resolve(WORK);
    }

    /**
     * Blocks until everything is read and written.
     *
     * @param from the damaged data directory; no other process may use it
     * @param to the new one: missing or empty, and not inside the other
     * @throws CannotOpen nothing there (66), not writable or not empty (73), I/O error or no room (74), used by
     *     another process (75); {@code to} is left empty then
     */
    public static SalvageSummary run(Path from, Path to, SalvageListener told) {
        Path source = from.toAbsolutePath().normalize();
        Path target = to.toAbsolutePath().normalize();
        requireSource(source);
        requireEmpty(source, target);
        try {
            FileChannel lock = lock(source);
            try {
                return new Salvage(source, target, told).run();
            } finally {
                lock.close();
            }
        } catch (IOException failure) {
            throw new CannotOpen(Recovery.IO_ERROR, "salvaging " + source + ": " + failure);
        }
    }

    private static void requireSource(Path source) {
        if (Files.isDirectory(source.resolve("queue"))) return;
        throw new CannotOpen(NO_INPUT, source + " is no data directory: it has no directory named queue");
    }

    private static void requireEmpty(Path source, Path target) {
        if (target.startsWith(source)) {
            throw new CannotOpen(
                    Recovery.NOT_WRITABLE, target + " lies in the damaged directory: name one outside " + source);
        }
        try {
            Files.createDirectories(target);
            try (Stream<Path> found = Files.list(target)) {
                if (found.findAny().isEmpty()) return;
            }
        } catch (IOException failure) {
            throw new CannotOpen(Recovery.NOT_WRITABLE, "cannot write to " + target + ": " + failure);
        }
        throw new CannotOpen(Recovery.NOT_WRITABLE, target + " is not empty: name a directory that does not exist yet");
    }

    /** A shared lock, which needs no right to write and is refused while a relay holds its own. */
    private static FileChannel lock(Path source) throws IOException {
        Path file = source.resolve("lock");
        if (!Files.exists(file)) return FileChannel.open(source.resolve("queue"), StandardOpenOption.READ);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        Optional<FileLock> lock;
        try {
            lock = Optional.ofNullable(channel.tryLock(0, Long.MAX_VALUE, true));
        } catch (OverlappingFileLockException ownProcess) {
            lock = Optional.empty();
        }
        if (lock.isPresent()) return channel;
        channel.close();
        throw new CannotOpen(Recovery.IN_USE, "another process uses the data directory " + source + ": stop it first");
    }

    private SalvageSummary run() throws IOException {
        try {
            Files.createDirectory(work);
            SalvageSummary summary = rescue();
            Files.move(work.resolve("queue"), to.resolve("queue"), StandardCopyOption.ATOMIC_MOVE);
            DatabaseImage.deleteTree(work);
            return summary;
        } catch (RocksDBException | IOException | UncheckedIOException | QueueException failure) {
            leaveNothing(failure);
            if (failure instanceof CannotOpen why) throw why;
            throw new CannotOpen(
                    Recovery.IO_ERROR,
                    "salvaging " + from + " to " + to + " failed: " + failure.getMessage()
                            + "; if there is no room, name a directory on another disk");
        }
    }

    private void leaveNothing(Exception failure) throws IOException {
        try {
            for (String name : new String[] {WORK, "queue", "in-dot", "committed"}) {
                DatabaseImage.deleteTree(to.resolve(name));
            }
        } catch (IOException | UncheckedIOException left) {
            failure.addSuppressed(left);
        }
    }

    private SalvageSummary rescue() throws RocksDBException, IOException {
        QueueConfig config = config();
        Path target = work.resolve("queue");
        createPrivate(target);
        OptionalLong witnessed = CommitWitness.read(from.resolve("committed"));
        try (RocksTuning tuning = new RocksTuning(config);
                RocksTuning fresh = new RocksTuning(config);
                Database rescued = Database.open(target, fresh, WALRecoveryMode.TolerateCorruptedTailRecords)) {
            var damaged = new SalvageSource(from.resolve("queue"), work, tuning, witnessed, told);
            SalvageSummary summary;
            try (Database source = damaged.open()) {
                summary = new SalvageRun(source, rescued, witnessed, told, damaged.logCut()).run();
            }
            CommitWitness.open(to.resolve("committed"))
                    .note(QueueState.read(rescued).group());
            copyDots();
            return summary;
        }
    }

    private QueueConfig config() {
        QueueConfig defaults = QueueConfig.defaults(to);
        return new QueueConfig(
                to,
                0,
                WRITE_BUFFERS,
                defaults.walSize(),
                BLOCK_CACHE,
                defaults.bodyMemory(),
                defaults.chunkBytes(),
                defaults.groupMax(),
                defaults.eventAge(),
                defaults.eventSize());
    }

    private static void createPrivate(Path directory) throws IOException {
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectory(directory);
        }
    }

    /** What had its final dot on the wire is still ambiguous. */
    private void copyDots() throws IOException {
        Path dots = from.resolve("in-dot");
        if (Files.isRegularFile(dots)) Files.copy(dots, to.resolve("in-dot"));
    }
}
