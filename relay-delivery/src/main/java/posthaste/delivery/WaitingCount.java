package posthaste.delivery;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryKey;
import posthaste.queue.MailQueue.Backlog;
import posthaste.queue.MessageId;
import posthaste.queue.PriorityClass;

/**
 * Counts what waits at some destinations and may be tried now, whatever its due time, as far as that is cheap: one backlog
 * after the other. Lives on one event loop.
 */
final class WaitingCount {
    /** Deliveries that are counted. */
    private static final int COUNTED_MAX = 100;
    /** Deliveries of one read. */
    private static final int PAGE_MAX = 500;
    /** Reads behind the first of each backlog: what is not released yet may stand before the rest. */
    private static final int FURTHER_PAGES_MAX = 100;

    private static final List<PriorityClass> CLASSES =
            List.of(PriorityClass.URGENT, PriorityClass.NORMAL, PriorityClass.BULK);

    private final EngineLoop loop;
    private final EngineParts parts;
    private final CompletableFuture<Integer> answer = new CompletableFuture<>();
    /** Backlogs that are still to be read, from these keys on. */
    private final Deque<DeliveryKey> unread = new ArrayDeque<>();

    private int furtherPages;
    private int count;

    WaitingCount(Set<String> domains, EngineLoop loop) {
        this.loop = loop;
        parts = loop.parts();
        for (String name : domains) {
            for (PriorityClass each : CLASSES) unread.add(new DeliveryKey(name, each, 0, new MessageId(0), 0, 0));
        }
    }

    /** Completes on the loop; at least 1 where not everything was looked at. */
    CompletionStage<Integer> begin() {
        next();
        return answer;
    }

    private void next() {
        Optional<DeliveryKey> next = Optional.ofNullable(unread.poll());
        if (count >= COUNTED_MAX || next.isEmpty()) {
            answer.complete(Math.min(count, COUNTED_MAX));
            return;
        }
        DeliveryKey from = next.get();
        loop.when(
                parts.queue().backlog(from.destination(), from.priority(), from, Long.MAX_VALUE, PAGE_MAX, loop),
                (page, failure) -> {
                    if (failure == null) took(page);
                    else answer.completeExceptionally(failure);
                });
    }

    private void took(Backlog page) {
        long now = parts.clock().millis();
        for (Delivery each : page.deliveries()) if (isReleased(each, now)) count++;
        boolean more =
                page.nextDueMillis() != Long.MAX_VALUE && !page.deliveries().isEmpty();
        if (more && count == 0) {
            furtherPages++;
            if (furtherPages > FURTHER_PAGES_MAX) {
                count = 1;
                unread.clear();
            } else {
                unread.addFirst(behind(page.deliveries()));
            }
        }
        next();
    }

    /** RFC 4865 §4: before its time it does not wait for anybody. */
    static boolean isReleased(Delivery delivery, long nowMillis) {
        return delivery.key().dueMillis() <= nowMillis
                || delivery.message().envelope().firstDue().toEpochMilli() <= nowMillis;
    }

    private static DeliveryKey behind(List<Delivery> page) {
        DeliveryKey last = page.get(page.size() - 1).key();
        return new DeliveryKey(
                last.destination(),
                last.priority(),
                last.dueMillis(),
                last.message(),
                last.part(),
                last.revision() + 1);
    }
}
