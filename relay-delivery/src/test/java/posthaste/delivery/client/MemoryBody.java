package posthaste.delivery.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import posthaste.queue.QueueException;
import posthaste.queue.StoredBody;

/** A content for tests. */
record MemoryBody(List<byte[]> parts, Where where) implements StoredBody {
    enum Where {
        RESIDENT,
        ON_DISK,
        UNREADABLE
    }

    static MemoryBody of(String text) {
        return new MemoryBody(text.isEmpty() ? List.of() : List.of(text.getBytes(ISO_8859_1)), Where.RESIDENT);
    }

    MemoryBody at(Where there) {
        return new MemoryBody(parts, there);
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
        return where == Where.RESIDENT ? Optional.of(parts.get(index)) : Optional.empty();
    }

    @Override
    public CompletionStage<byte[]> read(int index, Executor owner) {
        if (where == Where.UNREADABLE) return CompletableFuture.failedStage(new QueueException.Corrupt("chunk"));
        return CompletableFuture.supplyAsync(() -> parts.get(index)).thenApplyAsync(chunk -> chunk, owner);
    }

    @Override
    public void release() {}
}
