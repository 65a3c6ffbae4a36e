package posthaste.queue.rocksdb;

import static posthaste.queue.rocksdb.QueueFixture.DIRECT;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryKey;
import posthaste.queue.DotSlots;
import posthaste.queue.MessageId;
import posthaste.queue.Settlement;

/** Mail goes out: outcomes of attempts, final dots, and the questions that delivery asks. */
final class SimulatedAttempts {
    private final SimulatedQueue queue;
    private final Map<PartId, List<DotSlots.Slot>> dots = new HashMap<>();

    /** An outcome that was submitted. */
    record Settling(QueueModel.Open open, Settlement settlement, CompletionStage<Void> answer) {}

    SimulatedAttempts(SimulatedQueue queue) {
        this.queue = queue;
    }

    void settle(RandomMail mail, Random random) {
        List<QueueModel.Open> open = queue.model.open();
        if (open.isEmpty()) return;
        QueueModel.Open chosen = open.get(random.nextInt(open.size()));
        Delivery delivery = queue.delivery(chosen, mail.percent(70));
        if (mail.percent(10)) settleWithReport(chosen, delivery, mail, random);
        else tellModel(submit(chosen, delivery, mail));
        releaseDots(chosen.key(), random);
    }

    /** Submits an outcome; the model does not know of it yet. */
    Settling submit(QueueModel.Open open, Delivery delivery, RandomMail mail) {
        Settlement settlement = mail.outcome(delivery, queue.nowMillis(), List.of());
        return new Settling(open, settlement, queue.run().queue().settle(settlement, DIRECT));
    }

    void tellModel(Settling settling) {
        queue.model.settle(settling.open(), settling.settlement(), List.of()).ifPresent(queue.deliveries::expect);
        settled(settling);
    }

    private void settled(Settling settling) {
        queue.promises.written(settling.answer(), queue.model.version());
        queue.deliveries.settled(settling.open().key());
        if (QueueModel.isHeld(settling.open())) queue.tally.count("settled while held");
    }

    private void settleWithReport(QueueModel.Open chosen, Delivery delivery, RandomMail mail, Random random) {
        Settlement.Report report = mail.report(
                queue.run().queue().clock().instant(),
                "R" + random.nextLong(),
                queue.run().chunkBytes());
        Settlement settlement = mail.outcome(delivery, queue.nowMillis(), List.of(report));
        queue.answers();
        CompletionStage<Void> answer = queue.run().queue().settle(settlement, DIRECT);
        Promises.await(answer);
        reported(chosen, settlement, report);
        settled(new Settling(chosen, settlement, answer));
    }

    /** The id of a report is known once the queue tells of it. */
    private void reported(QueueModel.Open chosen, Settlement settlement, Settlement.Report report) {
        Delivery toldOf = queue.takeTold().stream()
                .filter(each -> each.message().envelope().equals(report.envelope()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing was told of the report"));
        MessageId id = toldOf.message().id();
        Optional<QueueModel.Open> next = queue.model.settle(chosen, settlement, List.of(id));
        queue.model.accept(id, report.envelope(), report.content()).forEach(queue.deliveries::expect);
        next.ifPresent(queue.deliveries::expect);
    }

    void settleAgain(RandomMail mail, Random random) {
        queue.deliveries.anySpent(random).ifPresent(delivery -> {
            Settlement settlement = mail.outcome(delivery, queue.nowMillis(), List.of());
            queue.promises.stale(queue.run().queue().settle(settlement, DIRECT), queue.model.version());
        });
    }

    void claimDot(Random random) {
        List<QueueModel.Open> open = queue.model.open();
        if (open.isEmpty()) return;
        PartId part = PartId.of(open.get(random.nextInt(open.size())).key());
        List<DotSlots.Slot> taken = dots.computeIfAbsent(part, first -> new ArrayList<>());
        int attempts = 1 + random.nextInt(2); // the next one may begin before the slot of the last is released
        for (int i = 0; i < attempts; i++) {
            taken.add(queue.run().queue().dotSlots().claim(part.message(), part.part(), "mx.example"));
        }
    }

    /** Once the outcome is written; where it is not released, a restart meets a stale slot. */
    private void releaseDots(DeliveryKey key, Random random) {
        Optional<List<DotSlots.Slot>> taken = Optional.ofNullable(dots.get(PartId.of(key)));
        if (taken.isEmpty() || random.nextInt(4) == 0) return;
        queue.answers();
        taken.get().forEach(DotSlots.Slot::release);
        dots.remove(PartId.of(key));
    }

    /** At the end of a run: the parts that are found in their final dot by the next. */
    Set<PartId> takeUnanswered() {
        Set<PartId> unanswered = new HashSet<>(dots.keySet());
        dots.clear();
        return unanswered;
    }

    /** Asks one of the questions of delivery, and keeps the copies. */
    void read(Random random) {
        queue.answers();
        int max = 1 + random.nextInt(20);
        long when = queue.nowMillis() + random.nextInt(100_000_000) - 50_000_000;
        queue.deliveries.keepCopies(
                switch (random.nextInt(4)) {
                    case 0 -> QueueChecks.backlog(queue.run(), queue.model, random, when, max);
                    case 1 -> QueueChecks.acceptedBefore(queue.run(), queue.model, random, when, max);
                    case 2 -> QueueChecks.passed(queue.run(), queue.model, random, when, max);
                    default -> QueueChecks.expired(queue.run(), queue.model, when, max);
                });
    }
}
