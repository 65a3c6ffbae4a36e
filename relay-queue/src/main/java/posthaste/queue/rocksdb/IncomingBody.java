package posthaste.queue.rocksdb;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import posthaste.queue.Envelope;
import posthaste.queue.IncomingMessage;
import posthaste.queue.MessageId;
import posthaste.queue.QueueException;
import posthaste.queue.QueuedMessage;

/**
 * A message that is being received: the chunk that is being filled, and the count of chunks that wait to be written.
 * Owned by the session's thread; what the committer touches is atomic or named so.
 *
 * <p>While the budget lasts the chunk grows to its full size. When it does not, what was received is written as a
 * shorter chunk and the session waits for that write: a message then needs no more memory than its session has just
 * read, and always moves on.
 */
final class IncomingBody implements IncomingMessage {
    private static final int FIRST_BUFFER_BYTES = 2048;
    /** A shorter chunk than this is not worth a key of its own. */
    private static final int SHORT_CHUNK_BYTES = 4096;
    /** Chunks of one message that may wait for the committer. */
    private static final int UNWRITTEN_MAX = 4;

    private static final byte[] NOTHING = {};

    private final Intake intake;
    private final MessageId id;

    private byte[] buffer = NOTHING;
    private int filled;
    private long bytes;
    private int[] sums = {};
    private int chunks;
    private final List<byte[]> kept = new ArrayList<>(0);
    private boolean keeping = true;
    private boolean ended;

    private final AtomicInteger unwritten = new AtomicInteger();
    private volatile int unwrittenMax = UNWRITTEN_MAX;
    private final AtomicReference<Optional<Resumption>> paused = new AtomicReference<>(Optional.empty());
    /** Why it can no longer be accepted; the last reason is as good as the first. */
    private volatile Optional<QueueException> failure = Optional.empty();
    /** The handle that the first chunk went through, of the committer; negative before. */
    private int generation = -1;

    private record Resumption(Runnable resume, Executor owner) {}

    IncomingBody(Intake intake, MessageId id) {
        this.intake = intake;
        this.id = id;
    }

    @Override
    public MessageId id() {
        return id;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public boolean append(byte[] content, int offset, int length) {
        if (ended) throw new IllegalStateException("message " + id + " has ended");
        bytes += length;
        if (failure.isPresent()) return true; // accept() will say so; until then nothing is kept
        int from = offset;
        int left = length;
        while (left > 0) {
            if (filled == buffer.length) makeRoom(left);
            int copied = Math.min(left, buffer.length - filled);
            System.arraycopy(content, from, buffer, filled, copied);
            filled += copied;
            from += copied;
            left -= copied;
        }
        return isWritable();
    }

    private void makeRoom(int more) {
        if (filled == intake.chunkBytes()) writeChunk();
        int wanted = Math.max(Math.max(FIRST_BUFFER_BYTES, 2 * buffer.length), filled + more);
        if (chunks > 0) wanted = intake.chunkBytes();
        wanted = Math.min(wanted, intake.chunkBytes());
        if (intake.memory().tryReserve(wanted - filled)) {
            unwrittenMax = UNWRITTEN_MAX;
            buffer = Arrays.copyOf(buffer, wanted);
            return;
        }
        keepNothing();
        unwrittenMax = 0;
        if (filled >= SHORT_CHUNK_BYTES) writeChunk();
        wanted = Math.min(Math.max(filled + more, SHORT_CHUNK_BYTES), intake.chunkBytes());
        intake.memory().reserve(wanted - filled);
        buffer = Arrays.copyOf(buffer, wanted);
    }

    /** Hands the filled part of the buffer to the committer, and begins an empty one. */
    private void writeChunk() {
        byte[] chunk = takeBuffer();
        if (keeping && !intake.memory().mayKeep(bytes)) keepNothing();
        if (keeping) kept.add(chunk);
        int index = addSum(chunk);
        unwritten.incrementAndGet();
        if (index == 0) intake.receiving().begun(id);
        Optional<QueueException> refusal = intake.committer().submitNew(new AppendChunk(this, index, chunk, keeping));
        if (refusal.isEmpty()) return;
        fail(refusal.get());
        unwritten.decrementAndGet();
        if (!keeping) release(chunk.length);
    }

    /** What the buffer holds, in an array of just that size; so much stays reserved. */
    private byte[] takeBuffer() {
        byte[] chunk = filled == buffer.length ? buffer : Arrays.copyOf(buffer, filled);
        release(buffer.length - filled);
        buffer = NOTHING;
        filled = 0;
        return chunk;
    }

    private int addSum(byte[] chunk) {
        if (chunks == sums.length) sums = Arrays.copyOf(sums, chunks == 0 ? 1 : 2 * chunks);
        sums[chunks] = BodyReads.sumOf(chunk);
        return chunks++;
    }

    private void keepNothing() {
        keeping = false;
        for (byte[] chunk : kept) release(chunk.length);
        kept.clear();
    }

    private boolean isWritable() {
        return unwritten.get() <= unwrittenMax || failure.isPresent();
    }

    @Override
    public void onWritable(Runnable resume, Executor owner) {
        paused.set(Optional.of(new Resumption(resume, owner)));
        if (!isWritable()) return;
        paused.getAndSet(Optional.empty()).ifPresent(waiting -> waiting.owner().execute(waiting.resume()));
    }

    @Override
    public CompletionStage<MessageId> accept(Envelope envelope, Executor owner) {
        if (ended) throw new IllegalStateException("message " + id + " has ended");
        ended = true;
        Optional<QueueException> earlier = failure;
        if (earlier.isPresent()) return refused(earlier.get(), owner);
        byte[] last = takeBuffer();
        boolean hasContent = last.length > 0;
        if (hasContent) addSum(last);
        StoredMessage stored = new StoredMessage(
                new QueuedMessage(id, envelope, bytes, chunks),
                Arrays.copyOf(sums, chunks),
                Part.of(envelope.recipients()));
        Accept change = accepting(stored, last, owner);
        Optional<QueueException> refusal = intake.committer().submitNew(change);
        if (refusal.isEmpty()) return change.waiter();
        change.withdraw();
        if (hasContent) chunks--; // the last one was never written
        return refused(refusal.get(), owner);
    }

    private Accept accepting(StoredMessage stored, byte[] last, Executor owner) {
        keeping = keeping && chunks > 0 && intake.memory().mayKeep(bytes);
        MessageBody body;
        if (keeping) {
            kept.add(last);
            body = MessageBody.resident(stored, intake.reads(), intake.memory(), kept.toArray(byte[][]::new));
            kept.clear(); // the body answers for their memory from here on
        } else {
            keepNothing();
            body = MessageBody.onDisk(stored, intake.reads(), intake.memory());
        }
        NewMessage message = new NewMessage(body, last, intake.clock().millis());
        return new Accept(this, message, keeping ? 0 : last.length, owner);
    }

    private CompletionStage<MessageId> refused(QueueException refusal, Executor owner) {
        CompletableFuture<MessageId> answer = new CompletableFuture<>();
        forget();
        owner.execute(() -> answer.completeExceptionally(refusal));
        return answer;
    }

    @Override
    public void discard() {
        if (ended) return;
        ended = true;
        forget();
    }

    private void forget() {
        release(buffer.length);
        buffer = NOTHING;
        keepNothing();
        if (chunks > 0) removeChunks();
        chunks = 0;
    }

    /** Where even this is refused, what is on disk is found there; and what is not yet shall not come. */
    private void removeChunks() {
        intake.committer().submit(new Discard(intake.receiving(), id, chunks)).ifPresent(refusal -> {
            fail(refusal);
            abandoned();
        });
    }

    // Below: called by the committer.

    /** Notes which handle the chunks go through. */
    void writeIn(int currentGeneration) {
        if (generation < 0) generation = currentGeneration;
        requireWhole(currentGeneration);
    }

    /** A failed write on the way closed the handle that has the earlier chunks: they may be lost. */
    void requireWhole(int currentGeneration) {
        Optional<QueueException> earlier = failure;
        if (earlier.isPresent()) throw earlier.get();
        if (generation >= 0 && generation != currentGeneration) {
            throw new QueueException.Failed(
                    "the database was opened again while " + id + " was received", new IllegalStateException());
        }
    }

    void accepted() {
        intake.receiving().ended(id);
    }

    /** Its chunks stay on disk, and nobody will ask for them. */
    void abandoned() {
        intake.receiving().abandoned(id);
    }

    void fail(QueueException why) {
        failure = Optional.of(why);
    }

    void chunkDone(int bytesToRelease, Completions completions) {
        release(bytesToRelease);
        unwritten.decrementAndGet();
        if (!isWritable()) return;
        paused.getAndSet(Optional.empty()).ifPresent(waiting -> completions.add(waiting.owner(), waiting.resume()));
    }

    void release(int bytesToRelease) {
        if (bytesToRelease > 0) intake.memory().release(bytesToRelease);
    }
}
