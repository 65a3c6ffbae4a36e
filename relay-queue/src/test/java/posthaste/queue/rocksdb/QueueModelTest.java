package posthaste.queue.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Random histories of a real queue beside a model of it ({@link QueueSimulation}). What breaks one is made short and
 * printed with its seed; {@code -Dposthaste.model.seed=N} replays it, {@code -Dposthaste.model.seconds=N} runs longer
 * (docs/queue.md).
 */
class QueueModelTest {
    private static final Logger LOG = LoggerFactory.getLogger(QueueModelTest.class);
    private static final int STEPS = Integer.getInteger("posthaste.model.steps", 3_000);
    private static final String DIRECTORY =
            System.getProperty("posthaste.model.directory", System.getProperty("java.io.tmpdir"));
    private static final long FAST_SECONDS = 3;
    private static final long SLOW_SECONDS = 60;
    private static final String STEP = "steps";
    private static final String HISTORY = "histories";
    private static final long SHORTEN_NANOS = TimeUnit.SECONDS.toNanos(60);
    /** So many steps do everything. */
    private static final long STEPS_OF_EVERYTHING = 20_000;

    private static final List<String> EVERYTHING = List.of(
            "accepted",
            "delivered",
            "bounced",
            "expired",
            "deferred",
            "ambiguous",
            "delayed",
            "reported",
            "discarded",
            "parts held",
            "settled while held",
            "clock set back",
            "due times moved");

    /** A history that breaks something, and what. */
    private record Broken(List<Step> history, Throwable failure) {}

    @Test
    void theQueueDoesWhatItsModelSays() {
        Optional<Long> replayed = Optional.ofNullable(Long.getLong("posthaste.model.seed"));
        if (replayed.isPresent()) check(replayed.get(), new Tally());
        else checkFor(FAST_SECONDS, 1);
    }

    @Test
    @Tag("slow")
    void theQueueDoesWhatItsModelSaysForLong() {
        long seconds = Long.getLong("posthaste.model.seconds", SLOW_SECONDS);
        checkFor(seconds, System.nanoTime());
    }

    private static void checkFor(long seconds, long firstSeed) {
        Tally tally = new Tally();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        for (long seed = firstSeed; System.nanoTime() - end < 0; seed++) check(seed, tally);
        LOG.info("{} steps of {} histories from seed {} on: {}", tally.of(STEP), tally.of(HISTORY), firstSeed, tally);
        if (tally.of(STEP) < STEPS_OF_EVERYTHING) return;
        assertThat(EVERYTHING)
                .allSatisfy(what -> assertThat(tally.of(what)).as(what).isPositive());
        assertThat(Step.Kind.values())
                .allSatisfy(
                        kind -> assertThat(tally.of(kind.name())).as("%s", kind).isPositive());
    }

    private static void check(long seed, Tally tally) {
        List<Step> history = Step.history(seed, STEPS);
        Optional<Throwable> failure = failure(seed, history, tally);
        tally.count(HISTORY);
        if (failure.isEmpty()) return;
        String replay = "seed " + seed + ": replay with -Dposthaste.model.seed=" + seed;
        LOG.error("{}; making it short", replay, failure.get());
        Broken shortest = shortened(seed, new Broken(history, failure.get()));
        throw new AssertionError(replay + ", shortened to " + shortest.history(), shortest.failure());
    }

    /** What breaks the queue or its promises; empty when all went well. */
    private static Optional<Throwable> failure(long seed, List<Step> history, Tally tally) {
        Path root = temporary();
        int taken = 0;
        try (QueueSimulation simulation = new QueueSimulation(root, seed, tally)) {
            for (Step step : history) {
                simulation.take(step);
                tally.count(STEP);
                taken++;
            }
            simulation.end();
            return Optional.empty();
        } catch (RuntimeException | AssertionError broken) {
            broken.addSuppressed(new AssertionError("in step " + taken + " of " + history.size()));
            return Optional.of(broken);
        } finally {
            CrashImage.delete(root);
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory(Path.of(DIRECTORY), "queue-model");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Leaves out ever shorter stretches, as long as what is left breaks too. */
    private static Broken shortened(long seed, Broken broken) {
        Broken shortest = broken;
        long end = System.nanoTime() + SHORTEN_NANOS;
        for (int stretch = broken.history().size() / 2; stretch > 0; stretch /= 2) {
            for (int from = shortest.history().size() - stretch; from >= 0; from -= stretch) {
                if (System.nanoTime() - end > 0) return shortest;
                List<Step> without = new ArrayList<>(shortest.history());
                int until = Math.min(from + stretch, without.size());
                without.subList(from, until).clear();
                Optional<Throwable> failure = failure(seed, without, new Tally());
                if (failure.isPresent()) shortest = new Broken(without, failure.get());
            }
        }
        return shortest;
    }
}
