package posthaste.server;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the documentation of this checkout is. */
final class DocsDirectory {

    private DocsDirectory() {}

    /** {@code docs}, at or above the directory the test runs in. */
    static Path find() {
        Path at = Path.of("").toAbsolutePath();
        while (at != null) {
            Path docs = at.resolve("docs");
            if (Files.isRegularFile(docs.resolve("architecture.md"))) return docs;
            at = at.getParent();
        }
        throw new IllegalStateException("no docs above " + Path.of("").toAbsolutePath());
    }
}
