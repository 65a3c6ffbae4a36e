package posthaste.queue.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static posthaste.queue.Mails.noise;
import static posthaste.queue.rocksdb.QueueFixture.accept;
import static posthaste.queue.rocksdb.QueueFixture.backlog;
import static posthaste.queue.rocksdb.QueueFixture.contentOf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.queue.Delivery;
import posthaste.queue.Envelope;
import posthaste.queue.IncomingMessage;
import posthaste.queue.MailQueue.Moment;
import posthaste.queue.MailQueue.Passed;
import posthaste.queue.Mails;
import posthaste.queue.MessageId;
import posthaste.queue.QueueEvent;
import posthaste.queue.QueueException.CannotOpen;
import posthaste.queue.SalvageListener;
import posthaste.queue.SalvageSummary;
import posthaste.smtp.DeliverBy;
import posthaste.smtp.MailVerb;
import posthaste.smtp.ReturnContent;

class SalvageTest {
    private static final int MESSAGES = 60;

    @TempDir
    Path directory;

    private final List<SalvageListener.Missing> missing = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private DamagedQueue made = DamagedQueue.NONE;
    private Path salvaged = Path.of("");

    private final SalvageListener told = new SalvageListener() {
        @Override
        public void missing(Missing message) {
            missing.add(message);
        }

        @Override
        public void note(String sentence) {
            notes.add(sentence);
        }
    };

    @BeforeEach
    void makeQueue() {
        made = DamagedQueue.make(directory, MESSAGES, 5);
        salvaged = directory.resolve("salvaged");
    }

    private static void remove(Path image, String prefix) throws IOException {
        try (Stream<Path> files = Files.list(image.resolve("queue"))) {
            for (Path file : files.filter(
                            each -> String.valueOf(each.getFileName()).startsWith(prefix))
                    .toList()) {
                Files.delete(file);
            }
        }
    }

    private void assertEverythingIsThere() {
        try (RocksMailQueue queue = DamagedQueue.openSmall(salvaged)) {
            made.open.forEach((part, expected) -> {
                Delivery delivery = backlog(queue, part.destination()).stream()
                        .filter(each -> each.message().id().equals(part.message()))
                        .findFirst()
                        .orElseThrow();
                assertThat(contentOf(delivery)).isEqualTo(expected.content());
                assertThat(delivery.attempts()).isEqualTo(expected.attempts());
                if (expected.attempts() > 0)
                    assertThat(delivery.key().dueMillis()).isEqualTo(expected.dueMillis());
            });
        }
    }

    @Test
    void aHealthyQueueIsCopiedWhole() {
        SalvageSummary summary = Salvage.run(made.killed, salvaged, told);

        assertThat(summary.complete()).isTrue();
        assertThat(summary.recovered())
                .isEqualTo(made.open.keySet().stream()
                        .map(DamagedQueue.PartId::message)
                        .distinct()
                        .count());
        assertThat(missing).isEmpty();
        assertThat(notes).isEmpty();
        assertEverythingIsThere();
    }

    @Test
    void withoutManifestAndCurrentEveryMessageIsRescued() throws IOException {
        for (Path image : List.of(made.closed, made.killed)) {
            remove(image, "MANIFEST");
            remove(image, "CURRENT");
            CrashImage.delete(salvaged);

            SalvageSummary summary = Salvage.run(image, salvaged, told);

            assertThat(summary.complete()).as("%s %s", missing, notes).isTrue();
            assertThat(summary.begunAnew()).isZero();
            assertEverythingIsThere();
        }
        assertThat(notes).anyMatch(note -> note.contains("table of contents"));
    }

    @Test
    void aSalvagedQueueGoesOn() {
        Salvage.run(made.killed, salvaged, told);
        MessageId newest = made.open.keySet().stream()
                .map(DamagedQueue.PartId::message)
                .max(MessageId::compareTo)
                .orElseThrow();

        try (RocksMailQueue queue = DamagedQueue.openSmall(salvaged)) {
            assertThat(accept(queue, noise(100, 1), "alice@example.com")).isGreaterThan(newest);
            List<QueueEvent> events = QueueFixture.await(queue.events().of(newest, 10, QueueFixture.DIRECT));
            assertThat(events).isNotEmpty();
        }
    }

    @Test
    void aDamagedBodyIsNamedWithItsRecipientsAndItsHistory() throws IOException {
        try (Stream<Path> files = Files.list(made.closed.resolve("queue"))) {
            for (Path blob :
                    files.filter(file -> file.toString().endsWith(".blob")).toList()) {
                Damage.OVERWRITE_MIDDLE.on(blob, new Random(1));
            }
        }

        SalvageSummary summary = Salvage.run(made.closed, salvaged, told);

        assertThat(summary.missing()).isPositive().isEqualTo(missing.size());
        assertThat(missing).allSatisfy(each -> {
            assertThat(each.what()).contains("body of " + each.id());
            assertThat(each.recipients()).isNotEmpty();
            assertThat(each.events()).extracting(QueueEvent::kind).contains(QueueEvent.Kind.ACCEPTED);
        });
    }

    @Test
    void whatIsFoundByItsTimeIsFoundAgain() {
        Path whole = directory.resolve("with-deadline");
        long at;
        try (RocksMailQueue queue = DamagedQueue.openSmall(whole)) {
            Instant now = Instant.ofEpochMilli(queue.clock().millis());
            at = now.toEpochMilli() + 60_000;
            Envelope plain = Mails.envelope(now, "alice@example.com");
            var tells = new Envelope.Deadline(Instant.ofEpochMilli(at), DeliverBy.Mode.NOTIFY, false);
            var requests = new Envelope.Requests(
                    MailVerb.MAIL,
                    ReturnContent.UNSPECIFIED,
                    Optional.empty(),
                    OptionalInt.empty(),
                    Optional.of(tells),
                    Optional.empty());
            IncomingMessage message = queue.begin();
            message.append(noise(10, 1), 0, 10);
            QueueFixture.await(message.accept(
                    new Envelope(
                            plain.reversePath(),
                            plain.recipients(),
                            plain.priority(),
                            plain.bodyType(),
                            plain.smtpUtf8(),
                            requests,
                            plain.receivedAt(),
                            Instant.ofEpochMilli(at),
                            Optional.empty(),
                            plain.source()),
                    QueueFixture.DIRECT));
            assertThat(queue.audit()).isEmpty();
        }

        Salvage.run(whole, salvaged, told);

        try (RocksMailQueue queue = DamagedQueue.openSmall(salvaged)) {
            assertThat(queue.audit()).isEmpty();
            for (Moment each : Moment.values()) {
                assertThat(QueueFixture.await(queue.passed(each, Passed.Cursor.START, at, 10, QueueFixture.DIRECT))
                                .deliveries())
                        .as("%s", each)
                        .hasSize(1);
            }
        }
    }

    @Test
    void aQueueInUseIsLeftAlone() {
        try (RocksMailQueue queue = DamagedQueue.openSmall(made.closed)) {
            assertThat(refusal(made.closed, salvaged).exitCode()).isEqualTo(75);
            assertThat(queue.refusal()).isEmpty();
        }
    }

    @Test
    void aTargetThatIsNotEmptyIsLeftAlone() throws IOException {
        Files.createDirectories(salvaged);
        Files.writeString(salvaged.resolve("precious"), "data");

        assertThat(refusal(made.closed, salvaged).exitCode()).isEqualTo(73);
        assertThat(salvaged.resolve("precious")).hasContent("data");
        assertThat(refusal(made.closed, made.closed.resolve("in-it")).exitCode())
                .isEqualTo(73);
    }

    @Test
    void withoutRoomNothingIsLeftBehind() throws IOException {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        assumeTrue(DiskFaults.run("mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", disk.toString()), "no tmpfs");
        try {
            CannotOpen why = refusal(made.closed, disk.resolve("rescued"));

            assertThat(why.exitCode()).isEqualTo(74);
            assertThat(why).hasMessageContaining("another disk");
            assertThat(disk.resolve("rescued")).isEmptyDirectory();
        } finally {
            DiskFaults.run("umount", "--lazy", disk.toString());
        }
    }

    @Test
    void whatIsNoDataDirectoryIsRefused() {
        assertThat(refusal(directory.resolve("nowhere"), salvaged).exitCode()).isEqualTo(66);
        assertThat(salvaged).doesNotExist();
    }

    private CannotOpen refusal(Path from, Path to) {
        return catchThrowableOfType(CannotOpen.class, () -> Salvage.run(from, to, told));
    }
}
