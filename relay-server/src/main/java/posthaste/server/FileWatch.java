package posthaste.server;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls somebody when files have changed, so that a program that renews them need not tell. Looks off the event loops,
 * every few seconds; a change is told once two looks in a row see the same, so that files written one after the other
 * are read together. Thread-safe.
 */
final class FileWatch {
    private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);
    /** Between two looks. */
    static final Duration PACE = Duration.ofSeconds(5);
    /** Is no state of files. */
    private static final String UNREAD = "unread";

    private final Vertx vertx;
    private final List<Path> files;
    private final BooleanSupplier changed;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile String told;
    private volatile String last;

    /** @param changed may block; false where the files could not be read: then it is called again at the next look */
    FileWatch(Vertx vertx, List<Path> files, BooleanSupplier changed) {
        this.vertx = vertx;
        this.files = List.copyOf(files);
        this.changed = changed;
        told = look();
        last = told;
    }

    /** Looks until the event loops end. */
    void begin() {
        if (files.isEmpty()) return;
        vertx.setPeriodic(PACE.toMillis(), timer -> {
            if (!looking.compareAndSet(false, true)) return;
            vertx.executeBlocking(() -> {
                        step();
                        return "";
                    })
                    .onFailure(bug -> LOG.error("a change of {} was not taken: please report this", files, bug))
                    .onComplete(done -> looking.set(false));
        });
    }

    /** One look, and the call where it is time for it. Blocks. */
    void step() {
        String now = look();
        boolean settled = now.equals(last) && !now.equals(told);
        last = now;
        if (!settled) return;
        told = now;
        if (!changed.getAsBoolean()) told = UNREAD;
    }

    private String look() {
        return files.stream().map(FileWatch::state).collect(Collectors.joining(" "));
    }

    /** What differs after every change: a file that is written anew, and one that takes its place. */
    private static String state(Path file) {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            String readable = Files.isReadable(file) ? "r" : "-";
            return attributes.size() + "/" + attributes.lastModifiedTime() + "/"
                    + Objects.toString(attributes.fileKey(), "") + "/" + readable;
        } catch (IOException gone) {
            return "gone";
        }
    }
}
