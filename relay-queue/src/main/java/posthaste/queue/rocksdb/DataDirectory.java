package posthaste.queue.rocksdb;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.queue.QueueException.CannotOpen;

/** The data directory, locked for this process as long as it is open. */
final class DataDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private final Path root;
    private final FileChannel lockFile;

    private DataDirectory(Path root, FileChannel lockFile) {
        this.root = root;
        this.lockFile = lockFile;
    }

    /**
     * Creates the directory where it is missing, and locks it.
     *
     * @throws CannotOpen not writable (73), used by another process (75)
     */
    static DataDirectory open(Path root) {
        Path absolute = root.toAbsolutePath().normalize();
        FileChannel channel;
        try {
            Files.createDirectories(absolute);
            createPrivate(absolute.resolve("queue"));
            channel = FileChannel.open(absolute.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            keepNames(absolute);
        } catch (IOException failure) {
            throw new CannotOpen(
                    Recovery.NOT_WRITABLE, "cannot write to the data directory " + absolute + ": " + failure);
        }
        try {
            if (lock(channel).isPresent()) return new DataDirectory(absolute, channel);
            channel.close();
            throw new CannotOpen(Recovery.IN_USE, "another process uses the data directory " + absolute);
        } catch (IOException failure) {
            throw new CannotOpen(Recovery.IO_ERROR, "cannot lock the data directory " + absolute + ": " + failure);
        }
    }

    /** Mail is nobody else's business. */
    private static void createPrivate(Path database) throws IOException {
        if (Files.isDirectory(database)) return;
        boolean posix = database.getFileSystem().supportedFileAttributeViews().contains("posix");
        if (posix) {
            Files.createDirectory(database, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } else {
            Files.createDirectory(database);
        }
    }

    /**
     * A directory is on disk once the one above it was synced; until then a power cut takes it with everything in it, however
     * often that was synced. At each start, because the start that made it may have been cut off; as far up as one may read,
     * because nobody knows how much of the path was made with it.
     */
    private static void keepNames(Path directory) throws IOException {
        sync(directory);
        Optional<Path> above = Optional.ofNullable(directory.getParent());
        while (above.isPresent()) {
            try {
                sync(above.get());
            } catch (AccessDeniedException notOurs) {
                LOG.debug("may not be read, so it is not ours: {}", above.get());
            } catch (IOException failure) {
                LOG.warn("the directory {} was not synced: {}", above.get(), failure.toString());
            }
            above = Optional.ofNullable(above.get().getParent());
        }
    }

    /** Makes the names in a directory last. */
    static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static Optional<FileLock> lock(FileChannel channel) throws IOException {
        try {
            return Optional.ofNullable(channel.tryLock());
        } catch (OverlappingFileLockException ownProcess) {
            return Optional.empty();
        }
    }

    Path root() {
        return root;
    }

    Path database() {
        return root.resolve("queue");
    }

    Path dotSlots() {
        return root.resolve("in-dot");
    }

    /** Of {@link CommitWitness}. */
    Path witness() {
        return root.resolve("committed");
    }

    /** Lets another process in. */
    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
