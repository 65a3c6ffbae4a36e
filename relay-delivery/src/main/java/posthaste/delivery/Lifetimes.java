package posthaste.delivery;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.queue.Delivery;
import posthaste.queue.MailQueue.Aged;
import posthaste.queue.MailQueue.Moment;
import posthaste.queue.MailQueue.Passed;
import posthaste.queue.MessageId;
import posthaste.queue.QueueException;

/**
 * Ends messages whose time is over, and has senders told of those that wait for long or are late, wherever the mail is: with
 * a dead destination too. Asks the queue in turn: for ends of their own by their time; for default lifetimes and delays
 * behind a cursor over the messages in the order of their acceptance, or of their release where that comes later; for
 * deadlines of which a sender wants to hear. Lives on one event loop.
 */
final class Lifetimes {
    private static final Logger LOG = LoggerFactory.getLogger(Lifetimes.class);
    /** Messages of one question: what is found is under way before the next is asked. */
    private static final int MESSAGES_MAX = 500;
    /** How exact ends and notices are: a share of the shortest of these times, within bounds. */
    private static final int SHARE = 20;

    private static final long PERIOD_MILLIS_MIN = 100;
    private static final long PERIOD_MILLIS_MAX = 30_000;
    /** A message may be found so much behind its moment: it was accepted with a deadline of before, and took a while. */
    private static final long LATE_MILLIS_MAX = 120_000;

    private final EngineLoop loop;
    private final EngineParts parts;
    private final List<Question> questions;
    private final long periodMillis;
    private boolean more;

    /** One of the questions to the queue. */
    private interface Question {
        void ask(long nowMillis, Runnable then);
    }

    Lifetimes(EngineLoop loop) {
        this.loop = loop;
        parts = loop.parts();
        RetryConfig retry = parts.config().retry();
        questions = List.of(
                this::ends,
                new Accepted(retry.expire(), Destination::expire),
                new Accepted(retry.delayNotice(), Destination::tellDelay),
                new Timed(Moment.RELEASE, retry.expire(), Destination::expire),
                new Timed(Moment.RELEASE, retry.delayNotice(), Destination::tellDelay),
                new Timed(Moment.NOTICE, Duration.ZERO, Destination::tellDeadline));
        long shortest = Math.min(
                Math.min(retry.expire().toMillis(), retry.expireBounce().toMillis()),
                retry.delayNotice().toMillis());
        periodMillis = Math.max(PERIOD_MILLIS_MIN, Math.min(PERIOD_MILLIS_MAX, shortest / SHARE));
    }

    void start() {
        loop.later(Duration.ofMillis(periodMillis), this::look);
    }

    private void look() {
        if (parts.draining().get()) return;
        more = false;
        ask(questions.iterator(), parts.clock().millis());
    }

    private void ask(Iterator<Question> left, long now) {
        if (left.hasNext()) left.next().ask(now, () -> ask(left, now));
        else loop.later(Duration.ofMillis(more ? PERIOD_MILLIS_MIN : periodMillis), this::look);
    }

    private void ends(long now, Runnable then) {
        take(parts.queue().expired(now, MESSAGES_MAX, loop), then, deliveries -> {
            more |= deliveries.size() >= MESSAGES_MAX;
            tell(deliveries, Destination::expire);
        });
    }

    /** Messages of a certain age. */
    private final class Accepted implements Question {
        private final Duration age;
        private final BiConsumer<Destination, Delivery> found;
        /** How far they were looked through. */
        private MessageId cursor = new MessageId(0);

        Accepted(Duration age, BiConsumer<Destination, Delivery> found) {
            this.age = age;
            this.found = found;
        }

        @Override
        public void ask(long now, Runnable then) {
            long before = now - age.toMillis();
            take(parts.queue().acceptedBefore(before, cursor, MESSAGES_MAX, loop), then, this::took);
        }

        private void took(Aged aged) {
            cursor = aged.cursor();
            more |= aged.more();
            tell(aged.deliveries(), found);
        }
    }

    /** Messages some time after a moment of theirs. */
    private final class Timed implements Question {
        private final Moment moment;
        private final Duration later;
        private final BiConsumer<Destination, Delivery> found;
        private Passed.Cursor cursor = Passed.Cursor.START;

        Timed(Moment moment, Duration later, BiConsumer<Destination, Delivery> found) {
            this.moment = moment;
            this.later = later;
            this.found = found;
        }

        @Override
        public void ask(long now, Runnable then) {
            long until = now - later.toMillis();
            take(parts.queue().passed(moment, cursor, until, MESSAGES_MAX, loop), then, page -> took(page, until));
        }

        /** Those of the last minutes are looked at again: one may have been written behind the cursor meanwhile. */
        private void took(Passed page, long until) {
            cursor = page.cursor();
            more |= page.more();
            long again = Math.max(0, until - LATE_MILLIS_MAX);
            if (!page.more() && cursor.atMillis() > again) cursor = new Passed.Cursor(again, new MessageId(0));
            tell(page.deliveries(), found);
        }
    }

    private <T> void take(CompletionStage<T> asked, Runnable then, Consumer<T> took) {
        loop.when(asked, (page, failure) -> {
            if (failure == null) {
                took.accept(page);
                then.run();
            } else if (!(failure instanceof QueueException.Closed)) {
                LOG.error("cannot look for messages whose time is over: {}; trying again", failure.toString());
                loop.later(Duration.ofMillis(periodMillis), this::look);
            }
        });
    }

    private void tell(List<Delivery> deliveries, BiConsumer<Destination, Delivery> found) {
        for (Delivery each : deliveries) {
            String name = each.key().destination();
            EngineLoop owner = EngineLoop.ownerOf(name, loop.loops());
            owner.execute(() -> found.accept(owner.destination(name), each));
        }
    }
}
