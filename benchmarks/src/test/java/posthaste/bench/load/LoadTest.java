package posthaste.bench.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import posthaste.bench.load.LoadGenerator.Offered;
import posthaste.bench.load.LoadShape.Limit;
import posthaste.bench.load.MessageLedger.Account;

/** Generator and sink over real sockets; and the judge, which must see each kind of fault: one that finds nothing proves nothing. */
class LoadTest {
    private static final long WAIT_NANOS = Duration.ofSeconds(20).toNanos();
    private static final LoadShape REUSE = new LoadShape(5, 0, false, 3, 1, "load.test", 0);

    private final LoadContent content = new LoadContent(1024, 7);
    private final MessageLedger ledger = new MessageLedger();
    private LoadSink sink;

    @BeforeEach
    void listen() throws IOException {
        sink = new LoadSink(LoadSink.Answer.TAKE, content, ledger);
    }

    @AfterEach
    void close() throws IOException {
        sink.close();
    }

    @Test
    void everyMessageOfADirectRunArrivesOnceAndIntact() throws IOException {
        assertExact(REUSE, content, 200);
    }

    @Test
    void aPipeliningClientWithSeveralRecipientsDoesToo() throws IOException {
        assertExact(new LoadShape(5, 0, true, 3, 7, "load.test", 0), content, 200);
    }

    @Test
    void soDoesOneConnectionPerMessage() throws IOException {
        assertExact(new LoadShape(5, 1, false, 1, 1, "load.test", 0), content, 200);
    }

    @Test
    void anOpenLoopOffersEveryMessage() throws IOException {
        assertExact(new LoadShape(5, 0, false, 1, 1, "load.test", 5_000), content, 200);
    }

    @Test
    void aLargeMessageIsWrittenInPiecesAndArrivesWhole() throws IOException {
        sink.close();
        LoadContent large = new LoadContent(8 * 1024 * 1024, 7);
        sink = new LoadSink(LoadSink.Answer.TAKE, large, ledger);

        assertExact(REUSE, large, 10);
    }

    private void assertExact(LoadShape shape, LoadContent each, int messages) throws IOException {
        Offered offered = new LoadGenerator(sink.address(), shape, each, ledger).run(Limit.messages(messages));
        awaitArrivals((long) messages * shape.recipients());

        Account account = ledger.account(offered.firstId(), offered.endId());

        assertThat(offered.failures()).as(offered.firstFailure().orElse("")).isZero();
        assertThat(account.accepted()).isEqualTo(messages);
        assertThat(account.accept().getTotalCount()).isEqualTo(messages);
        assertThat(account.endToEnd().getTotalCount()).isEqualTo(messages);
        assertThat(account.isExact()).as(account.toString()).isTrue();
        assertThat(account.lastArrivedNanos()).isGreaterThan(offered.startNanos());
    }

    @Test
    void theContentHasTheSizeThatWasAskedForAndDotsToStuff() {
        for (int bytes : new int[] {LoadContent.BYTES_MIN, 300, 333, 1024, 10_240}) {
            String wire = new String(new LoadContent(bytes, 1).wire(3), US_ASCII);
            String unstuffed = wire.substring(0, wire.length() - 3).replace("\r\n..", "\r\n.");

            assertThat(unstuffed).hasSize(bytes);
            assertThat(wire.split("\r\n")).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
        }
        assertThat(new String(content.wire(3), US_ASCII)).contains("\r\n..");
    }

    @Test
    void aMessageThatNeverArrivesIsLost() throws IOException {
        long id = acknowledged();

        Account account = ledger.account(id, id + 1);

        assertThat(account.lost()).isEqualTo(1);
        assertThat(account.isExact()).isFalse();
    }

    @Test
    void aMessageThatArrivesTwiceIsDuplicated() throws IOException {
        long id = acknowledged();

        deliver(id, "r0", content.wire(id));
        deliver(id, "r0", content.wire(id));

        Account account = ledger.account(id, id + 1);
        assertThat(account.duplicated()).isEqualTo(1);
        assertThat(account.lost()).isZero();
        assertThat(account.isExact()).isFalse();
    }

    @Test
    void oneChangedOctetAnywhereIsCorruption() throws IOException {
        long id = acknowledged();
        byte[] wire = content.wire(id);
        int faults = 0;
        for (int at = 0; at < wire.length - 5; at += 13) {
            byte[] changed = wire.clone();
            changed[at] ^= 1;
            deliver(id, "r0", changed);
            faults++;
            assertThat(ledger.account(id, id + 1).corrupt()).as("octet %d", at).isEqualTo(faults);
        }
        assertThat(ledger.account(id, id + 1).isExact()).isFalse();
    }

    @Test
    void aMissingOrAnAdditionalLineIsCorruption() throws IOException {
        long id = acknowledged();
        byte[] wire = content.wire(id);
        String text = new String(wire, US_ASCII);

        deliver(id, "r0", text.replace("end of message", "x\r\nend of message").getBytes(US_ASCII));
        deliver(id, "r0", text.replaceFirst("end of message \\d+\r\n", "").getBytes(US_ASCII));
        deliver(id, "r0", text.replaceFirst("\r\n\\.\r\n$", "\r\nx\r\n.\r\n").getBytes(US_ASCII));
        deliver(id, "r0", ".\r\n".getBytes(US_ASCII));

        assertThat(ledger.account(id, id + 1).corrupt()).isEqualTo(4);
    }

    @Test
    void theContentOfAnotherMessageIsUnexpected() throws IOException {
        long first = acknowledged();
        long second = acknowledged();

        deliver(first, "r0", content.wire(second));

        Account account = ledger.account(first, second + 1);
        assertThat(account.unexpected()).isEqualTo(1);
        assertThat(account.lost()).isEqualTo(2);
    }

    @Test
    void aRecipientThatTheMessageDoesNotHaveIsUnexpected() throws IOException {
        long id = acknowledged();

        deliver(id, "r1", content.wire(id));

        assertThat(ledger.account(id, id + 1).unexpected()).isEqualTo(1);
    }

    @Test
    void traceFieldsAboveTheMessageAreNoCorruption() throws IOException {
        long id = acknowledged();
        byte[] trace = "Received: from a by b\r\n\tid 0abc; now\r\nX-Load-Id: 12\r\n".getBytes(US_ASCII);
        byte[] wire = content.wire(id);
        byte[] both = Arrays.copyOf(trace, trace.length + wire.length);
        System.arraycopy(wire, 0, both, trace.length, wire.length);

        deliver(id, "r0", both);

        assertThat(ledger.account(id, id + 1).isExact()).isTrue();
    }

    @Test
    void aSinkThatDefersTakesNothing() throws IOException {
        try (LoadSink deferring = new LoadSink(LoadSink.Answer.DEFER, content, ledger)) {
            LoadGenerator generator = new LoadGenerator(deferring.address(), REUSE, content, ledger);

            assertThatThrownBy(() -> generator.run(Limit.messages(2_000)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("451");
            assertThat(deferring.deferred()).isPositive();
            assertThat(ledger.acknowledged()).isZero();
        }
    }

    @Test
    void aRelayThatIsNotThereIsAClearError() throws IOException {
        sink.stopListening();
        LoadGenerator generator = new LoadGenerator(sink.address(), REUSE, content, ledger);

        assertThatThrownBy(() -> generator.run(Limit.messages(2_000)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("refused");
    }

    @Test
    void latencyOfAnOpenLoopCountsFromTheTimeAMessageWasDue() {
        long start = 1_000_000_000L;
        for (int i = 0; i < 100; i++) {
            // Due every 10 ms; the relay stalls for one second and then answers everything at once.
            long due = start + i * 10_000_000L;
            long id = ledger.open(due, 1);
            ledger.acknowledged(id, start + 1_000_000_000L);
            ledger.arrived(id, 1, start + 1_000_000_000L);
        }

        Account account = ledger.account(0, 100);

        assertThat(account.accept().getMaxValue()).isBetween(999_000_000L, 1_001_000_000L);
        assertThat(account.accept().getValueAtPercentile(50)).isBetween(490_000_000L, 520_000_000L);
        assertThat(account.accept().getMinValue()).isBetween(9_900_000L, 10_100_000L);
        assertThat(account.toSink().getMaxValue()).isZero();
        assertThat(account.isExact()).isTrue();
    }

    @Test
    void aMessageHasArrivedWhenItsLastRecipientHasIt() {
        long id = ledger.open(1, MessageLedger.RECIPIENTS_MAX);

        ledger.arrived(id, Long.MAX_VALUE, 5);
        assertThat(ledger.arrivedNanos(id)).isEmpty();
        ledger.arrived(id, Long.MIN_VALUE, 9);

        assertThat(ledger.arrivedNanos(id)).hasValue(9);
        assertThat(ledger.account(id, id + 1).unexpected()).isZero();
    }

    @Test
    void aLedgerOfFiveMillionMessagesFitsASmallHeap() {
        long fiveMillionBytes = 5_000_000L * MessageLedger.MESSAGE_BYTES;

        assertThat(fiveMillionBytes).isLessThan(200_000_000);
        // One past the end of the first page: pages join without a gap.
        for (int i = 0; i < 40_000; i++) ledger.acknowledged(ledger.open(i + 1, 1), i + 2);
        for (int i = 0; i < 40_000; i++) ledger.arrived(i, 1, i + 3);
        assertThat(ledger.account(0, 40_000).isExact()).isTrue();
        assertThat(ledger.account(0, 40_000).accepted()).isEqualTo(40_000);
    }

    private long acknowledged() {
        long id = ledger.open(System.nanoTime(), 1);
        ledger.acknowledged(id, System.nanoTime());
        return id;
    }

    /** Hands a message to the sink as a relay would, and waits until it is judged. */
    private void deliver(long id, String recipient, byte[] wire) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(sink.address(), 5_000);
            socket.setSoTimeout(10_000);
            expect(socket, "", "220");
            expect(socket, "EHLO relay.test\r\n", "250 ");
            expect(socket, "MAIL FROM:<a@b.test>\r\n", "250");
            expect(socket, String.format("RCPT TO:<%s.%012d@d0.load.test>\r\n", recipient, id), "250");
            expect(socket, "DATA\r\n", "354");
            socket.getOutputStream().write(wire, 0, wire.length / 2);
            socket.getOutputStream().flush();
            socket.getOutputStream().write(wire, wire.length / 2, wire.length - wire.length / 2);
            expect(socket, "", "250");
            expect(socket, "QUIT\r\n", "221");
        }
    }

    private static void expect(Socket socket, String command, String code) throws IOException {
        socket.getOutputStream().write(command.getBytes(US_ASCII));
        InputStream in = socket.getInputStream();
        StringBuilder line = new StringBuilder();
        while (true) {
            int octet = in.read();
            if (octet < 0) throw new IOException("closed behind " + command);
            if (octet != '\n') {
                line.append((char) octet);
                continue;
            }
            if (line.length() > 3 && line.charAt(3) == '-') line.setLength(0);
            else break;
        }
        assertThat(line.toString()).startsWith(code);
    }

    private void awaitArrivals(long wanted) {
        long end = System.nanoTime() + WAIT_NANOS;
        while (ledger.arrivals() < wanted && System.nanoTime() < end) Thread.onSpinWait();
        assertThat(ledger.arrivals()).isEqualTo(wanted);
    }
}
