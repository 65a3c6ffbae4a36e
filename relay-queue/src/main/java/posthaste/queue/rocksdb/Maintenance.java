package posthaste.queue.rocksdb;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.queue.QueueConfig;
import posthaste.queue.QueueException;

/** What is due every second or every minute, on a thread of its own. */
final class Maintenance implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Maintenance.class);
    private static final long SPACE_SECONDS = 1;
    private static final long TRIM_SECONDS = 60;
    private static final long CLOCK_STEP_MILLIS = 60_000;
    private static final long CLOSE_SECONDS = 10;

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread created = new Thread(task, "queue-maintenance");
        created.setDaemon(true);
        return created;
    });
    private final Store store;
    private final Committer committer;
    private final QueueClock clock;
    private final InstantSource wallClock;
    private final EventTrim trim;
    private long reportedStepMillis;

    Maintenance(Store store, Committer committer, QueueClock clock, InstantSource wallClock, QueueConfig config) {
        this.store = store;
        this.committer = committer;
        this.clock = clock;
        this.wallClock = wallClock;
        trim = new EventTrim(config.eventAge(), config.eventSize());
    }

    void start(FreeSpace space) {
        every(SPACE_SECONDS, space::check);
        every(TRIM_SECONDS, this::trimEvents);
        every(TRIM_SECONDS, this::checkWallClock);
    }

    private void every(long seconds, Runnable task) {
        var unused = thread.scheduleWithFixedDelay(() -> logged(task), seconds, seconds, TimeUnit.SECONDS);
    }

    /** What fails now is tried again next time. */
    private static void logged(Runnable task) {
        try {
            task.run();
        } catch (QueueException.Closed closed) {
            LOG.debug("closed during maintenance");
        } catch (RuntimeException failure) {
            LOG.error("maintenance of the queue", failure);
        }
    }

    /** Trims on the thread of the maintenance, and waits for it. */
    void trimNow() {
        CompletableFuture.runAsync(this::trimEvents, thread).join();
    }

    private void trimEvents() {
        long last = committer.syncedSequence();
        TrimEvents rest = store.read(database -> trim.trim(database, clock.millis(), last));
        if (rest.belowSequence() == 0) return;
        LOG.info("events below {} are trimmed", rest.belowSequence());
        committer.submit(rest).ifPresent(refusal -> LOG.info("trimming waits: {}", refusal.getMessage()));
    }

    /** The queue runs on monotonic time; the wall clock is followed at the next start. */
    private void checkWallClock() {
        long stepMillis = wallClock.millis() - clock.millis();
        if (Math.abs(stepMillis - reportedStepMillis) < CLOCK_STEP_MILLIS) return;
        reportedStepMillis = stepMillis;
        LOG.warn("the wall clock is {} away from the queue's clock since a step", Duration.ofMillis(stepMillis));
    }

    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) LOG.warn("maintenance still runs at close");
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }
}
