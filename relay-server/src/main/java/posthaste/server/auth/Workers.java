package posthaste.server.auth;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import posthaste.server.policy.ClientKey;

/**
 * The threads that check passwords and tokens, which takes milliseconds and may read a file: nothing for an event loop.
 * Few of them, so that a flood of logins leaves cores for the mail; what waits is bounded, in all and for one client, so
 * that a flood from one place leaves turns for others. Thread-safe; never waits. The threads begin with the first check.
 */
final class Workers implements AutoCloseable {
    /** A core is left to the event loops wherever there are two. */
    private static final int THREADS =
            Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors() / 2));
    /** With default iterations the last of so many waits for some seconds. */
    static final int WAITING_MAX = 256;
    /** Checks of one client that wait or run. */
    static final int PER_CLIENT_MAX = 32;

    private final AuthMetrics metrics;
    private final ThreadPoolExecutor threads;
    /** Checks under way by client: as many entries as checks at most. */
    private final ConcurrentHashMap<ClientKey, Integer> byClient = new ConcurrentHashMap<>();

    Workers(AuthMetrics metrics) {
        this(metrics, THREADS, WAITING_MAX);
    }

    Workers(AuthMetrics metrics, int threadCount, int waitingMax) {
        this.metrics = metrics;
        var numbers = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                threadCount, threadCount, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(waitingMax), work -> {
                    var thread = new Thread(work, "auth-" + numbers.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /**
     * Runs {@code work} soon, and then completes {@code result} with what came of it, on its own thread; false, and
     * neither happens, where too much waits already.
     */
    <T> boolean tryRun(ClientKey client, Supplier<T> work, CompletableFuture<T> result) {
        boolean mayWait = byClient.merge(client, 1, Integer::sum) <= PER_CLIENT_MAX;
        if (mayWait && tryRun(() -> run(client, work, result))) return true;
        left(client);
        metrics.refused();
        return false;
    }

    /** The same for work of our own. */
    boolean tryRun(Runnable work) {
        try {
            threads.execute(work);
            return true;
        } catch (RejectedExecutionException full) {
            return false;
        }
    }

    /** Everything is counted before anybody hears of it. */
    private <T> void run(ClientKey client, Supplier<T> work, CompletableFuture<T> result) {
        try {
            T value = timed(client, work);
            result.complete(value);
        } catch (RuntimeException | Error bug) {
            result.completeExceptionally(bug); // or its session would wait for ever
            if (bug instanceof Error error) throw error;
        }
    }

    private <T> T timed(ClientKey client, Supplier<T> work) {
        long begunAt = System.nanoTime();
        try {
            return work.get();
        } finally {
            left(client);
            metrics.checked(System.nanoTime() - begunAt);
        }
    }

    private void left(ClientKey client) {
        byClient.computeIfPresent(client, (key, count) -> count > 1 ? count - 1 : null);
    }

    int waiting() {
        return threads.getQueue().size();
    }

    /** What waits is dropped: its sessions are gone by then. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
