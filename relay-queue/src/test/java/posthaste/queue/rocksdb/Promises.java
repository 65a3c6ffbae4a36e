package posthaste.queue.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import posthaste.queue.QueueException;

/**
 * What was submitted to a queue and what it has answered; so what has to be there after a crash: one of the versions of
 * the model that are named here.
 */
final class Promises {
    private static final long WAIT_SECONDS = 60;

    private final List<Change> underWay = new ArrayList<>();
    private QueueModel.Version answered;
    /** What a power cut may leave: the version that was synced last, and those that came after it. */
    private final List<QueueModel.Version> sinceSync = new ArrayList<>();

    private Path syncedLog = Path.of("");
    private long syncedLogBytes;
    private long syncedGroups;

    /** A change that was submitted, and what it makes of the model. */
    private record Change(CompletionStage<?> answer, boolean synced, boolean stale, QueueModel.Version after) {}

    Promises(QueueModel.Version first) {
        answered = first;
    }

    /** Answered only once it is synced. */
    void synced(CompletionStage<?> answer, QueueModel.Version after) {
        underWay.add(new Change(answer, true, false, after));
    }

    /** Answered once it is written. */
    void written(CompletionStage<?> answer, QueueModel.Version after) {
        underWay.add(new Change(answer, false, false, after));
    }

    /** Has to be refused, because another copy was settled. */
    void stale(CompletionStage<?> answer, QueueModel.Version after) {
        underWay.add(new Change(answer, false, true, after));
    }

    int underWay() {
        return underWay.size();
    }

    /** Waits until everything submitted is answered. */
    void awaitAnswers(QueueRun run, QueueModel.Version now) {
        boolean synced = false;
        List<QueueModel.Version> versions = new ArrayList<>();
        for (Change each : underWay) {
            if (each.stale()) assertThat(failureOf(each.answer())).isInstanceOf(QueueException.Stale.class);
            else await(each.answer());
            synced |= each.synced();
            versions.add(each.after());
        }
        underWay.clear();
        answered = now;
        if (synced) {
            assertThat(run.stateOnDisk().group()).as("synced groups").isGreaterThan(syncedGroups);
            noteSync(run, now);
        } else {
            sinceSync.addAll(versions);
        }
    }

    static <T> T await(CompletionStage<T> answer) {
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

    /** A run begins: what is on disk stays. */
    void begin(QueueRun run, QueueModel.Version now) {
        answered = now;
        noteSync(run, now);
    }

    /** Whatever is in the log now survives a power cut: a little more than the queue promises. */
    private void noteSync(QueueRun run, QueueModel.Version now) {
        sinceSync.clear();
        sinceSync.add(now);
        syncedGroups = run.stateOnDisk().group();
        try {
            syncedLog = CrashImage.newestLog(run.directory());
            syncedLogBytes = Files.size(syncedLog);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** What kill -9 may leave from now on: what is answered, and of the rest a beginning. */
    List<QueueModel.Version> leftByKill() {
        List<QueueModel.Version> possible = new ArrayList<>();
        possible.add(answered);
        underWay.forEach(each -> possible.add(each.after()));
        long done = underWay.stream()
                .takeWhile(each -> each.answer().toCompletableFuture().isDone())
                .count();
        return possible.subList((int) done, possible.size());
    }

    /** What a power cut may leave when everything is answered. */
    List<QueueModel.Version> leftByPowerCut() {
        return List.copyOf(sinceSync);
    }

    /** Cuts the log of a copy somewhere behind what was synced, mostly within a record. */
    void cut(Path image, Random random) throws IOException {
        Path log = CrashImage.newestLog(image);
        if (!log.getFileName().equals(syncedLog.getFileName())) return;
        long more = Files.size(log) - syncedLogBytes;
        if (more <= 0) return;
        try (FileChannel file = FileChannel.open(log, StandardOpenOption.WRITE)) {
            file.truncate(syncedLogBytes + random.nextInt((int) more + 1));
        }
    }
}
