package posthaste.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few kills in every build; {@code CrashTool --kills 50} does it at full size. */
@Tag("slow")
class CrashIT {
    @TempDir
    Path directory;

    @Test
    void everyAcknowledgedMessageSurvivesKillsAtRandomMoments() throws Exception {
        int kills = Integer.getInteger("posthaste.crash.kills", 10);
        long seed = Long.getLong("posthaste.crash.seed", System.nanoTime());

        CrashTool.Result result = new CrashTool(System.out).run(directory, kills, 10, seed, Duration.ofSeconds(90));

        assertThat(result.acknowledged()).as("seed %d", seed).isPositive();
        assertThat(result).as("seed %d", seed).matches(CrashTool.Result::isGood);
    }
}
