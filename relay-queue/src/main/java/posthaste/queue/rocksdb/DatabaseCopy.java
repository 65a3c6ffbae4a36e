package posthaste.queue.rocksdb;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A copy of a database that may be opened in any way, while the original stays as it is. */
final class DatabaseCopy {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseCopy.class);
    /** Files that never change once written: a link does for a copy. */
    private static final List<String> IMMUTABLE = List.of(".sst", ".blob");

    private DatabaseCopy() {}

    /** Copies every file of the database, its info logs left out. */
    static void make(Path directory, Path copy) throws IOException {
        Files.createDirectory(copy);
        for (Path file : DatabaseImage.dataFiles(directory)) {
            String name = DatabaseImage.nameOf(file);
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
}
