package posthaste.delivery;

import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import posthaste.queue.DeliveryKey;
import posthaste.queue.MailQueue.Backlog;
import posthaste.queue.MessageId;
import posthaste.queue.PriorityClass;

/**
 * One request to try everything of some destinations: tells their loops, and counts what waits as far as that is cheap. Asks
 * one loop after the other and reads one backlog after the other. Lives on the first event loop.
 */
final class FlushRequest {
    /** Deliveries that are counted; where more wait, the answer says so. */
    private static final int COUNTED_MAX = 100;

    private static final List<PriorityClass> CLASSES =
            List.of(PriorityClass.URGENT, PriorityClass.NORMAL, PriorityClass.BULK);

    private final DestinationMatch match;
    private final List<EngineLoop> loops;
    private final EngineLoop home;
    private final EngineParts parts;
    private final Promise<AttemptedNow> answer;
    private final long requestedAtMillis;
    /** Backlogs that are still to be counted. */
    private final Deque<DeliveryKey> uncounted = new ArrayDeque<>();

    private int destinations;
    private int deliveries;
    private boolean more;

    FlushRequest(DestinationMatch match, List<EngineLoop> loops, Promise<AttemptedNow> answer) {
        this.match = match;
        this.loops = loops;
        this.answer = answer;
        home = loops.get(0);
        parts = home.parts();
        requestedAtMillis = parts.clock().millis();
    }

    /** Any thread. */
    void begin() {
        home.execute(this::exactly);
    }

    /** The domain itself: only where something waits does anybody look for its hosts. */
    private void exactly() {
        addUncounted(match.domain());
        count(() -> {
            if (deliveries > 0) {
                destinations++;
                EngineLoop owner = EngineLoop.ownerOf(match.domain(), loops);
                owner.execute(() -> owner.attemptNow(match.domain(), requestedAtMillis));
            }
            if (match.subdomains()) below(new ArrayDeque<>(loops), new ArrayList<>());
            else end();
        });
    }

    private void below(Deque<EngineLoop> left, List<String> names) {
        Optional<EngineLoop> next = Optional.ofNullable(left.poll());
        if (next.isEmpty()) {
            names.forEach(this::addUncounted);
            count(this::end);
            return;
        }
        EngineLoop asked = next.get();
        asked.execute(() -> asked.attemptBelow(match, requestedAtMillis)
                .onSuccess(walked -> home.execute(() -> {
                    destinations += walked.destinations();
                    names.addAll(walked.names());
                    more |= walked.destinations() > walked.names().size();
                    below(left, names);
                })));
    }

    private void addUncounted(String name) {
        for (PriorityClass each : CLASSES) uncounted.add(new DeliveryKey(name, each, 0, new MessageId(0), 0, 0));
    }

    private void count(Runnable then) {
        int left = COUNTED_MAX - deliveries;
        if (left <= 0) {
            more |= !uncounted.isEmpty();
            uncounted.clear();
        }
        Optional<DeliveryKey> next = Optional.ofNullable(uncounted.poll());
        if (next.isEmpty()) {
            then.run();
            return;
        }
        DeliveryKey from = next.get();
        home.when(
                parts.queue().backlog(from.destination(), from.priority(), from, Long.MAX_VALUE, left, home),
                (page, failure) -> {
                    if (failure == null) counted(page, then);
                    else answer.tryFail(failure);
                });
    }

    private void counted(Backlog page, Runnable then) {
        deliveries += page.deliveries().size();
        more |= page.nextDueMillis() != Long.MAX_VALUE;
        count(then);
    }

    private void end() {
        answer.tryComplete(new AttemptedNow(destinations, deliveries, more));
    }
}
