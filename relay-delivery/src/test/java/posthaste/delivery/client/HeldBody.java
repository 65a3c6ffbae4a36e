package posthaste.delivery.client;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import posthaste.queue.StoredBody;

/** A content whose first chunk is in memory, and whose others are on a disk that waits for the test. */
final class HeldBody implements StoredBody {
    final CountDownLatch asked = new CountDownLatch(1);
    final AtomicInteger reads = new AtomicInteger();
    private final CompletableFuture<Boolean> disk = new CompletableFuture<>();
    private final List<byte[]> parts;

    HeldBody(List<byte[]> parts) {
        this.parts = List.copyOf(parts);
    }

    /** The disk answers, from now on at once. */
    void answer() {
        disk.complete(true);
    }

    /** The disk fails. */
    void fail(Throwable failure) {
        disk.completeExceptionally(failure);
    }

    @Override
    public long bytes() {
        return parts.stream().mapToLong(part -> part.length).sum();
    }

    @Override
    public int chunks() {
        return parts.size();
    }

    @Override
    public Optional<byte[]> resident(int index) {
        return index == 0 ? Optional.of(parts.get(0)) : Optional.empty();
    }

    @Override
    public CompletionStage<byte[]> read(int index, Executor owner) {
        reads.incrementAndGet();
        asked.countDown();
        // A failure has to cross to the owner too, so not thenApplyAsync, which lets it through where it happens.
        return disk.handleAsync((there, failure) -> failure, owner)
                .thenCompose(failure -> failure == null
                        ? CompletableFuture.completedStage(parts.get(index))
                        : CompletableFuture.failedStage(failure));
    }

    @Override
    public void release() {}
}
