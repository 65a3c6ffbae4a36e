package posthaste.queue.rocksdb;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.queue.QueueException;

/** The few threads that wait for the disk to read, so that no event loop does. */
final class Readers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Readers.class);
    private static final int THREADS = 2;
    private static final int WAITING_MAX = 65_536;
    private static final long CLOSE_SECONDS = 10;

    private final Store store;
    private final ThreadPoolExecutor threads;

    Readers(Store store) {
        this.store = store;
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                THREADS, THREADS, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING_MAX), task -> {
                    Thread thread = new Thread(task, "queue-reader-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /** Reads on a thread of the pool; the stage completes on {@code owner}. */
    <T> CompletionStage<T> read(Executor owner, Store.Reading<T> reading) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            threads.execute(() -> answer(answer, owner, reading));
        } catch (RejectedExecutionException full) {
            QueueException why = threads.isShutdown()
                    ? new QueueException.Closed()
                    : new QueueException.Failed(WAITING_MAX + " reads are waiting", full);
            owner.execute(() -> answer.completeExceptionally(why));
        }
        return answer;
    }

    private <T> void answer(CompletableFuture<T> answer, Executor owner, Store.Reading<T> reading) {
        Runnable outcome;
        try {
            T value = store.read(reading);
            outcome = () -> answer.complete(value);
        } catch (QueueException failure) {
            outcome = () -> answer.completeExceptionally(failure);
        } catch (RuntimeException bug) {
            LOG.error("reading the queue", bug);
            QueueException failure = new QueueException.Failed("reading the queue", bug);
            outcome = () -> answer.completeExceptionally(failure);
        }
        try {
            owner.execute(outcome);
        } catch (RejectedExecutionException ended) {
            LOG.debug("an answer finds its executor ended");
        }
    }

    @Override
    public void close() {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) LOG.warn("reads still run at close");
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }
}
