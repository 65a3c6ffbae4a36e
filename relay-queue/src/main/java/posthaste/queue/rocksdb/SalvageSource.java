package posthaste.queue.rocksdb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.rocksdb.RocksDBException;
import org.rocksdb.WALRecoveryMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.queue.QueueException;
import posthaste.queue.SalvageListener;

/**
 * Opens a copy of a damaged database, reading past every damage in its log. Where its table of contents (CURRENT and
 * MANIFEST) is damaged, or names tables that are, another is written from the tables that can be read.
 */
final class SalvageSource {
    private static final Logger LOG = LoggerFactory.getLogger(SalvageSource.class);

    private final Path directory;
    private final Path work;
    private final RocksTuning tuning;
    private final OptionalLong witnessed;
    private final SalvageListener told;
    private boolean logCut;

    /** @param work where the copies go; they stay until the caller removes it */
    SalvageSource(Path directory, Path work, RocksTuning tuning, OptionalLong witnessed, SalvageListener told) {
        this.directory = directory;
        this.work = work;
        this.tuning = tuning;
        this.witnessed = witnessed;
        this.told = told;
    }

    Database open() throws RocksDBException, IOException {
        Optional<Database> asItIs = openAsItIs();
        if (asItIs.isPresent()) return asItIs.get();
        told.note("the table of contents of the database is damaged: it was rebuilt from the files, and mail that was"
                + " delivered shortly before the damage may be delivered again");
        try {
            return openRebuilt("rebuilt", WALRecoveryMode.SkipAnyCorruptedRecords, told);
        } catch (RocksDBException unskippable) {
            noteCut(unskippable);
            return openRebuilt("rebuilt-cut", WALRecoveryMode.PointInTimeRecovery, new Unheard());
        }
    }

    private Database openRebuilt(String name, WALRecoveryMode mode, SalvageListener listener)
            throws RocksDBException, IOException {
        Path copy = work.resolve(name);
        DatabaseCopy.make(directory, copy);
        new RebuiltManifest(copy, listener).write();
        return Database.openForRescue(copy, tuning, mode);
    }

    /** Some damage the library does not skip: then what stands in the log behind it is lost. */
    private void noteCut(RocksDBException unskippable) {
        logCut = true;
        told.note("the log can be read up to its damage only: " + unskippable.getMessage());
    }

    /** Whether commits behind a damage in the log were left out. */
    boolean logCut() {
        return logCut;
    }

    /** What is said twice. */
    private static final class Unheard implements SalvageListener {
        @Override
        public void missing(Missing message) {}

        @Override
        public void note(String sentence) {}
    }

    /** Empty where the library refuses, or where it opens something older than what the files hold. */
    private Optional<Database> openAsItIs() throws IOException {
        Optional<RocksDBException> first = Optional.empty();
        for (WALRecoveryMode mode :
                new WALRecoveryMode[] {WALRecoveryMode.SkipAnyCorruptedRecords, WALRecoveryMode.PointInTimeRecovery}) {
            Path copy = work.resolve("copy-" + mode.getValue());
            DatabaseCopy.make(directory, copy);
            mendCurrent(copy);
            try {
                Database opened = Database.openForRescue(copy, tuning, mode);
                if (isComplete(opened)) {
                    first.ifPresent(this::noteCut);
                    return Optional.of(opened);
                }
                opened.close();
                return Optional.empty();
            } catch (RocksDBException refusal) {
                LOG.debug("the copy does not open: {}", refusal.getMessage());
                first = Optional.of(refusal);
            }
        }
        return Optional.empty();
    }

    private boolean isComplete(Database opened) {
        try {
            if (witnessed.isEmpty() || QueueState.read(opened).group() >= witnessed.getAsLong()) return true;
            Set<String> live = new HashSet<>(opened.tables());
            for (Path file : DatabaseImage.dataFiles(directory)) {
                String name = DatabaseImage.nameOf(file);
                if (name.endsWith(".sst") && !live.contains(name)) return false;
            }
            return true;
        } catch (RocksDBException | QueueException.Corrupt | IOException unreadable) {
            LOG.debug("the state of the copy: {}", unreadable.getMessage());
            return true;
        }
    }

    /** CURRENT holds nothing but the name of the newest MANIFEST. */
    private static void mendCurrent(Path copy) throws IOException {
        Path current = copy.resolve("CURRENT");
        List<Path> manifests = DatabaseImage.dataFiles(copy).stream()
                .filter(file -> DatabaseImage.nameOf(file).startsWith("MANIFEST-"))
                .sorted(Comparator.comparing(DatabaseImage::nameOf).reversed())
                .toList();
        if (manifests.isEmpty()) return;
        Files.writeString(current, DatabaseImage.nameOf(manifests.get(0)) + "\n", US_ASCII);
    }
}
