package posthaste.queue.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import posthaste.queue.Delivery;
import posthaste.queue.QueueEvent;
import posthaste.queue.Settlement;

/**
 * Drives a queue through a history and a {@link QueueModel} beside it. Changes are submitted without waiting, so that
 * groups form; {@link SimulatedQueue#answers} waits for them. A crash goes on with a copy of the directory, taken while
 * changes may be under way: then what was answered must be there, and of the rest a beginning.
 */
final class QueueSimulation implements AutoCloseable {
    private static final int MESSAGES_MAX = 100;
    private static final int UNDER_WAY_MAX = 100;
    private static final long START_MILLIS = 1_800_000_000_000L;
    private static final int HOUR_MILLIS = 3_600_000;
    /** Too little to move due times. */
    private static final int SET_BACK_MILLIS = 2_000;

    private static final int JUMP_MILLIS_MAX = 12 * HOUR_MILLIS;
    /** More than a step takes. */
    private static final int SLACK_MILLIS = 60_000;

    private final Path root;
    private final Tally tally;
    private final SimulatedQueue queue;
    private final SimulatedSenders senders;
    private final SimulatedAttempts attempts;
    private final FailingDisk disk;
    private int runs;

    /** @param root an empty directory */
    QueueSimulation(Path root, long seed, Tally tally) {
        this.root = root;
        this.tally = tally;
        queue = new SimulatedQueue(QueueRun.open(root.resolve("run-0"), START_MILLIS, new Random(seed)), tally);
        senders = new SimulatedSenders(queue);
        attempts = new SimulatedAttempts(queue);
        disk = new FailingDisk(queue, senders, attempts);
        begin();
    }

    void take(Step step) {
        tally.count(step.kind().name());
        Random random = new Random(step.seed());
        RandomMail mail = new RandomMail(random);
        switch (step.kind()) {
            case ACCEPT -> accept(mail, random);
            case RECEIVE -> senders.receive(mail, random);
            case SETTLE -> attempts.settle(mail, random);
            case SETTLE_AGAIN -> attempts.settleAgain(mail, random);
            case READ -> attempts.read(random);
            case CLAIM_DOT -> attempts.claimDot(random);
            case ANSWER -> queue.answers();
            case FLUSH -> queue.run().flush();
            case TRIM -> queue.trim();
            case COMPARE -> queue.compare(senders.noneIncoming());
            case CLOCK_JUMPS -> jumpWallClock(random);
            case DISK_FAILS -> disk.fail(mail, random);
            case RESTART -> restart(random, false);
            case RESTART_COMPACTED -> restart(random, true);
            case KILL -> kill(random);
            case POWER_CUT -> powerCut(random);
        }
        if (queue.promises.underWay() >= UNDER_WAY_MAX) queue.answers();
    }

    private void accept(RandomMail mail, Random random) {
        if (queue.model.mails().size() < MESSAGES_MAX) senders.accept(mail, random);
        else attempts.settle(mail, random);
    }

    // The wall clock.

    /** While it runs the queue does not follow. */
    private void jumpWallClock(Random random) {
        long before = queue.nowMillis();
        queue.run().setWallClock(before + jump(random));
        assertThat(queue.nowMillis()).isBetween(before, before + SLACK_MILLIS);
    }

    private static long jump(Random random) {
        int hours = HOUR_MILLIS + random.nextInt(JUMP_MILLIS_MAX);
        return switch (random.nextInt(8)) {
            case 0 -> 4L * hours;
            case 1 -> -SET_BACK_MILLIS;
            case 2, 3 -> -hours;
            default -> random.nextInt(HOUR_MILLIS);
        };
    }

    // Ends and beginnings.

    private void restart(Random random, boolean compacted) {
        queue.answers();
        senders.leave(random);
        queue.run().close();
        goOnIn(queue.run().directory(), random);
        if (compacted) queue.run().compact();
        begin();
    }

    /** A copy as kill -9 leaves it, taken while changes are under way. */
    private void kill(Random random) {
        List<QueueModel.Version> possible = queue.promises.leftByKill();
        Path image = image();
        queue.answers();
        goOnWith(image, possible, random);
    }

    private void powerCut(Random random) {
        queue.answers();
        Path image = image();
        try {
            queue.promises.cut(image, random);
            if (random.nextBoolean()) {
                Files.delete(image.resolve("in-dot"));
                attempts.takeUnanswered();
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        goOnWith(image, queue.promises.leftByPowerCut(), random);
    }

    private Path image() {
        Path image = root.resolve("run-" + ++runs);
        queue.run().copyTo(image);
        return image;
    }

    private void goOnWith(Path image, List<QueueModel.Version> possible, Random random) {
        senders.leave(random);
        queue.run().close();
        CrashImage.delete(queue.run().directory());
        long reached = queue.nowMillis();
        QueueRun next = QueueRun.open(image, reached + jump(random), random);
        long events = next.stateOnDisk().nextSequence() - 1;
        QueueModel.Version found = possible.stream()
                .filter(each -> each.events() == events)
                .findFirst()
                .orElseThrow(() -> new AssertionError("after the crash there are " + events + " events, possible are "
                        + possible.stream().map(QueueModel.Version::events).toList()));
        queue.model.goBackTo(found);
        followClock(next, reached);
        queue.goOnWith(next);
        begin();
    }

    private void goOnIn(Path directory, Random random) {
        long reached = queue.nowMillis();
        QueueRun next = QueueRun.open(directory, reached + jump(random), random);
        followClock(next, reached);
        queue.goOnWith(next);
    }

    /** Due times ahead move with a clock that was set back far. */
    private void followClock(QueueRun next, long reachedMillis) {
        long setBackMillis = reachedMillis - next.startedMillis();
        if (setBackMillis < HOUR_MILLIS) return;
        tally.count("clock set back");
        tally.count("due times moved", next.followSetBack(queue.model, setBackMillis));
    }

    private void begin() {
        expectAmbiguous();
        queue.run().expectBacklogs(queue.model);
        queue.promises.begin(queue.run(), queue.model.version());
        queue.compare(true);
    }

    /** Final dots that were unanswered, of deliveries that are still open, are deferred before anything else. */
    private void expectAmbiguous() {
        Set<PartId> unanswered = attempts.takeUnanswered();
        unanswered.removeIf(each -> open(each).isEmpty());
        long earliest = queue.nowMillis() + QueueRun.AMBIGUOUS_DELAY_MILLIS;
        queue.run().start(unanswered.size());
        long latest = queue.nowMillis() + QueueRun.AMBIGUOUS_DELAY_MILLIS;
        List<Delivery> deferred = queue.run().told().takeDeliveries();
        assertThat(deferred).extracting(each -> PartId.of(each.key())).containsExactlyInAnyOrderElementsOf(unanswered);
        for (Delivery each : deferred) {
            assertThat(each.key().dueMillis()).isBetween(earliest, latest);
            QueueModel.Open open = open(PartId.of(each.key())).orElseThrow();
            var deferral = new Settlement.Deferral(
                    open.recipients(),
                    each.key().dueMillis(),
                    open.attempts() + 1,
                    open.told(),
                    UnansweredDots.ENDED,
                    "mx.example",
                    QueueEvent.Kind.AMBIGUOUS);
            queue.model.settle(open, new Settlement(each, List.of(), Optional.of(deferral), List.of()), List.of());
            queue.deliveries.keep(each);
        }
    }

    private Optional<QueueModel.Open> open(PartId part) {
        return queue.model.open(part.message(), part.part());
    }

    /** At the end of a history: everything is compared, and what happened in it is counted. */
    void end() {
        queue.compare(senders.noneIncoming());
        for (QueueModel.Happened each : queue.model.events()) {
            tally.count(each.kind().name().toLowerCase(Locale.ROOT));
        }
    }

    @Override
    public void close() {
        queue.run().close();
    }
}
