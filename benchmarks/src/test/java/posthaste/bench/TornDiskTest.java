package posthaste.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.bench.DiskCall.Descriptor;

/** What a power cut does to names, and how syncs are believed. */
class TornDiskTest {
    private static final int SEEDS = 60;
    private static final Path ROOT = Path.of("/live");
    private static final Descriptor DIRECTORY = new Descriptor(3, ROOT);
    private static final Descriptor FILE = new Descriptor(4, ROOT.resolve("1.log"));

    @TempDir
    Path directory;

    private static void call(TornDisk disk, DiskCall call) {
        disk.began(1, call);
        disk.returned(1, call);
    }

    private static TornDisk withWrittenFile(TornDisk.Syncs syncs) {
        TornDisk disk = new TornDisk(ROOT, syncs);
        call(disk, new DiskCall.Opened(DIRECTORY, false, false));
        call(disk, new DiskCall.Opened(FILE, true, false));
        call(disk, new DiskCall.Written(FILE, DiskCall.Written.AT_POSITION, new byte[] {'x'}));
        return disk;
    }

    /** Every outcome: the names of the files with their sizes. */
    private Set<String> outcomes(TornDisk disk) throws IOException {
        Set<String> outcomes = new HashSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            Path image = directory.resolve("image");
            Trees.delete(image);
            disk.cut(image, Set.of(), new Random(seed));
            StringBuilder outcome = new StringBuilder();
            for (String name : new String[] {"1.log", "moved"}) {
                Path file = image.resolve(name);
                if (Files.exists(file)) outcome.append(name).append(Files.size(file));
            }
            outcomes.add(outcome.toString());
        }
        return outcomes;
    }

    @Test
    void aSyncedFileWhoseDirectoryWasNotSyncedMayBeGone() throws IOException {
        TornDisk disk = withWrittenFile(TornDisk.Syncs.BELIEVED);
        call(disk, new DiskCall.Synced(FILE));

        assertThat(outcomes(disk)).containsExactlyInAnyOrder("", "1.log1");
    }

    @Test
    void aSyncedFileInASyncedDirectoryStays() throws IOException {
        TornDisk disk = withWrittenFile(TornDisk.Syncs.BELIEVED);
        call(disk, new DiskCall.Synced(FILE));
        call(disk, new DiskCall.Synced(DIRECTORY));

        assertThat(outcomes(disk)).containsExactly("1.log1");
    }

    @Test
    void aSyncThatHasNotReturnedKeepsNothing() throws IOException {
        TornDisk disk = withWrittenFile(TornDisk.Syncs.BELIEVED);
        call(disk, new DiskCall.Synced(DIRECTORY));
        disk.began(1, new DiskCall.Synced(FILE));

        assertThat(outcomes(disk)).containsExactlyInAnyOrder("1.log0", "1.log1");
    }

    @Test
    void theControlBelievesNoSyncOfALog() throws IOException {
        TornDisk disk = withWrittenFile(TornDisk.Syncs.IGNORED_FOR_LOGS);
        call(disk, new DiskCall.Synced(FILE));
        call(disk, new DiskCall.Synced(DIRECTORY));

        assertThat(outcomes(disk)).containsExactlyInAnyOrder("1.log0", "1.log1");
    }

    @Test
    void aRenameIsKeptWithTheNextSyncOfItsDirectory() throws IOException {
        TornDisk disk = withWrittenFile(TornDisk.Syncs.BELIEVED);
        call(disk, new DiskCall.Synced(FILE));
        call(disk, new DiskCall.Synced(DIRECTORY));
        call(disk, new DiskCall.Renamed(ROOT.resolve("1.log"), ROOT.resolve("moved")));

        assertThat(outcomes(disk)).contains("1.log1", "moved1");

        call(disk, new DiskCall.Synced(DIRECTORY));
        assertThat(outcomes(disk)).containsExactly("moved1");
    }
}
