package posthaste.queue.rocksdb;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryKey;
import posthaste.queue.Envelope;
import posthaste.queue.MailQueue.Moment;
import posthaste.queue.MailQueue.Passed;
import posthaste.queue.MessageId;
import posthaste.queue.Notices;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueueEvent;
import posthaste.queue.QueuedMessage;
import posthaste.queue.Recipient;
import posthaste.queue.Settlement;
import posthaste.smtp.DeliverBy;
import posthaste.smtp.Reply;

/** What a queue has to hold, in memory: the plainest thing that keeps the same promises. Owned by one thread. */
final class QueueModel {
    private TreeMap<MessageId, Mail> queued = new TreeMap<>();
    /** Event {@code i} has sequence {@code i + 1}. */
    private final List<Happened> events = new ArrayList<>();

    /** A state to go back to. */
    record Version(TreeMap<MessageId, Mail> queued, int events) {}

    /** An event without its time, which the model does not know. */
    record Happened(
            MessageId message,
            QueueEvent.Kind kind,
            String recipient,
            String destination,
            int attempts,
            String host,
            String detail,
            long nextDueMillis) {

        static Happened of(QueueEvent event) {
            return new Happened(
                    event.message(),
                    event.kind(),
                    event.recipient(),
                    event.destination(),
                    event.attempts(),
                    event.host(),
                    event.detail(),
                    event.nextDueMillis());
        }
    }

    /** A part of a message that is still open: all that a delivery says, but for its body. */
    record Open(
            DeliveryKey key,
            List<Recipient> recipients,
            int attempts,
            Notices told,
            Optional<Reply> lastReply,
            String lastHost) {

        static Open of(Delivery delivery) {
            return new Open(
                    delivery.key(),
                    delivery.recipients(),
                    delivery.attempts(),
                    delivery.told(),
                    delivery.lastReply(),
                    delivery.lastHost());
        }
    }

    /** A queued message; a part that is done is empty. */
    static final class Mail {
        final Envelope envelope;
        final byte[] content;
        final MessageId id;
        private final List<Optional<Open>> parts;

        private Mail(MessageId id, Envelope envelope, byte[] content, List<Optional<Open>> parts) {
            this.id = id;
            this.envelope = envelope;
            this.content = content;
            this.parts = parts;
        }

        private Mail with(int part, Optional<Open> now) {
            List<Optional<Open>> changed = new ArrayList<>(parts);
            changed.set(part, now);
            return new Mail(id, envelope, content, changed);
        }

        List<Open> open() {
            return parts.stream().flatMap(Optional::stream).toList();
        }

        int done() {
            return parts.size() - open().size();
        }

        boolean describedBy(QueuedMessage message) {
            return message.id().equals(id)
                    && message.envelope().equals(envelope)
                    && message.bodyBytes() == content.length;
        }
    }

    private record Common(String destination, boolean held) {}

    // Changes.

    /** Returns its open parts, in their order. */
    List<Open> accept(MessageId id, Envelope envelope, byte[] content) {
        Map<Common, List<Recipient>> groups = new LinkedHashMap<>();
        for (Recipient each : envelope.recipients()) {
            var common = new Common(each.mailbox().destination(), each.held());
            groups.computeIfAbsent(common, first -> new ArrayList<>()).add(each);
        }
        List<Optional<Open>> parts = new ArrayList<>();
        groups.forEach((common, recipients) -> {
            PriorityClass priority = common.held() ? PriorityClass.HELD : envelope.priority();
            long due = envelope.firstDue().toEpochMilli();
            var key = new DeliveryKey(common.destination(), priority, due, id, parts.size(), 0);
            parts.add(Optional.of(new Open(key, List.copyOf(recipients), 0, Notices.NONE, Optional.empty(), "")));
        });
        Mail mail = new Mail(id, envelope, Arrays.copyOf(content, content.length), parts);
        queued.put(id, mail);
        String sender = envelope.reversePath().mailbox().map(Object::toString).orElse("");
        String client = envelope.source().address();
        events.add(new Happened(id, QueueEvent.Kind.ACCEPTED, sender, "", 0, client, "", 0));
        return mail.open();
    }

    /** Reports are accepted afterwards, by {@link #accept}. Returns the next revision where recipients stay open. */
    Optional<Open> settle(Open open, Settlement settlement, List<MessageId> reports) {
        DeliveryKey key = open.key();
        int attempts = settlement.deferral().map(Settlement.Deferral::attempts).orElse(open.attempts() + 1);
        for (Settlement.Finished end : settlement.finished()) {
            String recipient = end.recipient().mailbox().toString();
            happened(key, end.kind(), recipient, attempts, end.host(), end.reply(), 0);
        }
        Optional<Open> next = settlement.deferral().map(deferral -> next(key, deferral));
        settlement.deferral().ifPresent(each -> {
            String only = each.recipients().size() > 1
                    ? ""
                    : each.recipients().get(0).mailbox().toString();
            String reply = each.lastReply().oneLine();
            happened(key, each.kind(), only, attempts, each.lastHost(), reply, each.dueMillis());
        });
        for (MessageId report : reports) {
            happened(key, QueueEvent.Kind.REPORTED, "", attempts, "", "report " + report, 0);
        }
        Mail mail = mail(key.message()).with(key.part(), next);
        if (mail.open().isEmpty()) queued.remove(key.message());
        else queued.put(key.message(), mail);
        return next;
    }

    private static Open next(DeliveryKey key, Settlement.Deferral deferral) {
        return new Open(
                new DeliveryKey(
                        key.destination(),
                        key.priority(),
                        deferral.dueMillis(),
                        key.message(),
                        key.part(),
                        key.revision() + 1),
                deferral.recipients(),
                deferral.attempts(),
                deferral.told(),
                Optional.of(deferral.lastReply()),
                deferral.lastHost());
    }

    private void happened(
            DeliveryKey key,
            QueueEvent.Kind kind,
            String recipient,
            int attempts,
            String host,
            String detail,
            long due) {
        events.add(new Happened(key.message(), kind, recipient, key.destination(), attempts, host, detail, due));
    }

    /** Its due time moved with the wall clock: a revision of which no event tells. */
    void move(Open open, DeliveryKey moved) {
        DeliveryKey key = open.key();
        var expected = new DeliveryKey(
                key.destination(), key.priority(), moved.dueMillis(), key.message(), key.part(), key.revision() + 1);
        Open next =
                new Open(expected, open.recipients(), open.attempts(), open.told(), open.lastReply(), open.lastHost());
        queued.put(key.message(), mail(key.message()).with(key.part(), Optional.of(next)));
    }

    Version version() {
        return new Version(new TreeMap<>(queued), events.size());
    }

    void goBackTo(Version version) {
        queued = new TreeMap<>(version.queued());
        events.subList(version.events(), events.size()).clear();
    }

    // Questions.

    Collection<Mail> mails() {
        return queued.values();
    }

    List<MessageId> ids() {
        return List.copyOf(queued.keySet());
    }

    boolean isQueued(MessageId id) {
        return queued.containsKey(id);
    }

    Mail mail(MessageId id) {
        return Optional.ofNullable(queued.get(id)).orElseThrow();
    }

    /** Every open part, in the order of its message and part. */
    List<Open> open() {
        return queued.values().stream().flatMap(mail -> mail.open().stream()).toList();
    }

    Optional<Open> open(MessageId id, int part) {
        return Optional.ofNullable(queued.get(id)).flatMap(mail -> mail.parts.get(part));
    }

    /** The backlog of one class of a destination, in key order. */
    List<Open> backlog(String destination, PriorityClass priority) {
        return open().stream()
                .filter(each -> each.key().destination().equals(destination))
                .filter(each -> each.key().priority() == priority)
                .sorted(Comparator.comparing(Open::key))
                .toList();
    }

    /** Messages behind {@code after} that were begun before that time, in the order of their ids. */
    List<Mail> begunBefore(long beforeMillis, MessageId after) {
        MessageId until = MessageId.floorOf(Math.max(0, beforeMillis));
        if (until.compareTo(after) <= 0) return List.of();
        return List.copyOf(queued.subMap(after, false, until, false).values());
    }

    /** Messages whose own lifetime has ended then, the earliest end first. */
    List<Mail> endedBy(long nowMillis) {
        return queued.values().stream()
                .filter(mail -> endMillis(mail).isPresent())
                .filter(mail -> expiryMillis(mail) <= nowMillis)
                .sorted(Comparator.comparingLong(QueueModel::expiryMillis).thenComparing(mail -> mail.id))
                .toList();
    }

    private static long expiryMillis(Mail mail) {
        return endMillis(mail).orElseThrow();
    }

    /** Its own end, or its deadline if it has to come back then; whichever is earlier. */
    private static OptionalLong endMillis(Mail mail) {
        LongStream.Builder ends = LongStream.builder();
        mail.envelope.expiresAt().ifPresent(end -> ends.add(end.toEpochMilli()));
        mail.envelope
                .requests()
                .deadline()
                .filter(by -> by.mode() == DeliverBy.Mode.RETURN)
                .ifPresent(by -> ends.add(by.at().toEpochMilli()));
        return ends.build().min();
    }

    /** The lifetime is the default one. */
    static boolean hasDefaultLifetime(Mail mail) {
        return mail.envelope.expiresAt().isEmpty();
    }

    static boolean isReleasedLater(Mail mail) {
        return mail.envelope.firstDue().compareTo(mail.envelope.receivedAt()) > 0;
    }

    private static OptionalLong momentMillis(Mail mail, Moment moment) {
        Envelope envelope = mail.envelope;
        if (moment == Moment.RELEASE) {
            boolean has = hasDefaultLifetime(mail) && isReleasedLater(mail);
            return has ? OptionalLong.of(envelope.firstDue().toEpochMilli()) : OptionalLong.empty();
        }
        return envelope.requests().deadline().stream()
                .filter(by -> by.mode() == DeliverBy.Mode.NOTIFY)
                .mapToLong(by ->
                        Math.max(by.at().toEpochMilli(), envelope.receivedAt().toEpochMilli()))
                .findFirst();
    }

    /** Messages whose moment came then, behind the cursor, the earliest first. */
    List<Mail> passed(Moment moment, Passed.Cursor after, long untilMillis) {
        Comparator<Passed.Cursor> order =
                Comparator.comparingLong(Passed.Cursor::atMillis).thenComparing(Passed.Cursor::message);
        return queued.values().stream()
                .filter(mail -> momentMillis(mail, moment).isPresent())
                .filter(mail -> cursor(mail, moment).atMillis() <= untilMillis)
                .filter(mail -> order.compare(cursor(mail, moment), after) > 0)
                .sorted(Comparator.comparing(mail -> cursor(mail, moment), order))
                .toList();
    }

    static Passed.Cursor cursor(Mail mail, Moment moment) {
        return new Passed.Cursor(momentMillis(mail, moment).orElseThrow(), mail.id);
    }

    /** How many entries of {@code deadline} a message has. */
    static long deadlines(Mail mail) {
        return Stream.of(endMillis(mail), momentMillis(mail, Moment.RELEASE), momentMillis(mail, Moment.NOTICE))
                .filter(OptionalLong::isPresent)
                .count();
    }

    /** Whether it waits for a time that the client named: no clock moves that. */
    boolean waitsForATime(Open open) {
        Optional<String> request =
                mail(open.key().message()).envelope.requests().futureRelease();
        boolean untouched = open.attempts() == 0
                && open.told().equals(Notices.NONE)
                && open.lastReply().isEmpty();
        return untouched && request.filter(each -> each.startsWith("until;")).isPresent();
    }

    static boolean isHeld(Open open) {
        return open.key().priority() == PriorityClass.HELD;
    }

    List<Happened> events() {
        return events;
    }

    /** Sequence of the first event of a message that is queued; behind all events when there is none. */
    long oldestNeeded() {
        for (int i = 0; i < events.size(); i++)
            if (queued.containsKey(events.get(i).message())) return i + 1L;
        return events.size() + 1L;
    }
}
