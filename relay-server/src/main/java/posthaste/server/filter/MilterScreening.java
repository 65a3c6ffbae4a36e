package posthaste.server.filter;

import io.vertx.core.internal.ContextInternal;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongSupplier;
import posthaste.server.smtp.FilterVerdict;
import posthaste.server.smtp.Screening;

/**
 * One message and every filter: all see it at the same time, since none changes it. The first one of the configuration
 * that refuses it decides; where nobody refuses, one that would hold it is enough. Lives on one event loop.
 */
final class MilterScreening implements Screening, FilterDialogue.Listener {
    private final ContextInternal loop;
    private final FilterMetrics metrics;
    private final LongSupplier nanos;
    private final List<FilterDialogue> dialogues;
    private final CompletableFuture<FilterVerdict> outcome = new CompletableFuture<>();
    private Optional<Runnable> resume = Optional.empty();
    private boolean complete;
    private boolean decided;
    private long endedAtNanos;

    /** @param begin makes the dialogue with each filter, in the order of the configuration */
    MilterScreening(
            ContextInternal loop,
            FilterMetrics metrics,
            LongSupplier nanos,
            Function<FilterDialogue.Listener, List<FilterDialogue>> begin) {
        this.loop = loop;
        this.metrics = metrics;
        this.nanos = nanos;
        dialogues = begin.apply(this);
    }

    @Override
    public void content(byte[] array, int offset, int length) {
        for (FilterDialogue each : dialogues) each.content(array, offset, length);
    }

    @Override
    public boolean isFull() {
        for (FilterDialogue each : dialogues) if (each.isFull()) return true;
        return false;
    }

    @Override
    public void onWritable(Runnable whenWritable) {
        resume = Optional.of(whenWritable);
        writable();
    }

    @Override
    public void writable() {
        if (resume.isEmpty() || isFull()) return;
        loop.nettyEventLoop().execute(resume.get());
        resume = Optional.empty();
    }

    @Override
    public CompletionStage<FilterVerdict> ended() {
        complete = true;
        endedAtNanos = nanos.getAsLong();
        for (FilterDialogue each : dialogues) each.ended();
        decide();
        return outcome;
    }

    @Override
    public void settled() {
        writable();
        decide();
    }

    private void decide() {
        if (!complete || decided) return;
        FilterVerdict verdict = new FilterVerdict.Passed();
        for (FilterDialogue each : dialogues) {
            if (each.verdict().isEmpty()) return;
            verdict = verdict.and(each.verdict().get());
        }
        decided = true;
        metrics.judged(verdict, nanos.getAsLong() - endedAtNanos);
        FilterVerdict last = verdict;
        loop.nettyEventLoop().execute(() -> outcome.complete(last));
    }

    @Override
    public void abandon() {
        decided = true;
        for (FilterDialogue each : dialogues) each.abandon();
    }
}
