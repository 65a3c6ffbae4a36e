package posthaste.delivery.client;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import posthaste.queue.StoredBody;
import posthaste.smtp.DataEncoder;

/**
 * Sends one content chunk by chunk, no faster than the host reads: at most one chunk waits to be written beside what the
 * socket holds. The last chunk is left to the connection, which joins the final dot to it. Lives on the connection's
 * loop.
 */
final class BodyStream {
    private static final byte[] NOTHING = {};

    /** What the connection does for a stream. */
    interface Sink {
        void block(byte[] octets);

        /** Whether the next block must wait until {@link BodyStream#goOn} is called. */
        boolean isFull();

        /** The last block and what ends the message. */
        void last(byte[] octets, byte[] end);

        void unreadable(Throwable failure);
    }

    /** How the content stands on the wire. */
    enum Coding {
        /** Behind a 354: dots stuffed, a line with a dot at its end. */
        LINES,
        /** Behind a BDAT: octet for octet, ended by their number. */
        AS_IT_IS
    }

    private final StoredBody body;
    private final boolean lines;
    private final Executor loop;
    private final Sink sink;
    private final DataEncoder encoder = new DataEncoder();
    private final int chunks;
    private int next;
    private boolean reading;
    private boolean stopped;

    BodyStream(StoredBody body, Coding coding, Executor loop, Sink sink) {
        this.body = body;
        lines = coding == Coding.LINES;
        this.loop = loop;
        this.sink = sink;
        this.chunks = body.chunks();
    }

    /** Sends what can be sent now. */
    void goOn() {
        if (chunks == 0) {
            sink.last(NOTHING, end());
            return;
        }
        while (next < chunks && !reading && !stopped && !sink.isFull()) {
            Optional<byte[]> chunk = body.resident(next);
            if (chunk.isPresent()) {
                send(chunk.get());
            } else {
                read();
            }
        }
    }

    private void send(byte[] chunk) {
        next++;
        byte[] octets = lines ? encoder.encode(chunk) : chunk;
        if (next < chunks) {
            sink.block(octets);
        } else {
            sink.last(octets, end());
        }
    }

    private byte[] end() {
        return lines ? encoder.finish() : NOTHING;
    }

    private void read() {
        reading = true;
        CompletionStage<Boolean> arrived = body.read(next, loop).handle(this::arrived);
        arrived.whenComplete((done, bug) -> {
            if (bug != null) loop.execute(() -> endOnBug(bug));
        });
    }

    private boolean arrived(byte[] chunk, @Nullable Throwable failure) {
        reading = false;
        if (stopped) return false;
        if (failure != null) {
            stopped = true;
            sink.unreadable(failure);
        } else {
            send(chunk);
            goOn();
        }
        return true;
    }

    /** Out of the stage, which would keep it to itself, to the loop's handler of such things. */
    private static void endOnBug(Throwable bug) {
        throw new IllegalStateException(bug);
    }

    /** What was read is not wanted any more. */
    void stop() {
        stopped = true;
    }
}
