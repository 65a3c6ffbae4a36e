package posthaste.queue.rocksdb;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a group has to tell its waiters: one task per executor, however many of its waiters the group held. Owned by the
 * committer.
 */
final class Completions {
    private static final Logger LOG = LoggerFactory.getLogger(Completions.class);

    /** As many as there are event loops and their like: a linear search is the fastest. */
    private final List<Mailing> mailings = new ArrayList<>();

    void add(Executor owner, Runnable task) {
        for (Mailing mailing : mailings) {
            if (mailing.owner == owner) {
                mailing.tasks.add(task);
                return;
            }
        }
        mailings.add(new Mailing(owner, task));
    }

    <T> void complete(CompletableFuture<T> waiter, T value, Executor owner) {
        add(owner, () -> waiter.complete(value));
    }

    void fail(CompletableFuture<?> waiter, Throwable failure, Executor owner) {
        add(owner, () -> waiter.completeExceptionally(failure));
    }

    /** Sends everything off. An executor that has ended takes nothing more: nobody waits there. */
    void send() {
        for (Mailing mailing : mailings) {
            try {
                mailing.owner.execute(mailing);
            } catch (RejectedExecutionException ended) {
                LOG.debug("{} answers find their executor ended", mailing.tasks.size());
            }
        }
        mailings.clear();
    }

    private static final class Mailing implements Runnable {
        private final Executor owner;
        private final List<Runnable> tasks = new ArrayList<>();

        Mailing(Executor owner, Runnable first) {
            this.owner = owner;
            tasks.add(first);
        }

        @Override
        public void run() {
            for (Runnable task : tasks) task.run();
        }
    }
}
