package posthaste.queue.rocksdb;

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
    private static final int STEPS = Integer.getInteger("posthaste.model.steps", 1_500);
    private static final long FAST_SECONDS = 3;
    private static final long SLOW_SECONDS = 60;
    private static final long SHORTEN_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** A history that breaks something, and what. */
    private record Broken(List<Step> history, Throwable failure) {}

    @Test
    void theQueueDoesWhatItsModelSays() {
        Optional<Long> replayed = Optional.ofNullable(Long.getLong("posthaste.model.seed"));
        if (replayed.isPresent()) check(replayed.get());
        else checkFor(FAST_SECONDS, 1);
    }

    @Test
    @Tag("slow")
    void theQueueDoesWhatItsModelSaysForLong() {
        long seconds = Long.getLong("posthaste.model.seconds", SLOW_SECONDS);
        checkFor(seconds, System.nanoTime());
    }

    private static void checkFor(long seconds, long firstSeed) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        for (long seed = firstSeed; System.nanoTime() - end < 0; seed++) check(seed);
    }

    private static void check(long seed) {
        List<Step> history = Step.history(seed, STEPS);
        Optional<Throwable> failure = failure(seed, history);
        if (failure.isEmpty()) return;
        String replay = "seed " + seed + ": replay with -Dposthaste.model.seed=" + seed;
        LOG.error("{}; making it short", replay, failure.get());
        Broken shortest = shortened(seed, new Broken(history, failure.get()));
        throw new AssertionError(replay + ", shortened to " + shortest.history(), shortest.failure());
    }

    /** What breaks the queue or its promises; empty when all went well. */
    private static Optional<Throwable> failure(long seed, List<Step> history) {
        Path root = temporary();
        int taken = 0;
        try (QueueSimulation simulation = new QueueSimulation(root, seed)) {
            for (Step step : history) {
                simulation.take(step);
                taken++;
            }
            simulation.take(new Step(Step.Kind.COMPARE, 0));
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
            return Files.createTempDirectory("queue-model");
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
                Optional<Throwable> failure = failure(seed, without);
                if (failure.isPresent()) shortest = new Broken(without, failure.get());
            }
        }
        return shortest;
    }
}
