package posthaste.server.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import posthaste.queue.Envelope;
import posthaste.queue.Envelope.Requests;
import posthaste.queue.IncomingMessage;
import posthaste.queue.MailQueue;
import posthaste.queue.MessageId;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueueConfig;
import posthaste.queue.QueueMetrics;
import posthaste.queue.Recipient;
import posthaste.queue.rocksdb.RocksMailQueue;
import posthaste.smtp.BodyType;
import posthaste.smtp.Mailbox;
import posthaste.smtp.ReversePath;

class SalvageCommandTest {
    private static final int BODY_BYTES = 10_000;

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path data = Path.of("");
    private Path rescued = Path.of("");

    @BeforeEach
    void places() {
        data = directory.resolve("data");
        rescued = directory.resolve("rescued");
    }

    private int salvage(String... more) {
        CommandLine line = Posthaste.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(Stream.concat(Stream.of("salvage"), Stream.of(more)).toArray(String[]::new));
    }

    private MessageId queueOne() {
        try (MailQueue queue = RocksMailQueue.open(
                QueueConfig.defaults(data), new QueueMetrics(new SimpleMeterRegistry()), InstantSource.system())) {
            IncomingMessage message = queue.begin();
            message.append("x".repeat(BODY_BYTES).getBytes(US_ASCII), 0, BODY_BYTES);
            Instant now = Instant.ofEpochMilli(queue.clock().millis());
            return message.accept(
                            new Envelope(
                                    ReversePath.of(new Mailbox("app", "example.org")),
                                    List.of(new Recipient(new Mailbox("alice", "example.com"))),
                                    PriorityClass.NORMAL,
                                    BodyType.SEVEN_BIT,
                                    false,
                                    Requests.NONE,
                                    now,
                                    now,
                                    Optional.empty(),
                                    Envelope.Source.LOCAL),
                            Runnable::run)
                    .toCompletableFuture()
                    .join();
        }
    }

    private void damageBody() throws IOException {
        try (Stream<Path> files = Files.list(data.resolve("queue"))) {
            Path blob = files.filter(file -> file.toString().endsWith(".blob"))
                    .findFirst()
                    .orElseThrow();
            try (RandomAccessFile file = new RandomAccessFile(blob.toFile(), "rw")) {
                file.seek(BODY_BYTES / 2);
                file.write('y');
            }
        }
    }

    @Test
    void everythingRescuedIsExitCode0() {
        queueOne();

        assertThat(salvage("--data-dir", data.toString(), "--to", rescued.toString()))
                .isZero();
        assertThat(out.toString()).contains("recovered 1 messages into " + rescued, "nothing is missing");
    }

    @Test
    void aDamagedMessageIsNamedAndExitCode1() throws IOException {
        MessageId id = queueOne();
        damageBody();

        assertThat(salvage("--data-dir", data.toString(), "--to", rescued.toString()))
                .isEqualTo(1);
        assertThat(out.toString())
                .contains("missing " + id + ": body of " + id)
                .contains("open recipients: alice@example.com")
                .contains("ACCEPTED app@example.org")
                .contains("missing: 1 messages");
    }

    @Test
    void theReportComesAsJsonToo() throws IOException {
        MessageId id = queueOne();
        damageBody();
        Path config = directory.resolve("relay.toml");
        Files.writeString(config, "data-dir = \"" + data + "\"\n");

        assertThat(salvage("--config", config.toString(), "--to", rescued.toString(), "--json"))
                .isEqualTo(1);
        List<JsonObject> lines = out.toString().lines().map(JsonObject::new).toList();
        JsonObject missing = lines.get(0);
        assertThat(missing.getString("id")).isEqualTo(id.toString());
        assertThat(missing.getJsonArray("recipients").getString(0)).isEqualTo("alice@example.com");
        JsonObject summary = lines.get(lines.size() - 1);
        assertThat(summary.getString("type")).isEqualTo("summary");
        assertThat(summary.getInteger("recovered")).isZero();
        assertThat(summary.getBoolean("complete")).isFalse();
    }

    @Test
    void aFullTargetAndAMissingSourceAreRefused() throws IOException {
        queueOne();
        Files.createDirectory(rescued);
        Files.createFile(rescued.resolve("file"));

        assertThat(salvage("--data-dir", data.toString(), "--to", rescued.toString()))
                .isEqualTo(73);
        assertThat(err.toString()).contains("is not empty");
        assertThat(salvage("--data-dir", directory.resolve("no").toString(), "--to", "x"))
                .isEqualTo(66);
        assertThat(salvage("--to", rescued.toString())).isEqualTo(64);
    }
}
