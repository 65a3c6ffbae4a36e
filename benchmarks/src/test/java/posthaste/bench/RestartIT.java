package posthaste.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import posthaste.bench.load.LoadShape;

/** The relay itself, ended on a backlog, launched again and then watched under a load. */
@Tag("slow")
class RestartIT {
    private static final int BACKLOG = 100;

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(Restart.Ending.class)
    void theRelayComesBackWithItsBacklogTakesMailAndIsMeasured(Restart.Ending ending) throws Exception {
        boolean heap = ending == Restart.Ending.KILL; // it waits until the relay rests: once is enough
        var measurement = new Measurement(new Measurement.Plan(
                LoadShape.Limit.messages(500),
                Duration.ZERO,
                Duration.ofSeconds(30),
                heap,
                Optional.of(new Measurement.Backlog(BACKLOG, 10, false)),
                Optional.of(new Measurement.Restarting(ending, 2)),
                Optional.of(Duration.ofMillis(200)),
                "-Xmx128m -XX:NativeMemoryTracking=summary",
                List.of(),
                Optional.empty()));

        RunResult result = measurement.run(
                Contender.Kind.POSTHASTE, Scenario.named("reuse").get(0), directory, Optional.empty());

        assertThat(result.isExact()).as(result.toString()).isTrue();
        assertThat(result.account().accepted()).isEqualTo(500);
        assertThat(result.restarts()).hasSize(2).allSatisfy(restart -> {
            assertThat(restart.endNanos()).isPositive();
            assertThat(restart.greetedNanos()).isPositive();
            assertThat(restart.acceptedNanos()).isGreaterThan(restart.greetedNanos());
            // The sink may have it before the client has read its 250.
            assertThat(restart.deliveredNanos()).isGreaterThan(restart.greetedNanos());
        });
        assertThat(result.heap().restarted().isPresent()).isEqualTo(heap);
        assertThat(result.soak().samples()).isNotEmpty().allSatisfy(sample -> {
            assertThat(sample.values()).containsKeys(Vital.RESIDENT, Vital.HEAP_LIVE, Vital.NATIVE, Vital.MEMTABLES);
            assertThat(sample.values().get(Vital.QUEUED))
                    .as("the backlog came through the restarts")
                    .isGreaterThanOrEqualTo(BACKLOG);
        });
    }
}
