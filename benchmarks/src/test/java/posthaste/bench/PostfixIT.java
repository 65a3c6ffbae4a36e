package posthaste.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import posthaste.bench.load.LoadShape;

/** The harness with a real relay between generator and sink: Postfix is the one that is certainly right. */
@Tag("peer")
class PostfixIT {
    @TempDir
    Path directory;

    @Test
    void everyMessageThroughPostfixArrivesOnceAndIntactAndItsCostIsKnown() throws Exception {
        assumeTrue(Postfix.isInstalled(), "needs root and Debian's postfix");
        var measurement = new Measurement(plan(Optional.empty()));

        RunResult result = measurement.run(
                Contender.Kind.POSTFIX, Scenario.named("pipelined").get(0), directory, Optional.empty());

        assertThat(result.isExact()).as(result.toString()).isTrue();
        assertThat(result.account().accepted()).isEqualTo(200);
        assertThat(result.usage().cpuMillis()).isPositive();
        assertThat(result.usage().switches().orElseThrow()).isPositive();
        assertThat(result.deliveredPerSecond().orElseThrow()).isPositive();
        assertThat(result.program()).startsWith("Postfix 3");
    }

    @Test
    void aBacklogThatIsDeferredIsNotMeasuredAndHarmsNothing() throws Exception {
        assumeTrue(Postfix.isInstalled(), "needs root and Debian's postfix");
        var measurement = new Measurement(plan(Optional.of(new Measurement.Backlog(100, 10, false))));

        RunResult result =
                measurement.run(Contender.Kind.POSTFIX, Scenario.named("reuse").get(0), directory, Optional.empty());

        assertThat(result.isExact()).as(result.toString()).isTrue();
        assertThat(result.account().accepted()).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource(
            value = Contender.Kind.class,
            names = {"POSTFIX", "POSTHASTE"})
    void bothAreMeasuredWithTls(Contender.Kind kind, @TempDir Path keys) throws Exception {
        assumeTrue(Postfix.isInstalled(), "needs root and Debian's postfix");
        var measurement = new Measurement(plan(Optional.empty(), Optional.of(KeyPair.make(keys))));

        RunResult result =
                measurement.run(kind, Scenario.named("new-connections").get(0), directory, Optional.empty());

        assertThat(result.isExact()).as(result.toString()).isTrue();
        assertThat(result.account().accepted()).isEqualTo(200);
    }

    private static Measurement.Plan plan(Optional<Measurement.Backlog> backlog) {
        return plan(backlog, Optional.empty());
    }

    private static Measurement.Plan plan(Optional<Measurement.Backlog> backlog, Optional<KeyPair> keys) {
        return new Measurement.Plan(
                LoadShape.Limit.messages(200),
                Duration.ZERO,
                Duration.ofSeconds(30),
                false,
                backlog,
                Optional.empty(),
                Optional.empty(),
                "",
                List.of(),
                keys);
    }
}
