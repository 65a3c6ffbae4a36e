package posthaste.delivery;

import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.queue.Delivery;
import posthaste.queue.MailQueue.Aged;
import posthaste.queue.MessageId;
import posthaste.queue.QueueException;

/**
 * Ends messages whose time is over, and has senders told of those that wait for long, wherever the mail is: with a dead
 * destination too. Three questions to the queue, asked in turn: default lifetimes and delays behind a cursor over the
 * messages in the order of their acceptance, other lifetimes by their deadlines. Lives on one event loop.
 */
final class Lifetimes {
    private static final Logger LOG = LoggerFactory.getLogger(Lifetimes.class);
    /** Messages of one question: what is found is under way before the next is asked. */
    private static final int MESSAGES_MAX = 500;
    /** How exact ends and notices are: a share of the shortest of these times, within bounds. */
    private static final int SHARE = 20;

    private static final long PERIOD_MILLIS_MIN = 100;
    private static final long PERIOD_MILLIS_MAX = 30_000;

    private final EngineLoop loop;
    private final EngineParts parts;
    private final Cursor expiry;
    private final Cursor notices;
    private final long periodMillis;

    private enum Found {
        EXPIRED,
        DELAYED
    }

    /** How far the messages were looked through. */
    private static final class Cursor {
        private final Found found;
        private final Duration age;
        private MessageId at = new MessageId(0);

        Cursor(Found found, Duration age) {
            this.found = found;
            this.age = age;
        }
    }

    Lifetimes(EngineLoop loop) {
        this.loop = loop;
        parts = loop.parts();
        RetryConfig retry = parts.config().retry();
        expiry = new Cursor(Found.EXPIRED, retry.expire());
        notices = new Cursor(Found.DELAYED, retry.delayNotice());
        long shortest = Math.min(
                Math.min(retry.expire().toMillis(), retry.expireBounce().toMillis()),
                retry.delayNotice().toMillis());
        periodMillis = Math.max(PERIOD_MILLIS_MIN, Math.min(PERIOD_MILLIS_MAX, shortest / SHARE));
    }

    void start() {
        loop.later(Duration.ofMillis(periodMillis), this::deadlines);
    }

    private void again(boolean more) {
        loop.later(Duration.ofMillis(more ? PERIOD_MILLIS_MIN : periodMillis), this::deadlines);
    }

    private void deadlines() {
        if (parts.draining().get()) return;
        long now = parts.clock().millis();
        loop.when(parts.queue().expired(now, MESSAGES_MAX, loop), (deliveries, failure) -> {
            if (failed(failure)) return;
            tell(deliveries, Found.EXPIRED);
            walk(expiry, now, deliveries.size() == MESSAGES_MAX);
        });
    }

    private void walk(Cursor cursor, long now, boolean moreBefore) {
        long before = now - cursor.age.toMillis();
        loop.when(parts.queue().acceptedBefore(before, cursor.at, MESSAGES_MAX, loop), (aged, failure) -> {
            if (failed(failure)) return;
            took(cursor, aged);
            boolean more = moreBefore || aged.more();
            if (cursor == expiry) walk(notices, now, more);
            else again(more);
        });
    }

    private void took(Cursor cursor, Aged aged) {
        cursor.at = aged.cursor();
        tell(aged.deliveries(), cursor.found);
    }

    private boolean failed(@org.jspecify.annotations.Nullable Throwable failure) {
        if (failure == null) return false;
        if (failure instanceof QueueException.Closed) return true;
        LOG.error("cannot look for messages whose time is over: {}; trying again", failure.toString());
        again(false);
        return true;
    }

    private void tell(List<Delivery> deliveries, Found found) {
        for (Delivery each : deliveries) {
            String name = each.key().destination();
            EngineLoop owner = EngineLoop.ownerOf(name, loop.loops());
            owner.execute(() -> {
                Destination destination = owner.destination(name);
                if (found == Found.EXPIRED) destination.expire(each);
                else destination.tellDelay(each);
            });
        }
    }
}
