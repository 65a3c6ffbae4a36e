package posthaste.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import posthaste.delivery.dsn.FailedRecipient;
import posthaste.queue.Delivery;
import posthaste.queue.Envelope;
import posthaste.queue.Notices;
import posthaste.queue.QueueEvent;
import posthaste.queue.Recipient;
import posthaste.queue.Settlement;
import posthaste.queue.Settlement.Deferral;
import posthaste.queue.Settlement.Finished;
import posthaste.smtp.EnhancedStatus;
import posthaste.smtp.Reply;

/**
 * From the outcomes of an attempt to what is written: who is done, who waits and until when, who is told. Decides by
 * the clock it is given; writes nothing.
 *
 * @param finished recipients that need no further attempt
 * @param deferral those that do
 * @param failed those the sender is told of
 * @param relayed those whose delivery the sender is told of
 * @param noticeDue whether the sender is to be told of the delay
 */
record Settling(
        List<Finished> finished,
        Optional<Deferral> deferral,
        List<FailedRecipient> failed,
        List<FailedRecipient> relayed,
        boolean noticeDue) {
    private static final EnhancedStatus EXPIRED = new EnhancedStatus(5, 4, 7);

    /** How long mail is kept and when it is tried again. */
    record Rules(RetryConfig retry, RetrySchedule schedule) {

        /** When a message is given up. */
        long expiresAtMillis(Envelope envelope) {
            long end = envelope.endsAt().map(Instant::toEpochMilli).orElse(Long.MAX_VALUE);
            if (envelope.expiresAt().isPresent()) return end;
            Duration lifetime = envelope.reversePath().isNull() ? retry.expireBounce() : retry.expire();
            return Math.min(end, envelope.firstDue().plus(lifetime).toEpochMilli());
        }

        /** When the sender is told that a message waits. */
        long noticeAtMillis(Envelope envelope) {
            return envelope.firstDue().plus(retry.delayNotice()).toEpochMilli();
        }
    }

    /**
     * What an attempt comes to.
     *
     * @param notBeforeMillis the next attempt of recipients that no host has judged
     */
    static Settling of(Attempt attempt, Rules rules, long nowMillis, long notBeforeMillis) {
        var settling = new Builder(attempt.delivery(), rules, nowMillis);
        settling.outcomes(attempt.outcomes());
        return attempt.isOpen() ? settling.goingOn(attempt) : settling.waiting(notBeforeMillis);
    }

    /** What is written of recipients that were all delivered. */
    static List<Finished> delivered(List<RecipientOutcome> outcomes) {
        if (outcomes.size() == 1) return List.of(finished(outcomes.get(0)));
        return outcomes.stream().map(Settling::finished).toList();
    }

    private static Finished finished(RecipientOutcome delivered) {
        return new Finished(
                delivered.recipient(),
                QueueEvent.Kind.DELIVERED,
                delivered.reply().oneLine(),
                delivered.host());
    }

    /** A delivery whose time is over, as it stands in the queue. */
    static Settling expired(Delivery delivery, Rules rules, long nowMillis, Reply why) {
        var settling = new Builder(delivery, rules, nowMillis);
        for (Recipient recipient : delivery.recipients()) settling.expire(recipient, why, delivery.lastHost());
        return settling.waiting(nowMillis);
    }

    /** A delivery that stays as it is, and whose sender is told so. */
    static Settling delayed(Delivery delivery, Notices notice, Reply why) {
        var unchanged = new Deferral(
                delivery.recipients(),
                delivery.key().dueMillis(),
                delivery.attempts(),
                delivery.told().and(notice),
                why,
                delivery.lastHost(),
                QueueEvent.Kind.DELAYED);
        return new Settling(List.of(), Optional.of(unchanged), List.of(), List.of(), true);
    }

    /** The recipients that wait, for a notice of the delay. */
    List<FailedRecipient> waiting() {
        var waiting = new ArrayList<FailedRecipient>();
        deferral.ifPresent(open -> {
            EnhancedStatus status = open.lastReply().status().orElse(new EnhancedStatus(4, 4, 7));
            for (Recipient each : open.recipients()) {
                waiting.add(new FailedRecipient(each, status, open.lastReply(), open.lastHost()));
            }
        });
        return waiting;
    }

    Settlement settlement(Delivery delivery, List<Settlement.Report> reports) {
        return new Settlement(delivery, finished, deferral, reports);
    }

    private static final class Builder {
        private final Delivery delivery;
        private final Rules rules;
        private final long nowMillis;
        private final long expiresAtMillis;
        private final List<Finished> finished = new ArrayList<>();
        private final List<FailedRecipient> failed = new ArrayList<>();
        private final List<FailedRecipient> relayed = new ArrayList<>(0);
        private final List<RecipientOutcome> waiting = new ArrayList<>(0);

        Builder(Delivery delivery, Rules rules, long nowMillis) {
            this.delivery = delivery;
            this.rules = rules;
            this.nowMillis = nowMillis;
            expiresAtMillis = rules.expiresAtMillis(delivery.message().envelope());
        }

        void outcomes(List<RecipientOutcome> outcomes) {
            for (RecipientOutcome each : outcomes) {
                switch (each.kind()) {
                    case DELIVERED -> finished.add(Settling.finished(each));
                    case RELAYED -> relay(each);
                    case BOUNCED -> bounce(each);
                    case DEFERRED, AMBIGUOUS, POSTPONED -> {
                        if (nowMillis >= expiresAtMillis) expire(each.recipient(), each.reply(), each.host());
                        else waiting.add(each);
                    }
                }
            }
        }

        private void relay(RecipientOutcome each) {
            finished.add(Settling.finished(each));
            relayed.add(new FailedRecipient(each.recipient(), each.status(), each.reply(), each.host()));
        }

        private void bounce(RecipientOutcome each) {
            finished.add(new Finished(
                    each.recipient(), QueueEvent.Kind.BOUNCED, each.reply().oneLine(), each.host()));
            failed.add(new FailedRecipient(each.recipient(), each.status(), each.reply(), each.host()));
        }

        void expire(Recipient recipient, Reply why, String host) {
            finished.add(new Finished(
                    recipient,
                    QueueEvent.Kind.EXPIRED,
                    "its time is over; the last answer was: " + why.oneLine(),
                    host));
            failed.add(new FailedRecipient(recipient, EXPIRED, why, host));
        }

        /** Some recipients are done with, and the others are tried on at once. */
        Settling goingOn(Attempt attempt) {
            var open = new ArrayList<>(attempt.open());
            boolean ambiguous = false;
            for (RecipientOutcome each : waiting) {
                open.add(each.recipient());
                ambiguous |= each.kind() == RecipientOutcome.Kind.AMBIGUOUS;
            }
            Deferral deferral = new Deferral(
                    inOrder(open),
                    nowMillis,
                    delivery.attempts(),
                    delivery.told(),
                    attempt.lastReply(),
                    attempt.lastHost(),
                    ambiguous ? QueueEvent.Kind.AMBIGUOUS : QueueEvent.Kind.DEFERRED);
            return new Settling(finished, Optional.of(deferral), failed, relayed, false);
        }

        /** Every recipient has its outcome. The record is due with the earliest of those that wait. */
        Settling waiting(long notBeforeMillis) {
            if (waiting.isEmpty()) return new Settling(finished, Optional.empty(), failed, relayed, false);
            RecipientOutcome telling = waiting.get(0);
            boolean charged = false;
            long dueMillis = Long.MAX_VALUE;
            boolean ambiguous = false;
            for (RecipientOutcome each : waiting) {
                charged |= each.kind() != RecipientOutcome.Kind.POSTPONED;
                ambiguous |= each.kind() == RecipientOutcome.Kind.AMBIGUOUS;
                if (each.kind().compareTo(telling.kind()) < 0) telling = each;
            }
            int attempts = delivery.attempts() + (charged ? 1 : 0);
            // One record has one due time; after a lost reply nobody of it is tried earlier.
            if (ambiguous) dueMillis = nowMillis + rules.schedule().ambiguousDelayMillis();
            else if (charged) dueMillis = nowMillis + rules.schedule().delayMillis(attempts);
            else dueMillis = Math.max(nowMillis + 1, notBeforeMillis);
            var open = new ArrayList<Recipient>();
            for (RecipientOutcome each : waiting) open.add(each.recipient());
            Notices due = new Notices(isNoticeDue(), isDeadlineNoticeDue());
            Deferral deferral = new Deferral(
                    inOrder(open),
                    Math.min(dueMillis, expiresAtMillis),
                    attempts,
                    delivery.told().and(due),
                    telling.reply(),
                    telling.host(),
                    ambiguous ? QueueEvent.Kind.AMBIGUOUS : QueueEvent.Kind.DEFERRED);
            return new Settling(finished, Optional.of(deferral), failed, relayed, !due.equals(Notices.NONE));
        }

        private boolean isNoticeDue() {
            Envelope envelope = delivery.message().envelope();
            long noticeAtMillis = rules.noticeAtMillis(envelope);
            return !delivery.told().delay()
                    && !envelope.reversePath().isNull()
                    && nowMillis >= noticeAtMillis
                    && noticeAtMillis < expiresAtMillis;
        }

        private boolean isDeadlineNoticeDue() {
            Envelope envelope = delivery.message().envelope();
            return !delivery.told().deadline()
                    && !envelope.reversePath().isNull()
                    && envelope.noticeAt()
                            .filter(at -> at.toEpochMilli() <= nowMillis)
                            .isPresent();
        }

        /** As the delivery has them. */
        private List<Recipient> inOrder(List<Recipient> open) {
            if (open.size() == delivery.recipients().size()) return delivery.recipients();
            var left = new ArrayList<>(open);
            return delivery.recipients().stream().filter(left::remove).toList();
        }
    }
}
