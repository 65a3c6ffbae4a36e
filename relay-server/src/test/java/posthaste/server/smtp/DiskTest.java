package posthaste.server.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.queue.QueueConfig;

/** What clients are told when the disk is full, broken or slow. */
class DiskTest {
    private static final long MIB = 1L << 20;
    private static final String ENVELOPE = "MAIL FROM:<a@app.test>\r\nRCPT TO:<u@dest.test>\r\nDATA\r\n";

    @TempDir
    Path directory;

    private static void inData(TestClient client) {
        client.send(ENVELOPE);
        client.expect("250");
        client.expect("250");
        client.expect("354");
    }

    /** Lines of letters that no compression makes small. */
    /** A message, whose header is short. */
    private static String noise(int octets) {
        Random random = new Random(octets);
        var text = new StringBuilder(octets).append("Subject: noise\r\n\r\n");
        while (text.length() < octets - 66) {
            for (int i = 0; i < 64; i++) text.append((char) ('a' + random.nextInt(26)));
            text.append("\r\n");
        }
        return text.toString();
    }

    @Test
    void belowTheReserveMailIsPutOffAndAllElseWorks() { // I050
        QueueConfig usual = RelayFixture.config(directory, MIB);
        var greedy = new QueueConfig(
                directory,
                Long.MAX_VALUE,
                usual.writeBuffers(),
                usual.walSize(),
                usual.blockCache(),
                usual.bodyMemory(),
                usual.chunkBytes(),
                usual.groupMax(),
                usual.eventAge(),
                usual.eventSize());
        try (RelayFixture relay = RelayFixture.start(greedy, LimitsConfig.DEFAULT);
                TestClient client = relay.greeted()) {
            client.command("MAIL FROM:<a@app.test>", "452 4.3.1");
            client.command("NOOP", "250");
            client.command("RCPT TO:<u@dest.test>", "503");
        }
    }

    @Test
    void aMessageThatTheDiskRefusesIsReadToItsEndAndPutOff() { // I114
        try (RelayFixture relay = RelayFixture.start(directory);
                TestClient client = relay.greeted()) {
            inData(client);
            client.command("before\r\n.", "250");
            assumeTrue(limitFileSize("600000"), "prlimit is missing");
            try {
                inData(client);
                client.send(noise(3_000_000));
                client.command(".", "451 4.3.0");
                client.command("NOOP", "250");
                assertThat(relay.queued()).isEqualTo(1);
            } finally {
                limitFileSize("unlimited");
            }
            RelayFixture.await(() -> relay.queue.refusal().isEmpty());
            inData(client);
            client.command("after\r\n.", "250");
            assertThat(relay.queued()).isEqualTo(2);
        }
    }

    @Test
    void manyLargeMessagesGoThroughAMemoryThatHoldsNone() throws InterruptedException {
        String content = noise(2_000_000);
        try (RelayFixture relay = RelayFixture.start(RelayFixture.config(directory, MIB), LimitsConfig.DEFAULT)) {
            Thread[] senders = new Thread[8];
            for (int i = 0; i < senders.length; i++) {
                senders[i] = new Thread(() -> {
                    try (TestClient client = relay.greeted()) {
                        inData(client);
                        client.send(content);
                        client.command(".", "250");
                    }
                });
                senders[i].start();
            }
            for (Thread sender : senders) sender.join();

            assertThat(relay.queued()).isEqualTo(senders.length);
            for (int i = 0; i < senders.length; i++) {
                String stored = new String(
                        Arrivals.contentOf(relay.arrivals.next()), java.nio.charset.StandardCharsets.US_ASCII);
                assertThat(stored.endsWith(content)).isTrue();
            }
        }
    }

    @Test
    void aQueueThatIsClosingSendsTheClientAway() {
        try (RelayFixture relay = RelayFixture.start(directory);
                TestClient client = relay.greeted();
                TestClient other = relay.greeted()) {
            inData(client);
            relay.queue.close();
            client.command(".", "421 4.3.2");
            client.expectEnd();
            other.command("MAIL FROM:<a@app.test>", "421 4.3.2");
            other.expectEnd();
        }
    }

    private static boolean limitFileSize(String bytes) {
        String own = Long.toString(ProcessHandle.current().pid());
        try {
            Process process = new ProcessBuilder("prlimit", "--pid", own, "--fsize=" + bytes + ":")
                    .redirectErrorStream(true)
                    .start();
            return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException missing) {
            return false;
        } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
        }
    }
}
