package posthaste.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("peer")
class SyncProofIT {
    @TempDir
    Path directory;

    @Test
    void every250IsWrittenBehindASyncThatCoversItsMessage() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/strace")), "strace is not installed");

        SyncProof.Proof proof = SyncProof.run(directory, 60);

        assertThat(proof.replies()).isEqualTo(60);
        assertThat(proof.unproved()).isEmpty();
    }
}
