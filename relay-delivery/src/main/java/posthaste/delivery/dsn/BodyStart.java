package posthaste.delivery.dsn;

import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import posthaste.queue.StoredBody;

/** Collects the first octets of a body, reading no chunk that they do not need. */
final class BodyStart {
    private final StoredBody body;
    private final int max;
    private final Executor owner;
    private final ByteArrayOutputStream start = new ByteArrayOutputStream();

    private BodyStart(StoredBody body, int max, Executor owner) {
        this.body = body;
        this.max = max;
        this.owner = owner;
    }

    /** At most {@code max} octets; fails as {@link StoredBody#read} does. Completes on {@code owner} or at once. */
    static CompletionStage<byte[]> read(StoredBody body, int max, Executor owner) {
        return new BodyStart(body, max, owner).from(0);
    }

    private CompletionStage<byte[]> from(int firstChunk) {
        int chunk = firstChunk;
        while (chunk < body.chunks() && start.size() < max) {
            var resident = body.resident(chunk);
            if (resident.isEmpty()) return readFrom(chunk);
            add(resident.get());
            chunk++;
        }
        return CompletableFuture.completedStage(start.toByteArray());
    }

    private CompletionStage<byte[]> readFrom(int chunk) {
        return body.read(chunk, owner).thenCompose(bytes -> {
            add(bytes);
            return from(chunk + 1);
        });
    }

    private void add(byte[] bytes) {
        start.write(bytes, 0, Math.min(bytes.length, max - start.size()));
    }
}
