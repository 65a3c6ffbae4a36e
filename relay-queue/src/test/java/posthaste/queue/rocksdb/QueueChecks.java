package posthaste.queue.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.queue.rocksdb.QueueFixture.DIRECT;
import static posthaste.queue.rocksdb.QueueFixture.await;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryKey;
import posthaste.queue.MailQueue;
import posthaste.queue.MailQueue.Moment;
import posthaste.queue.MailQueue.Passed;
import posthaste.queue.MessageId;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueueEvent;

/** Compares what a queue says with what its model says. */
final class QueueChecks {
    private static final int READ_MAX = 10_000;
    private static final int EVENTS_MAX = 100_000;
    private static final int EVENTS_LAST = 100;
    private static final List<PriorityClass> CLASSES = List.of(PriorityClass.values());
    private static final List<String> DESTINATIONS = destinations();

    private QueueChecks() {}

    private static List<String> destinations() {
        List<String> all = new ArrayList<>(RandomMail.DESTINATIONS);
        all.add("app.example"); // reports go there
        all.add("nobody.example");
        return all;
    }

    // Questions with any bounds.

    static List<Delivery> backlog(QueueRun run, QueueModel model, Random random, long untilMillis, int max) {
        String destination = DESTINATIONS.get(random.nextInt(DESTINATIONS.size()));
        PriorityClass priority = CLASSES.get(random.nextInt(CLASSES.size()));
        DeliveryKey from = from(model, destination, priority, random);
        MailQueue.Backlog read = await(run.queue().backlog(destination, priority, from, untilMillis, max, DIRECT));
        List<QueueModel.Open> behind = model.backlog(destination, priority).stream()
                .filter(each -> each.key().compareTo(from) >= 0)
                .toList();
        long count = behind.stream()
                .limit(max)
                .filter(each -> each.key().dueMillis() <= untilMillis)
                .count();
        assertThat(read.deliveries()).extracting(QueueModel.Open::of).isEqualTo(behind.subList(0, (int) count));
        assertThat(read.nextDueMillis())
                .isEqualTo(count < behind.size() ? behind.get((int) count).key().dueMillis() : Long.MAX_VALUE);
        return read.deliveries();
    }

    /** The beginning, the key of a delivery, or the one behind it. */
    private static DeliveryKey from(QueueModel model, String destination, PriorityClass priority, Random random) {
        List<QueueModel.Open> all = model.backlog(destination, priority);
        if (all.isEmpty() || random.nextInt(3) == 0) {
            return new DeliveryKey(destination, priority, 0, new MessageId(0), 0, 0);
        }
        DeliveryKey key = all.get(random.nextInt(all.size())).key();
        int revision = key.revision() + random.nextInt(2);
        return new DeliveryKey(destination, priority, key.dueMillis(), key.message(), key.part(), revision);
    }

    static List<Delivery> acceptedBefore(QueueRun run, QueueModel model, Random random, long beforeMillis, int max) {
        List<MessageId> ids = model.ids();
        MessageId after =
                ids.isEmpty() || random.nextBoolean() ? new MessageId(0) : ids.get(random.nextInt(ids.size()));
        MailQueue.Aged aged = await(run.queue().acceptedBefore(beforeMillis, after, max, DIRECT));
        List<QueueModel.Mail> all = model.begunBefore(beforeMillis, after);
        List<QueueModel.Mail> page = all.stream().limit(max).toList();
        assertThat(aged.deliveries())
                .extracting(QueueModel.Open::of)
                .isEqualTo(open(page.stream()
                        .filter(mail -> QueueModel.hasDefaultLifetime(mail) && !QueueModel.isReleasedLater(mail))
                        .toList()));
        assertThat(aged.more()).isEqualTo(all.size() > max);
        assertThat(aged.cursor()).isEqualTo(page.isEmpty() ? after : page.get(page.size() - 1).id);
        return aged.deliveries();
    }

    static List<Delivery> expired(QueueRun run, QueueModel model, long nowMillis, int max) {
        List<Delivery> read = await(run.queue().expired(nowMillis, max, DIRECT));
        List<QueueModel.Mail> ended =
                model.endedBy(nowMillis).stream().limit(max).toList();
        assertThat(read).extracting(QueueModel.Open::of).isEqualTo(open(ended));
        return read;
    }

    static List<Delivery> passed(QueueRun run, QueueModel model, Random random, long untilMillis, int max) {
        Moment moment = random.nextBoolean() ? Moment.RELEASE : Moment.NOTICE;
        List<QueueModel.Mail> any = model.passed(moment, Passed.Cursor.START, Long.MAX_VALUE);
        Passed.Cursor after = any.isEmpty() || random.nextBoolean()
                ? Passed.Cursor.START
                : QueueModel.cursor(any.get(random.nextInt(any.size())), moment);
        Passed read = await(run.queue().passed(moment, after, untilMillis, max, DIRECT));
        List<QueueModel.Mail> all = model.passed(moment, after, untilMillis);
        List<QueueModel.Mail> page = all.stream().limit(max).toList();
        assertThat(read.deliveries()).extracting(QueueModel.Open::of).isEqualTo(open(page));
        assertThat(read.more()).isEqualTo(all.size() > max);
        assertThat(read.cursor())
                .isEqualTo(page.isEmpty() ? after : QueueModel.cursor(page.get(page.size() - 1), moment));
        return read.deliveries();
    }

    private static List<QueueModel.Open> open(List<QueueModel.Mail> mails) {
        return mails.stream()
                .flatMap(mail -> mail.open().stream())
                .filter(each -> !QueueModel.isHeld(each))
                .toList();
    }

    // Everything.

    /**
     * @param trimmed whether events were trimmed: then some of finished mail may be missing
     * @param noneIncoming whether no message is being received
     */
    static void everything(QueueRun run, QueueModel model, boolean trimmed, boolean noneIncoming) {
        assertThat(run.queue().status().messages()).isEqualTo(model.mails().size());
        assertThat(run.queue().refusal()).isEmpty();
        for (String destination : DESTINATIONS) {
            for (PriorityClass priority : CLASSES) wholeBacklog(run, model, destination, priority);
        }
        histories(run, model, trimmed);
        eventLog(run, model, trimmed);
        if (!trimmed)
            assertThat(run.entries(Family.TRACE))
                    .as("trace")
                    .isEqualTo(model.events().size());
        if (noneIncoming) {
            entries(run, model);
            assertThat(run.queue().status().bodyBytesInMemory()).isZero();
        }
    }

    private static void wholeBacklog(QueueRun run, QueueModel model, String destination, PriorityClass priority) {
        DeliveryKey first = new DeliveryKey(destination, priority, 0, new MessageId(0), 0, 0);
        List<Delivery> read = run.backlog(first, Long.MAX_VALUE, READ_MAX);
        assertThat(read).extracting(QueueModel.Open::of).isEqualTo(model.backlog(destination, priority));
        for (Delivery each : read) {
            QueueModel.Mail mail = model.mail(each.key().message());
            assertThat(mail.describedBy(each.message()))
                    .as("%s", each.message())
                    .isTrue();
            assertThat(QueueFixture.contentOf(each)).isEqualTo(mail.content);
        }
    }

    /** Of what is queued, and of what something happened to last. */
    private static void histories(QueueRun run, QueueModel model, boolean trimmed) {
        Map<MessageId, List<QueueModel.Happened>> histories = new HashMap<>();
        for (QueueModel.Happened each : model.events()) {
            histories
                    .computeIfAbsent(each.message(), first -> new ArrayList<>())
                    .add(each);
        }
        int all = model.events().size();
        Set<MessageId> last = new HashSet<>();
        model.events().subList(Math.max(0, all - EVENTS_LAST), all).forEach(each -> last.add(each.message()));
        histories.forEach((id, history) -> {
            if (!model.isQueued(id) && !last.contains(id)) return;
            List<QueueEvent> read = await(run.queue().events().of(id, READ_MAX, DIRECT));
            boolean whole = !trimmed || model.isQueued(id);
            List<QueueModel.Happened> expected =
                    whole ? history : history.subList(Math.max(0, history.size() - read.size()), history.size());
            assertThat(read).extracting(QueueModel.Happened::of).isEqualTo(expected);
        });
    }

    /** What is synced is there without a gap, in order; but for what was trimmed, which nobody may need. */
    private static void eventLog(QueueRun run, QueueModel model, boolean trimmed) {
        List<QueueEvent> read = await(run.queue().events().after(0, EVENTS_MAX, DIRECT));
        if (read.isEmpty()) return;
        int from = (int) read.get(0).sequence() - 1;
        if (!trimmed) assertThat(from).isZero();
        assertThat(from + 1L).isLessThanOrEqualTo(model.oldestNeeded());
        for (int i = 0; i < read.size(); i++) assertThat(read.get(i).sequence()).isEqualTo(from + i + 1L);
        assertThat(read)
                .extracting(QueueModel.Happened::of)
                .isEqualTo(model.events().subList(from, from + read.size()));
    }

    /** Nothing is on disk but what the states of the queued messages ask for (docs/queue.md). */
    private static void entries(QueueRun run, QueueModel model) {
        List<QueueModel.Open> open = model.open();
        assertThat(run.entries(Family.RECEIVING)).as("receiving").isZero();
        assertThat(run.entries(Family.MESSAGE))
                .as("message")
                .isEqualTo(model.mails().size());
        assertThat(run.entries(Family.DELIVERY)).as("delivery").isEqualTo(open.size());
        assertThat(run.entries(Family.PART))
                .as("part")
                .isEqualTo(
                        open.stream().filter(each -> each.key().revision() > 0).count());
        assertThat(run.entries(Family.DONE))
                .as("done")
                .isEqualTo(
                        model.mails().stream().mapToLong(QueueModel.Mail::done).sum());
        assertThat(run.entries(Family.DEADLINE))
                .as("deadline")
                .isEqualTo(
                        model.mails().stream().mapToLong(QueueModel::deadlines).sum());
        assertThat(run.entries(Family.BODY)).as("body").isEqualTo(run.chunks());
    }
}
