package posthaste.queue.rocksdb;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.queue.Mails.noise;
import static posthaste.queue.rocksdb.QueueFixture.DIRECT;
import static posthaste.queue.rocksdb.QueueFixture.backlog;
import static posthaste.queue.rocksdb.QueueFixture.delivered;
import static posthaste.queue.rocksdb.QueueFixture.submit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.Options;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import posthaste.queue.Delivery;
import posthaste.queue.MessageId;
import posthaste.queue.QueueException;
import posthaste.queue.Recorder;
import posthaste.queue.SalvageListener;

/** A table that is damaged and read by a compaction later, while mail comes in. */
class CompactionDamageTest {
    /** A compaction comes when there are four tables of a family, and each start leaves one. */
    private static final int STARTS_MAX = 12;

    private static final int MESSAGES_PER_START = 10;
    private static final int PATIENCE_SECONDS = 60;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"message", "done"})
    void theRelayEndsWithAClearSentenceAndLosesNothing(String family) throws Exception {
        DamagedQueue made = DamagedQueue.make(directory, 100, 3);
        Path data = made.closed;
        Damage.FLIP_HEAD.on(tableOf(data, family), new Random(1));
        Set<MessageId> accepted = new HashSet<>();

        Optional<QueueException> end = Optional.empty();
        for (int start = 0; start < STARTS_MAX && end.isEmpty(); start++) end = run(data, accepted);

        assertThat(end).containsInstanceOf(QueueException.Corrupt.class);
        assertThat(end.orElseThrow()).hasMessageContaining("posthaste salvage");
        assertThat(accepted).isNotEmpty();
        Path salvaged = directory.resolve("salvaged");
        Salvage.run(data, salvaged, new Silent());
        try (RocksMailQueue queue = DamagedQueue.openSmall(salvaged)) {
            assertThat(backlog(queue, "new.example"))
                    .extracting(delivery -> delivery.message().id())
                    .containsExactlyInAnyOrderElementsOf(accepted);
        }
    }

    /**
     * Takes mail for two destinations and delivers it to one, until something is refused; then waits for the end that a
     * refusal by damage has to come to.
     */
    private static Optional<QueueException> run(Path data, Set<MessageId> accepted) {
        Recorder told = new Recorder();
        try (RocksMailQueue queue = DamagedQueue.openSmall(data)) {
            queue.start(told, 1000);
            for (int i = 0; i < MESSAGES_PER_START; i++) {
                try {
                    settleOld(queue, DamagedQueue.destinations().get(i % 5));
                    accepted.add(answer(submit(queue, noise(3000, i), "alice@new.example", "bob@quick.example")));
                    Delivery quick = told.nextDeliveries(2).get(1);
                    assertThat(quick.key().destination()).isEqualTo("quick.example");
                    answer(queue.settle(delivered(quick), DIRECT));
                } catch (ExecutionException refused) {
                    return Optional.of(told.fatal());
                } catch (InterruptedException | TimeoutException stuck) {
                    throw new AssertionError(stuck);
                }
            }
        }
        return Optional.empty();
    }

    /** So that what is written overlaps with what is there, and a compaction has to read both. */
    private static void settleOld(RocksMailQueue queue, String destination)
            throws ExecutionException, InterruptedException, TimeoutException {
        List<Delivery> old = backlog(queue, destination);
        if (!old.isEmpty()) answer(queue.settle(delivered(old.get(old.size() / 2)), DIRECT));
    }

    private static <T> T answer(CompletionStage<T> stage)
            throws ExecutionException, InterruptedException, TimeoutException {
        return stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static final class Silent implements SalvageListener {
        @Override
        public void missing(Missing message) {}

        @Override
        public void note(String sentence) {}
    }

    static Path tableOf(Path data, String family) throws IOException, RocksDBException {
        for (Path file : DatabaseImage.dataFiles(data.resolve("queue"))) {
            if (!file.toString().endsWith(".sst")) continue;
            try (Options options = new Options();
                    SstFileReader reader = new SstFileReader(options)) {
                reader.open(file.toString());
                String name = new String(reader.getTableProperties().getColumnFamilyName(), US_ASCII);
                if (name.equals(family)) return file;
            }
        }
        throw new AssertionError("no table of " + family);
    }
}
