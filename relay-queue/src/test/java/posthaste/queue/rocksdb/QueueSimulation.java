package posthaste.queue.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.queue.rocksdb.QueueFixture.DIRECT;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryKey;
import posthaste.queue.DotSlots;
import posthaste.queue.Envelope;
import posthaste.queue.IncomingMessage;
import posthaste.queue.MessageId;
import posthaste.queue.QueueEvent;
import posthaste.queue.QueueException;
import posthaste.queue.Settlement;

/**
 * Drives a queue through a history and a {@link QueueModel} beside it. Changes are submitted without waiting, so that
 * groups form; {@link #answers} waits for them. A crash goes on with a copy of the directory, taken while changes may
 * be under way: then what was answered must be there, and of the rest a beginning.
 */
final class QueueSimulation implements AutoCloseable {
    private static final int MESSAGES_MAX = 200;
    private static final int INCOMING_MAX = 4;
    private static final int SPENT_MAX = 50;
    private static final int IN_FLIGHT_MAX = 100;
    /** Changes while the disk fails, and the room that the log has until it does. */
    private static final int BURST = 30;

    private static final int ROOM_BYTES_MAX = 30_000;
    private static final long WAIT_SECONDS = 60;
    private static final long START_MILLIS = 1_800_000_000_000L;
    private static final int SET_BACK_MILLIS = 2_000;
    private static final int HOUR_MILLIS = 3_600_000;

    private final Path root;
    private final QueueModel model = new QueueModel();
    private QueueRun run;
    private int runs;
    private boolean trimmed;

    /** Deliveries that may be settled: those that the queue told, and copies that were read. */
    private final Map<DeliveryKey, Delivery> told = new HashMap<>();

    private final Map<DeliveryKey, Delivery> copies = new HashMap<>();
    /** Deliveries of which another copy was settled, or they themselves. */
    private final List<Delivery> spent = new ArrayList<>();

    private final List<Incoming> incoming = new ArrayList<>();
    private final Map<PartId, List<DotSlots.Slot>> dots = new HashMap<>();
    private final List<InFlight> inFlight = new ArrayList<>();
    /** What the queue has told and what it had to tell since the last answers, in order. */
    private final List<DeliveryKey> toldKeys = new ArrayList<>();

    private final List<DeliveryKey> expectTold = new ArrayList<>();

    /** What a power cut may leave: the state that was synced last, and those that came after it. */
    private final List<QueueModel.Version> sinceSync = new ArrayList<>();

    private QueueModel.Version beforeInFlight = model.version();
    private Path syncedLog;
    private long syncedLogBytes;
    private long syncedGroups;

    private record PartId(MessageId message, int part) {}

    private record Incoming(IncomingMessage message, ByteArrayOutputStream content) {}

    /** A change that was submitted, and what it makes of the model. */
    private record InFlight(CompletionStage<?> answer, boolean synced, boolean stale, QueueModel.Version after) {}

    QueueSimulation(Path root, long seed) {
        this.root = root;
        run = QueueRun.open(root.resolve("run-0"), START_MILLIS, new Random(seed));
        syncedLog = run.directory();
        begin();
    }

    void take(Step step) {
        Random random = new Random(step.seed());
        RandomMail mail = new RandomMail(random);
        switch (step.kind()) {
            case ACCEPT -> accept(mail, random);
            case RECEIVE -> receive(mail, random);
            case SETTLE -> settle(mail, random);
            case SETTLE_AGAIN -> settleAgain(mail, random);
            case READ -> read(random);
            case CLAIM_DOT -> claimDot(random);
            case ANSWER -> answers();
            case FLUSH -> flush();
            case TRIM -> trim();
            case COMPARE -> compare();
            case DISK_FAILS -> diskFails(mail, random);
            case RESTART -> restart(random, false);
            case RESTART_COMPACTED -> restart(random, true);
            case KILL -> kill(random);
            case POWER_CUT -> powerCut(random);
        }
        if (inFlight.size() >= IN_FLIGHT_MAX) answers();
    }

    // Mail comes in.

    private void accept(RandomMail mail, Random random) {
        if (model.mails().size() >= MESSAGES_MAX) {
            settle(mail, random);
            return;
        }
        IncomingMessage message = run.queue().begin();
        byte[] content = mail.content();
        append(message, content, random);
        accept(message, content, mail);
    }

    private static void append(IncomingMessage message, byte[] content, Random random) {
        int at = 0;
        while (at < content.length) {
            int length = Math.min(content.length - at, 1 + random.nextInt(20_000));
            message.append(content, at, length);
            at += length;
        }
    }

    private void accept(IncomingMessage message, byte[] content, RandomMail mail) {
        Envelope envelope = mail.envelope(run.queue().clock().instant());
        CompletionStage<MessageId> answer = message.accept(envelope, DIRECT);
        for (QueueModel.Open open : model.accept(message.id(), envelope, content)) {
            if (!QueueModel.isHeld(open)) expectTold.add(open.key());
        }
        inFlight.add(new InFlight(answer, true, false, model.version()));
    }

    /** Begins a message, or goes on with one, or ends it. */
    private void receive(RandomMail mail, Random random) {
        int pick = random.nextInt(INCOMING_MAX);
        if (pick >= incoming.size()) {
            incoming.add(new Incoming(run.queue().begin(), new ByteArrayOutputStream()));
            return;
        }
        Incoming one = incoming.get(pick);
        if (mail.percent(60)) {
            byte[] more = mail.content();
            append(one.message(), more, random);
            one.content().writeBytes(more);
            return;
        }
        incoming.remove(pick);
        if (mail.percent(50)) one.message().discard();
        else accept(one.message(), one.content().toByteArray(), mail);
    }

    // Mail goes out.

    private void settle(RandomMail mail, Random random) {
        List<QueueModel.Open> open = model.open();
        if (open.isEmpty()) return;
        QueueModel.Open chosen = open.get(random.nextInt(open.size()));
        Delivery delivery = delivery(chosen, mail.percent(70));
        boolean reports = mail.percent(10);
        List<Settlement.Report> report = reports
                ? List.of(mail.report(run.queue().clock().instant(), "R" + random.nextLong(), run.chunkBytes()))
                : List.of();
        Settlement settlement = mail.outcome(delivery, run.queue().clock().millis(), report);
        if (reports) answers();
        CompletionStage<Void> answer = run.queue().settle(settlement, DIRECT);
        if (reports) {
            await(answer);
            reported(chosen, settlement, report.get(0));
        } else {
            model.settle(chosen, settlement, List.of()).ifPresent(this::expectNext);
        }
        inFlight.add(new InFlight(answer, false, false, model.version()));
        settled(chosen.key(), random);
    }

    private void expectNext(QueueModel.Open next) {
        expectTold.add(next.key());
    }

    /** The id of a report is known once the queue tells of it. */
    private void reported(QueueModel.Open chosen, Settlement settlement, Settlement.Report report) {
        Delivery toldOf = takeTold().stream()
                .filter(each -> each.message().envelope().equals(report.envelope()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing was told of the report"));
        MessageId id = toldOf.message().id();
        Optional<QueueModel.Open> next = model.settle(chosen, settlement, List.of(id));
        model.accept(id, report.envelope(), report.content()).forEach(this::expectNext);
        next.ifPresent(this::expectNext);
    }

    private Delivery delivery(QueueModel.Open open, boolean asTold) {
        Optional<Delivery> known = Optional.ofNullable((asTold ? told : copies).get(open.key()));
        if (known.isPresent()) return known.get();
        answers();
        List<Delivery> read = run.backlog(open.key(), open.key().dueMillis(), 1);
        assertThat(read).extracting(QueueModel.Open::of).containsExactly(open);
        return read.get(0);
    }

    private void settled(DeliveryKey key, Random random) {
        Optional.ofNullable(told.remove(key)).ifPresent(this::spend);
        Optional.ofNullable(copies.remove(key)).ifPresent(this::spend);
        while (spent.size() > SPENT_MAX) spent.remove(random.nextInt(spent.size()));
        Optional<List<DotSlots.Slot>> taken = Optional.ofNullable(dots.get(new PartId(key.message(), key.part())));
        if (taken.isEmpty() || random.nextInt(4) == 0) return;
        answers();
        taken.get().forEach(DotSlots.Slot::release);
        dots.remove(new PartId(key.message(), key.part()));
    }

    private void spend(Delivery delivery) {
        delivery.body().release();
        spent.add(delivery);
    }

    private void settleAgain(RandomMail mail, Random random) {
        if (spent.isEmpty()) return;
        Delivery delivery = spent.get(random.nextInt(spent.size()));
        Settlement settlement = mail.outcome(delivery, run.queue().clock().millis(), List.of());
        inFlight.add(new InFlight(run.queue().settle(settlement, DIRECT), false, true, model.version()));
    }

    private void claimDot(Random random) {
        List<QueueModel.Open> open = model.open();
        if (open.isEmpty()) return;
        DeliveryKey key = open.get(random.nextInt(open.size())).key();
        List<DotSlots.Slot> taken =
                dots.computeIfAbsent(new PartId(key.message(), key.part()), first -> new ArrayList<>());
        int attempts = 1 + random.nextInt(2); // the next one may begin before the slot of the last is released
        for (int i = 0; i < attempts; i++) {
            taken.add(run.queue().dotSlots().claim(key.message(), key.part(), "mx.example"));
        }
    }

    /** Asks one of the questions of delivery, and keeps the copies. */
    private void read(Random random) {
        answers();
        int max = 1 + random.nextInt(20);
        long when = run.queue().clock().millis() + random.nextInt(100_000_000) - 50_000_000;
        List<Delivery> read = switch (random.nextInt(3)) {
            case 0 -> QueueChecks.backlog(run, model, random, when, max);
            case 1 -> QueueChecks.acceptedBefore(run, model, random, when, max);
            default -> QueueChecks.expired(run, model, when, max);
        };
        for (Delivery each : read) copies.put(each.key(), each);
    }

    // Answers.

    /** Waits until everything submitted is answered, and compares the answers. */
    private void answers() {
        boolean synced = false;
        List<QueueModel.Version> versions = new ArrayList<>();
        for (InFlight each : inFlight) {
            if (each.stale()) assertThat(failureOf(each.answer())).isInstanceOf(QueueException.Stale.class);
            else await(each.answer());
            synced |= each.synced();
            versions.add(each.after());
        }
        inFlight.clear();
        takeTold();
        assertThat(toldKeys).isEqualTo(expectTold);
        toldKeys.clear();
        expectTold.clear();
        assertThat(run.told().wrong()).isEmpty();
        beforeInFlight = model.version();
        if (synced) {
            assertThat(run.stateOnDisk().group()).as("synced groups").isGreaterThan(syncedGroups);
            noteSync();
        } else {
            sinceSync.addAll(versions);
        }
    }

    private List<Delivery> takeTold() {
        List<Delivery> taken = run.told().takeDeliveries();
        for (Delivery each : taken) {
            toldKeys.add(each.key());
            told.put(each.key(), each);
        }
        return taken;
    }

    private static <T> T await(CompletionStage<T> answer) {
        return answer.toCompletableFuture()
                .orTimeout(WAIT_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    private static Throwable failureOf(CompletionStage<?> answer) {
        try {
            await(answer);
            return new AssertionError("settled twice");
        } catch (CompletionException failure) {
            return Optional.ofNullable(failure.getCause()).orElse(failure);
        }
    }

    /** Whatever is in the log now survives a power cut: a little more than the queue promises. */
    private void noteSync() {
        sinceSync.clear();
        sinceSync.add(model.version());
        syncedGroups = run.stateOnDisk().group();
        try {
            syncedLog = CrashImage.newestLog(run.directory());
            syncedLogBytes = Files.size(syncedLog);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    // A disk that fails.

    /**
     * The log cannot grow any more while a burst is written, and then it can. Mail is taken or refused, as its answer
     * says; outcomes of attempts are never refused.
     */
    private void diskFails(RandomMail mail, Random random) {
        answers();
        incoming.forEach(each -> each.message().discard());
        incoming.clear();
        List<QueueModel.Open> open = new ArrayList<>(model.open());
        Collections.shuffle(open, random);
        open.subList(Math.min(BURST, open.size()), open.size()).clear();
        List<Delivery> deliveries =
                open.stream().map(each -> delivery(each, mail.percent(70))).toList();
        List<Runnable> effects = new ArrayList<>();
        if (!DiskFaults.limitFileSize(run.logBytes() + random.nextInt(ROOM_BYTES_MAX))) return;
        try {
            for (int i = 0; i < BURST; i++) {
                if (mail.percent(50) && i < open.size())
                    effects.add(settleInBurst(open.get(i), deliveries.get(i), mail));
                else effects.add(acceptInBurst(mail, random));
            }
            run.awaitFailure();
        } finally {
            DiskFaults.lift();
        }
        effects.forEach(Runnable::run);
        run.awaitHealth();
        inFlight.add(new InFlight(CompletableFuture.completedFuture(true), true, false, model.version()));
        compare();
    }

    /** Returns what waits for its answer and tells the model. */
    private Runnable settleInBurst(QueueModel.Open open, Delivery delivery, RandomMail mail) {
        Settlement settlement = mail.outcome(delivery, run.queue().clock().millis(), List.of());
        CompletionStage<Void> answer = run.queue().settle(settlement, DIRECT);
        return () -> {
            await(answer);
            model.settle(open, settlement, List.of()).ifPresent(this::expectNext);
            Optional.ofNullable(told.remove(open.key())).ifPresent(this::spend);
            Optional.ofNullable(copies.remove(open.key())).ifPresent(this::spend);
        };
    }

    private Runnable acceptInBurst(RandomMail mail, Random random) {
        IncomingMessage message = run.queue().begin();
        byte[] content = mail.content();
        append(message, content, random);
        Envelope envelope = mail.envelope(run.queue().clock().instant());
        CompletionStage<MessageId> answer = message.accept(envelope, DIRECT);
        return () -> {
            try {
                await(answer);
            } catch (CompletionException refused) {
                assertThat(refused.getCause()).isInstanceOf(QueueException.Failed.class);
                return;
            }
            for (QueueModel.Open each : model.accept(message.id(), envelope, content)) {
                if (!QueueModel.isHeld(each)) expectTold.add(each.key());
            }
        };
    }

    // What goes on below.

    private void flush() {
        run.flush();
    }

    private void trim() {
        answers();
        run.queue().trimEvents();
        trimmed = true;
    }

    private void compare() {
        answers();
        told.values().forEach(each -> each.body().release());
        QueueChecks.everything(run, model, trimmed, incoming.isEmpty());
    }

    // Ends and beginnings.

    private void restart(Random random, boolean compacted) {
        answers();
        incoming.forEach(each -> {
            if (random.nextBoolean()) each.message().discard();
        });
        run.close();
        run = QueueRun.open(run.directory(), wallClock(random), random);
        if (compacted) run.compact();
        begin();
    }

    /** A copy as kill -9 leaves it, taken while changes are under way. */
    private void kill(Random random) {
        List<InFlight> underWay = List.copyOf(inFlight);
        long answered = underWay.stream()
                .takeWhile(each -> each.answer().toCompletableFuture().isDone())
                .count();
        Path image = image();
        List<QueueModel.Version> possible = new ArrayList<>();
        possible.add(beforeInFlight);
        underWay.forEach(each -> possible.add(each.after()));
        answers();
        goOnWith(image, possible.subList((int) answered, possible.size()), random);
    }

    private void powerCut(Random random) {
        answers();
        List<QueueModel.Version> possible = List.copyOf(sinceSync);
        Path image = image();
        try {
            Path log = CrashImage.newestLog(image);
            boolean same = log.getFileName().equals(syncedLog.getFileName());
            if (same) cut(log, random);
            if (random.nextBoolean()) {
                Files.delete(image.resolve("in-dot"));
                dots.clear();
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        goOnWith(image, possible, random);
    }

    /** Cuts the log somewhere behind what was synced; mostly within a record. */
    private void cut(Path log, Random random) throws IOException {
        long more = Files.size(log) - syncedLogBytes;
        if (more <= 0) return;
        try (FileChannel file = FileChannel.open(log, StandardOpenOption.WRITE)) {
            file.truncate(syncedLogBytes + random.nextInt((int) more + 1));
        }
    }

    private Path image() {
        Path image = root.resolve("run-" + ++runs);
        run.copyTo(image);
        return image;
    }

    private void goOnWith(Path image, List<QueueModel.Version> possible, Random random) {
        run.close();
        CrashImage.delete(run.directory());
        run = QueueRun.open(image, wallClock(random), random);
        long events = run.stateOnDisk().nextSequence() - 1;
        QueueModel.Version found = possible.stream()
                .filter(each -> each.events() == events)
                .findFirst()
                .orElseThrow(() -> new AssertionError("after the crash there are " + events + " events, possible are "
                        + possible.stream().map(QueueModel.Version::events).toList()));
        model.goBackTo(found);
        begin();
    }

    /** It goes on, jumps ahead, or was set back by less than moves due times: {@code ClockJumpTest} sets it back far. */
    private long wallClock(Random random) {
        long now = run.queue().clock().millis();
        return switch (random.nextInt(8)) {
            case 0 -> now + 48L * HOUR_MILLIS;
            case 1 -> now - SET_BACK_MILLIS;
            default -> now + random.nextInt(HOUR_MILLIS);
        };
    }

    private void begin() {
        told.clear();
        copies.clear();
        spent.clear();
        incoming.clear();
        expectAmbiguous();
        run.expectBacklogs(model);
        noteSync();
        beforeInFlight = model.version();
        QueueChecks.everything(run, model, trimmed, true);
    }

    /** Final dots that were unanswered, of deliveries that are still open, are deferred before anything else. */
    private void expectAmbiguous() {
        Set<PartId> unanswered = new HashSet<>(dots.keySet());
        unanswered.removeIf(each -> model.open(each.message(), each.part()).isEmpty());
        dots.clear();
        long earliest = run.queue().clock().millis() + QueueRun.AMBIGUOUS_DELAY_MILLIS;
        run.start(unanswered.size());
        long latest = run.queue().clock().millis() + QueueRun.AMBIGUOUS_DELAY_MILLIS;
        List<Delivery> deferred = run.told().takeDeliveries();
        assertThat(deferred)
                .extracting(each -> new PartId(each.key().message(), each.key().part()))
                .containsExactlyInAnyOrderElementsOf(unanswered);
        for (Delivery each : deferred) {
            assertThat(each.key().dueMillis()).isBetween(earliest, latest);
            QueueModel.Open open =
                    model.open(each.key().message(), each.key().part()).orElseThrow();
            var deferral = new Settlement.Deferral(
                    open.recipients(),
                    each.key().dueMillis(),
                    open.attempts() + 1,
                    open.delayNoticeSent(),
                    UnansweredDots.ENDED,
                    "mx.example",
                    QueueEvent.Kind.AMBIGUOUS);
            model.settle(open, new Settlement(each, List.of(), Optional.of(deferral), List.of()), List.of());
            told.put(each.key(), each);
        }
    }

    int queued() {
        return model.mails().size();
    }

    @Override
    public void close() {
        run.close();
    }
}
