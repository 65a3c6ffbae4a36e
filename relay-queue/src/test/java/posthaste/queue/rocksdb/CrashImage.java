package posthaste.queue.rocksdb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What kill -9 would leave of a data directory that is in use: a copy of its files as they are at this moment. */
final class CrashImage {
    private CrashImage() {}

    static Path of(Path live, Path image) {
        try {
            delete(image);
            Files.createDirectories(image);
            // The witness of commits first: a copy takes time, and it must not know of more than the log behind it.
            copy(live.resolve("committed"), image.resolve("committed"));
            for (Path file : tree(live)) {
                if (file.endsWith("committed")) continue;
                Path copy = image.resolve(live.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    copy(file, copy);
                }
            }
            return image;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** A background flush may remove a file meanwhile: then its successor is in the copy, or the log still is. */
    private static void copy(Path file, Path copy) throws IOException {
        try {
            Files.copy(file, copy);
        } catch (NoSuchFileException removed) {
            Files.deleteIfExists(copy);
        }
    }

    private static List<Path> tree(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.toList();
        }
    }

    static void delete(Path root) {
        if (!Files.exists(root)) return;
        try {
            for (Path path :
                    tree(root).stream().sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** The write-ahead log that is being written. */
    static Path newestLog(Path dataDirectory) throws IOException {
        try (Stream<Path> files = Files.list(dataDirectory.resolve("queue"))) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .max(Comparator.comparing(Path::toString))
                    .orElseThrow();
        }
    }
}
