package posthaste.server.smtp;

import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/** Filters that take an hour, by the clock of the relay, over the first content they see, and then pass everything. */
final class HourLongFilter implements ContentFilters {
    private final RelayFixture relay;
    private final AtomicLong octets = new AtomicLong();

    HourLongFilter(RelayFixture relay) {
        this.relay = relay;
    }

    /** Octets seen so far, of all messages. */
    long octets() {
        return octets.get();
    }

    @Override
    public boolean isEmpty() {
        return false;
    }

    @Override
    public Screening begin(ScreenedMessage message, ContextInternal loop) {
        return new Screening() {
            private boolean full;
            private boolean rested;

            @Override
            public void content(byte[] array, int offset, int length) {
                octets.addAndGet(length);
                full = !rested;
            }

            @Override
            public boolean isFull() {
                return full;
            }

            @Override
            public void onWritable(Runnable resume) {
                relay.advance(Duration.ofHours(1));
                rested = true;
                full = false;
                loop.runOnContext(posted -> resume.run());
            }

            @Override
            public CompletionStage<FilterVerdict> ended() {
                var verdict = new CompletableFuture<FilterVerdict>();
                loop.runOnContext(posted -> verdict.complete(new FilterVerdict.Passed()));
                return verdict;
            }

            @Override
            public void abandon() {}
        };
    }
}
