package posthaste.queue.rocksdb;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of the database as they are before it is opened, kept as links until the open has proved right: the library
 * deletes what it takes for left-overs, and behind a damaged table of contents that is mail. It never writes into a
 * file of an earlier run, so links are enough. An image that a killed process left is put back first.
 */
final class DatabaseImage {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseImage.class);
    /** Written by every open, and no part of the data. */
    private static final List<String> NOT_DATA = List.of("LOCK", "LOG");

    private final Path directory;
    private final Path root;
    private final Path image;
    private final Path unfinished;

    /** @param root of the data directory, on the file system of the database */
    DatabaseImage(Path directory, Path root) {
        this.directory = directory;
        this.root = root;
        image = root.resolve("before-open");
        unfinished = root.resolve("before-open.unfinished");
    }

    /** Takes an image; without one where the file system has no links. */
    void take() throws IOException {
        deleteTree(unfinished);
        Files.createDirectory(unfinished);
        try {
            for (Path file : dataFiles(directory)) Files.createLink(unfinished.resolve(file.getFileName()), file);
        } catch (UnsupportedOperationException | FileSystemException noLinks) {
            LOG.debug("opening without an image: {}", noLinks.toString());
            deleteTree(unfinished);
            return;
        }
        DataDirectory.sync(unfinished); // a name that is missing here would be a file to delete
        Files.move(unfinished, image, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Makes the database what it was when the image was taken; does nothing without one. */
    void restore() throws IOException {
        if (!Files.exists(image)) return;
        for (Path file : dataFiles(directory)) {
            if (!Files.exists(image.resolve(file.getFileName()))) Files.delete(file);
        }
        for (Path kept : dataFiles(image)) {
            Path file = directory.resolve(kept.getFileName());
            if (Files.exists(file) && Files.isSameFile(file, kept)) continue;
            Files.deleteIfExists(file);
            Files.createLink(file, kept);
        }
        DataDirectory.sync(directory);
        drop();
    }

    /**
     * The open was right. The image is gone for good when this returns: one that came back after a power cut would take
     * everything with it that was written since.
     */
    void drop() throws IOException {
        if (!Files.exists(image)) return;
        deleteTree(unfinished);
        Files.move(image, unfinished, StandardCopyOption.ATOMIC_MOVE); // half an image must not be put back
        DataDirectory.sync(root);
        deleteTree(unfinished);
    }

    static List<Path> dataFiles(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> NOT_DATA.stream().noneMatch(nameOf(file)::startsWith))
                    .toList();
        }
    }

    static String nameOf(Path file) {
        return String.valueOf(file.getFileName());
    }

    static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) return;
        List<Path> paths;
        try (Stream<Path> all = Files.walk(root)) {
            paths = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) Files.delete(path);
    }
}
