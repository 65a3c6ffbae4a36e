package posthaste.bench;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Takes a sample every few seconds on a thread of its own, from its creation until {@link #stop}. */
final class Sampler {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final long STOP_SECONDS = 60;

    private final Samples samples = new Samples();
    private final Supplier<Map<Vital, Double>> source;
    private final long startNanos = System.nanoTime();
    private final ScheduledExecutorService thread;
    private final ScheduledFuture<?> ticks;

    /** @param source called on the sampler's thread */
    Sampler(Duration interval, Supplier<Map<Vital, Double>> source) {
        this.source = source;
        thread = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread sampler = new Thread(work, "sampler");
            sampler.setDaemon(true);
            return sampler;
        });
        ticks = thread.scheduleAtFixedRate(this::look, 0, interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void look() {
        double seconds = (System.nanoTime() - startNanos) / NANOS_PER_SECOND;
        samples.add(new Sample(seconds, source.get()));
    }

    /** No sample is taken any more; all that were. */
    List<Sample> stop() throws InterruptedException {
        ticks.cancel(false);
        thread.shutdown();
        if (!thread.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("a sample took longer than " + STOP_SECONDS + " s");
        }
        try {
            ticks.get();
        } catch (CancellationException stopped) {
            return samples.list();
        } catch (ExecutionException bug) {
            throw new IllegalStateException("sampling ended early", bug.getCause());
        }
        return samples.list();
    }
}
