package posthaste.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few cuts in every build, and the proof that the check can fail; {@code PowerCut --cuts 200} does it at full size. */
@Tag("peer")
class PowerCutIT {
    private static final int CUTS = 20;

    @TempDir
    Path directory;

    @Test
    void everyPromiseOutlivesAPowerCutUnlessTheDiskIgnoresSyncs() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/strace")), "strace is not installed");
        long seed = Long.getLong("posthaste.power.seed", System.nanoTime());
        PowerRecording recording = PowerRecording.make(directory, Duration.ofSeconds(4), seed);
        PowerCut tool = new PowerCut(System.out);

        PowerCut.Result result = tool.run(recording, directory, CUTS, 1, seed, TornDisk.Syncs.BELIEVED);
        PowerCut.Result control = tool.run(recording, directory, CUTS, 0, seed, TornDisk.Syncs.IGNORED_FOR_LOGS);

        assertThat(result.promised()).as("seed %d", seed).isPositive();
        assertThat(result.bad()).as("seed %d", seed).isEmpty();
        // Promised mail is missing, or recovery sees that it is and refuses: with 20 cuts it may be either alone.
        assertThat(control.bad())
                .as("seed %d", seed)
                .anyMatch(cut -> cut.contains("is lost") || cut.contains("were answered for"));
    }
}
