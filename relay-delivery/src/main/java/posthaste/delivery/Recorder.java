package posthaste.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.queue.Delivery;
import posthaste.queue.Notices;
import posthaste.queue.QueueException;
import posthaste.queue.Settlement;
import posthaste.smtp.Reply;

/**
 * Records what became of the attempts of one destination: has the reports written, hands everything to the queue in one
 * settlement, and holds the delivery until that is on disk. Lives on the destination's event loop.
 */
final class Recorder {
    private static final Logger LOG = LoggerFactory.getLogger(Recorder.class);
    /** Before a record that the queue did not take is handed to it again. */
    private static final Duration AGAIN_WAIT = Duration.ofSeconds(1);

    private final EngineLoop loop;
    private final EngineParts parts;
    private final Settling.Rules rules;
    private final InHand inHand;

    Recorder(EngineLoop loop, InHand inHand) {
        this.loop = loop;
        this.inHand = inHand;
        parts = loop.parts();
        rules = loop.rules();
    }

    /**
     * Writes what an attempt came to.
     *
     * @param notBeforeMillis the next attempt of recipients that no host has judged
     */
    void record(Attempt attempt, long notBeforeMillis) {
        long now = parts.clock().millis();
        Settling settling = Settling.of(attempt, rules, now, notBeforeMillis);
        if (attempt.isOpen()) inHand.goOnLater(attempt);
        write(attempt, settling, now);
    }

    /** Writes that the time of a delivery is over. */
    void expire(Attempt attempt, Reply why) {
        long now = parts.clock().millis();
        write(attempt, Settling.expired(attempt.delivery(), rules, now, why), now);
    }

    /** Tells the sender of a delivery that it waits, by this notice. */
    void tellDelay(Attempt attempt, Notices notice, Reply why) {
        write(
                attempt,
                Settling.delayed(attempt.delivery(), notice, why),
                parts.clock().millis());
    }

    private void write(Attempt attempt, Settling settling, long now) {
        Delivery delivery = attempt.delivery();
        CompletionStage<Settlement> whole = parts.reports()
                .failed(delivery, settling.failed(), Instant.ofEpochMilli(now), loop)
                .thenCombine(relayed(delivery, settling, now), Recorder::joined)
                .thenCombine(notice(delivery, settling, now), Recorder::joined)
                .thenApply(all -> settling.settlement(delivery, all));
        loop.when(whole, (settlement, bug) -> {
            if (bug != null)
                throw new IllegalStateException(
                        "no record of " + delivery.message().id(), bug);
            settle(attempt, settlement);
        });
    }

    private static List<Settlement.Report> joined(List<Settlement.Report> some, List<Settlement.Report> others) {
        if (others.isEmpty()) return some;
        var all = new ArrayList<>(some);
        all.addAll(others);
        return all;
    }

    private CompletionStage<List<Settlement.Report>> relayed(Delivery delivery, Settling settling, long now) {
        if (settling.relayed().isEmpty()) return CompletableFuture.completedStage(List.of());
        return parts.reports().relayed(delivery, settling.relayed(), Instant.ofEpochMilli(now), loop);
    }

    private CompletionStage<List<Settlement.Report>> notice(Delivery delivery, Settling settling, long now) {
        if (!settling.noticeDue()) return CompletableFuture.completedStage(List.of());
        Instant expiresAt =
                Instant.ofEpochMilli(rules.expiresAtMillis(delivery.message().envelope()));
        return parts.reports().delayed(delivery, settling.waiting(), Instant.ofEpochMilli(now), expiresAt, loop);
    }

    private void settle(Attempt attempt, Settlement settlement) {
        loop.when(parts.queue().settle(settlement, loop), (done, failure) -> settled(attempt, settlement, failure));
    }

    /** The queue has answered. */
    void settled(Attempt attempt, Settlement settlement, @Nullable Throwable failure) {
        if (failure == null) {
            release(attempt);
            loop.log().told(settlement, parts.clock().millis());
        } else if (failure instanceof QueueException.Closed) {
            parts.underWay().decrementAndGet();
        } else if (failure instanceof QueueException.Stale) {
            inHand.goingOn(attempt.delivery().key()); // settled by something else: it does not go on
            release(attempt);
        } else {
            LOG.error(
                    "cannot record what became of {}: {}; trying again",
                    attempt.delivery().message().id(),
                    failure.toString());
            loop.later(AGAIN_WAIT, () -> settle(attempt, settlement));
        }
    }

    private void release(Attempt attempt) {
        attempt.recorded();
        inHand.recorded(attempt.delivery().key());
        parts.underWay().decrementAndGet();
    }
}
