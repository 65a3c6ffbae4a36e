package posthaste.server;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Why and when the process ends: the first SIGTERM or SIGINT asks it to stop in order, a second one ends it at once. The
 * first reason counts. Thread-safe.
 */
final class Stopping {
    private static final Logger LOG = LoggerFactory.getLogger(Stopping.class);
    /** What a shell reports of a process that SIGINT or SIGTERM ended. */
    private static final int SIGNALLED = 128 + 15;

    private final CompletableFuture<Optional<CannotStart>> end = new CompletableFuture<>();
    private final AtomicBoolean signalled = new AtomicBoolean();
    private final IntConsumer halt;

    /** @param halt ends the process at once with this exit code */
    Stopping(IntConsumer halt) {
        this.halt = halt;
    }

    /** From now on signals are obeyed. */
    void listen() {
        Signals.handle("TERM", () -> signalled("SIGTERM"));
        Signals.handle("INT", () -> signalled("SIGINT"));
    }

    void signalled(String name) {
        if (!signalled.compareAndSet(false, true)) {
            halt.accept(SIGNALLED);
            return;
        }
        LOG.info("{}: stopping; a second signal ends the process at once", name);
        end.complete(Optional.empty());
    }

    /** The process cannot go on. */
    void failed(CannotStart why) {
        end.complete(Optional.of(why));
    }

    /** Waits for a reason to stop: what failed, or nothing when somebody asked for it. */
    Optional<CannotStart> await() {
        return end.join();
    }
}
