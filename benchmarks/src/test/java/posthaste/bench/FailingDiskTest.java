package posthaste.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One failure of each kind; {@code FailingDisk} does it at full size. Skipped where tracing or mounting is not permitted. */
@Tag("slow")
class FailingDiskTest {
    @TempDir
    Path directory;

    private final FailingDisk tool = new FailingDisk(System.out);

    private static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    @Test
    void whileSyncsFailNothingIsAcceptedAndAfterwardsNothingIsMissing() throws Exception {
        assumeTrue(isRoot() && Files.isExecutable(Path.of("/usr/bin/strace")), "only root may trace");

        FailingDisk.Result result = tool.failingSyncs(directory, 1);

        assertThat(result).matches(FailingDisk.Result::isGood);
        assertThat(result.acceptedMeanwhile()).isZero();
        assertThat(result.refusals()).containsOnlyKeys("451 4.3.0");
        assertThat(result.reasons()).singleElement().asString().contains("writing the queue failed");
    }

    @Test
    void aDiskThatIsFullPutsMailOffAndGoesOnByItself() throws Exception {
        assumeTrue(isRoot(), "only root may mount");

        FailingDisk.Result result = tool.fullDisk(directory, 1, 0);

        assertThat(result).matches(FailingDisk.Result::isGood);
        assertThat(result.refusals().keySet()).isNotEmpty().isSubsetOf("452 4.3.1", "451 4.3.0");
        assertThat(result.reasons()).singleElement().asString().containsAnyOf("the disk is full", "free-space-reserve");
    }

    @Test
    void aDiskThatStaysBrokenEndsTheRelayAndLosesNothing() throws Exception {
        assumeTrue(isRoot() && Files.isExecutable(Path.of("/usr/bin/strace")), "only root may trace");

        FailingDisk.Result result = tool.deadDisk(directory);

        assertThat(result.counted().lost()).isEmpty();
        assertThat(result.counted().corrupt()).isEmpty();
        assertThat(result.counted().duplicatedUnlisted()).isEmpty();
    }
}
