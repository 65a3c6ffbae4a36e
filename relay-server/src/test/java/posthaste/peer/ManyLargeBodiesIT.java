package posthaste.peer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import posthaste.delivery.testkit.TestDns;

/**
 * Fifty sessions hand in bodies at once that together are many times the heap of the relay. One of 50 MB and 49 of
 * 10 MB; the system property {@code posthaste.large-body-octets} sets the size of the 49.
 */
@Tag("slow")
class ManyLargeBodiesIT {
    private static final int SESSIONS = 50;
    private static final int LARGEST = 50_000_000;
    private static final int USUAL = Integer.getInteger("posthaste.large-body-octets", 10_000_000);
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final long POLL_MILLIS = 50;

    @Test
    void aSmallHeapTakesAndDeliversFiftyLargeBodiesAtOnce(@TempDir Path directory, TestReporter reporter)
            throws Exception {
        RelayUnderTest.assumeBuilt();
        Map<String, ChecksumSink.Sum> sent = new ConcurrentHashMap<>();
        try (ChecksumSink sink = ChecksumSink.start();
                TestDns dns =
                        TestDns.start().mx("example.net", 10, "mx.peer.example").a("mx.peer.example", "127.0.0.1");
                RelayUnderTest relay = RelayUnderTest.start(
                        directory,
                        RelayUnderTest.configuration(
                                directory.resolve("data"),
                                dns.address(),
                                sink.address().getPort()),
                        "-Xmx128m",
                        "-XX:MaxDirectMemorySize=64m")) {
            long start = System.nanoTime();

            sendAll(relay, sent);
            long accepted = System.nanoTime();
            await(() -> sink.received().size() == SESSIONS || !relay.isRunning());

            reporter.publishEntry("accepted-ms", Long.toString((accepted - start) / 1_000_000));
            reporter.publishEntry("delivered-ms", Long.toString((System.nanoTime() - start) / 1_000_000));
            reporter.publishEntry("relay-peak-memory", peakMemory(relay.pid()));
            assertThat(relay.isRunning()).as(relay::log).isTrue();
            assertThat(sink.received())
                    .hasSize(SESSIONS)
                    .allSatisfy((recipient, sums) -> assertThat(sums).containsExactly(sent.get(recipient)));
        }
    }

    private static void sendAll(RelayUnderTest relay, Map<String, ChecksumSink.Sum> sent) throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(SESSIONS);
        try {
            var replies = new ArrayList<Callable<String>>();
            for (int i = 0; i < SESSIONS; i++) {
                String recipient = "user" + i + "@example.net";
                int octets = i == 0 ? LARGEST : USUAL;
                replies.add(() -> {
                    try (RawSmtp client = RawSmtp.connect(relay.address())) {
                        return send(client, recipient, octets, sent);
                    }
                });
            }
            for (Future<String> reply : clients.invokeAll(replies)) {
                assertThat(reply.get()).startsWith("250 2.0.0");
            }
        } finally {
            clients.shutdownNow();
        }
    }

    private static String send(RawSmtp client, String recipient, int octets, Map<String, ChecksumSink.Sum> sent)
            throws IOException {
        var crc = new CRC32C();
        byte[] header = ("Subject: for " + recipient + "\r\n\r\n").getBytes(US_ASCII);
        byte[] lines =
                (recipient + " 0123456789".repeat(80) + "\r\n").repeat(70).getBytes(US_ASCII);
        crc.update(header);
        long length = header.length;
        List<byte[]> pieces = new ArrayList<>(List.of(header));
        while (length < octets) {
            pieces.add(lines);
            crc.update(lines);
            length += lines.length;
        }
        sent.put(recipient, new ChecksumSink.Sum(length, crc.getValue()));
        return client.sendPieces("alice@sender.example", recipient, pieces);
    }

    private static String peakMemory(long pid) throws IOException {
        Path status = Path.of("/proc/" + pid + "/status");
        if (!Files.isReadable(status)) return "unknown";
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .map(line -> line.replaceAll("\\s+", " "))
                .findFirst()
                .orElse("unknown");
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() - end < 0) Thread.sleep(POLL_MILLIS);
    }
}
