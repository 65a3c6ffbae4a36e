package posthaste.queue.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.queue.rocksdb.QueueFixture.DIRECT;
import static posthaste.queue.rocksdb.QueueFixture.contentOf;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryKey;
import posthaste.queue.MessageId;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueueEvent;
import posthaste.queue.QueueException;
import posthaste.queue.QueueException.CannotOpen;
import posthaste.queue.QueueMetrics;
import posthaste.queue.SalvageListener;
import posthaste.queue.SalvageSummary;

/**
 * Every kind of damage to every kind of file of a queue that was closed, and of one that was killed. Each must be refused
 * with a sentence that tells what to do and leave every file as it was, or open, and then every message is whole or its
 * damage is told; and what is salvaged must be whole, and what is not must be told.
 *
 * <p>{@code -Dposthaste.damage=full} damages every file in every way, {@code -Dposthaste.damage.messages=4000} makes a
 * larger queue, {@code -Dposthaste.damage.seed=N} another one,
 * {@code -Dposthaste.damage.file=.log} damages only files with that in their name. Without them a choice is made from the seed.
 */
class DamageTest {
    private static final boolean FULL = "full".equals(System.getProperty("posthaste.damage"));
    private static final int MESSAGES = Integer.getInteger("posthaste.damage.messages", 60);
    private static final long SEED = Long.getLong("posthaste.damage.seed", 1);
    private static final String FILE = System.getProperty("posthaste.damage.file", "");
    private static final int DAMAGES_CHOSEN = 1;

    @TempDir
    static Path directory;

    private static DamagedQueue made = DamagedQueue.NONE;

    @BeforeAll
    static void makeQueue() {
        made = DamagedQueue.make(directory, MESSAGES, SEED);
    }

    private record Case(Path image, String file, Damage damage) {}

    @TestFactory
    List<DynamicTest> noDamageIsSilent() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Case each : cases()) {
            String name = each.image.getFileName() + ", " + each.file + ", " + each.damage + ", seed " + SEED;
            tests.add(DynamicTest.dynamicTest(name, () -> check(each)));
        }
        return tests;
    }

    private static List<Case> cases() throws IOException {
        Random random = new Random(SEED);
        List<Case> cases = new ArrayList<>();
        for (Path image : List.of(made.closed, made.killed)) {
            List<String> files = new ArrayList<>(filesOf(image));
            Collections.shuffle(files, random);
            Set<String> kinds = new HashSet<>();
            for (String file : files) {
                if (!file.contains(FILE)) continue;
                // Of the tables three, of everything else one.
                String kind = file.endsWith(".sst") ? "sst" + random.nextInt(3) : file.replaceAll("\\d+", "");
                if (!FULL && !kinds.add(kind)) continue;
                List<Damage> damages = new ArrayList<>(List.of(Damage.values()));
                Collections.shuffle(damages, random);
                for (Damage damage : FULL ? damages : damages.subList(0, DAMAGES_CHOSEN)) {
                    cases.add(new Case(image, file, damage));
                }
                if (!FULL) cases.add(new Case(image, file, Damage.DELETE));
            }
        }
        return cases;
    }

    private static List<String> filesOf(Path image) throws IOException {
        try (Stream<Path> all = Files.walk(image)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> file.toFile().length() > 0)
                    .map(file -> image.relativize(file).toString())
                    .filter(name -> !name.contains("LOG"))
                    .sorted()
                    .toList();
        }
    }

    private static void check(Case damaged) throws IOException {
        Path data = CrashImage.of(damaged.image, directory.resolve("case"));
        damaged.damage.on(data.resolve(damaged.file), new Random(SEED));
        Path salvaged = directory.resolve("salvaged");
        CrashImage.delete(salvaged);
        Map<String, Long> before = sums(data);

        Told told = new Told();
        SalvageSummary summary = Salvage.run(data, salvaged, told);
        assertThat(sums(data)).as("salvage only reads").isEqualTo(before);
        checkSalvaged(salvaged, summary, told);
        checkOpened(data, before);
    }

    private static Map<String, Long> sums(Path data) throws IOException {
        Map<String, Long> sums = new TreeMap<>();
        for (String file : filesOf(data)) {
            CRC32C sum = new CRC32C();
            sum.update(Files.readAllBytes(data.resolve(file)));
            sums.put(file, sum.getValue());
        }
        return sums;
    }

    private static void checkSalvaged(Path salvaged, SalvageSummary summary, Told told) {
        Found found = new Found();
        try (RocksMailQueue queue = DamagedQueue.openSmall(salvaged)) {
            found.readAll(queue);
            assertThat(queue.status().messages()).isEqualTo(summary.recovered());
        }
        assertThat(found.failures).isEmpty();
        assertThat(found.notWhole).isEmpty();
        Set<MessageId> lost = new TreeSet<>();
        made.open.keySet().stream()
                .filter(part -> !found.whole.contains(part))
                .forEach(part -> lost.add(part.message()));
        boolean unnamed = summary.commitsMissing() > 0 || summary.eventsMissing() > 0;
        if (!unnamed) assertThat(told.missing).containsAll(lost);
        if (!lost.isEmpty()) assertThat(summary.complete()).isFalse();
        if (!unnamed && summary.begunAnew() == 0)
            assertThat(found.otherAttempts).isEmpty();
        if (told.notes.isEmpty() && summary.begunAnew() == 0)
            assertThat(found.settledBefore).isEmpty();
    }

    private static void checkOpened(Path data, Map<String, Long> before) throws IOException {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        Found found = new Found();
        try (RocksMailQueue queue =
                RocksMailQueue.open(DamagedQueue.config(data), new QueueMetrics(meters), InstantSource.system())) {
            found.readAll(queue);
        } catch (CannotOpen why) {
            assertThat(why.exitCode()).isEqualTo(65);
            assertThat(why).hasMessageContaining(data.toString()).hasMessageContaining("posthaste salvage");
            assertThat(sums(data)).as("a refusal changes nothing").containsAllEntriesOf(before);
            return;
        }
        assertThat(found.notWhole).isEmpty();
        assertThat(found.otherAttempts).isEmpty();
        assertThat(found.failures).allMatch(QueueException.class::isInstance);
        double unreadable = meters.get("posthaste.queue.corrupt").counter().count();
        boolean told = unreadable > 0 || !found.failures.isEmpty();
        if (!told) assertThat(found.whole).containsExactlyElementsOf(made.open.keySet());
    }

    /** What reading a whole queue comes to. */
    private static final class Found {
        final Set<DamagedQueue.PartId> whole = new TreeSet<>();
        final List<DamagedQueue.PartId> notWhole = new ArrayList<>();
        final List<DamagedQueue.PartId> otherAttempts = new ArrayList<>();
        final List<DamagedQueue.PartId> settledBefore = new ArrayList<>();
        final List<Throwable> failures = new ArrayList<>();

        void readAll(RocksMailQueue queue) {
            Set<String> destinations = new TreeSet<>();
            made.open.keySet().forEach(part -> destinations.add(part.destination()));
            for (String destination : destinations) {
                try {
                    read(queue, destination);
                } catch (AssertionError failure) {
                    failures.add(reasonOf(failure));
                }
            }
        }

        private void read(RocksMailQueue queue, String destination) {
            DeliveryKey first = new DeliveryKey(destination, PriorityClass.NORMAL, 0, new MessageId(0), 0, 0);
            List<Delivery> deliveries = QueueFixture.await(
                            queue.backlog(destination, PriorityClass.NORMAL, first, Long.MAX_VALUE, 10_000, DIRECT))
                    .deliveries();
            for (Delivery delivery : deliveries) {
                try {
                    compare(delivery);
                } catch (AssertionError failure) {
                    failures.add(reasonOf(failure));
                }
            }
        }

        private void compare(Delivery delivery) {
            var part = new DamagedQueue.PartId(
                    delivery.message().id(), delivery.key().destination());
            if (!made.open.containsKey(part)) {
                settledBefore.add(part);
                return;
            }
            DamagedQueue.Open expected = made.openOf(part);
            if (!Arrays.equals(contentOf(delivery), expected.content())) notWhole.add(part);
            boolean asItWas = delivery.attempts() == expected.attempts()
                    && (expected.attempts() == 0 || delivery.key().dueMillis() == expected.dueMillis());
            if (!asItWas) otherAttempts.add(part);
            whole.add(part);
        }

        private static Throwable reasonOf(AssertionError failure) {
            Throwable reason = failure;
            while (reason.getCause() != null && !(reason instanceof QueueException)) reason = reason.getCause();
            return reason;
        }
    }

    private static final class Told implements SalvageListener {
        final Set<MessageId> missing = new HashSet<>();
        final List<String> notes = new ArrayList<>();

        @Override
        public void missing(Missing message) {
            missing.add(message.id());
            assertThat(message.events()).extracting(QueueEvent::message).allMatch(message.id()::equals);
        }

        @Override
        public void note(String sentence) {
            notes.add(sentence);
        }
    }
}
