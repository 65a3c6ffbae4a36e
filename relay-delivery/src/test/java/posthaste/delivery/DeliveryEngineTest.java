package posthaste.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.delivery.EngineFixture.FAST;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import posthaste.delivery.route.OwnMailboxes;
import posthaste.delivery.testkit.Move;
import posthaste.delivery.testkit.ScriptedHop;
import posthaste.delivery.testkit.ScriptedHop.Received;
import posthaste.delivery.testkit.Step;
import posthaste.delivery.testkit.TestDns;
import posthaste.queue.MessageId;
import posthaste.queue.QueueEvent;
import posthaste.queue.QueueEvent.Kind;
import posthaste.smtp.ReversePath;

/** From the queue to the hosts and back: what becomes of mail with hosts of every kind. */
class DeliveryEngineTest {
    @TempDir
    Path directory;

    private TestDns dns;
    private ScriptedHop hop;

    @BeforeEach
    void start() {
        hop = ScriptedHop.start();
        dns = TestDns.start();
        domain("one.example", "127.0.0.1");
        domain("app.example", "127.0.0.1");
    }

    @AfterEach
    void stop() {
        hop.close();
        dns.close();
    }

    private void domain(String name, String address) {
        dns.mx(name, 10, "mx." + name).a("mx." + name, address);
    }

    private EngineFixture engine() {
        return engine(FAST);
    }

    private EngineFixture engine(RetryConfig retry) {
        return engine(retry, EngineParts.Bounds.DEFAULT);
    }

    private EngineFixture engine(EngineParts.Bounds bounds) {
        return engine(FAST, bounds);
    }

    private EngineFixture engine(RetryConfig retry, EngineParts.Bounds bounds) {
        return new EngineFixture(directory, EngineFixture.config(dns, hop.port(), retry), bounds).started();
    }

    private static RetryConfig retry(Duration expire, Duration notice) {
        return new RetryConfig(
                FAST.initialDelay(), 1.5, FAST.maxDelay(), expire, expire, notice, FAST.ambiguousDelay());
    }

    // Taken.

    @Test
    void mailReachesItsHostAndLeavesTheQueue() {
        try (EngineFixture engine = engine()) {
            MessageId id = engine.send("Subject: x\r\n\r\n.dot\r\n", "bob@one.example");

            List<Received> received = hop.awaitReceived(1);
            engine.awaitEmpty();

            assertThat(received.get(0).text()).isEqualTo("Subject: x\r\n\r\n.dot\r\n");
            assertThat(received.get(0).mail()).startsWith("MAIL FROM:<sender@app.example>");
            engine.awaitKind(id, Kind.DELIVERED);
            QueueEvent delivered = engine.history(id).get(1);
            assertThat(delivered.host()).isEqualTo("mx.one.example[127.0.0.1]:" + hop.port());
            assertThat(delivered.recipient()).isEqualTo("bob@one.example");
        }
    }

    @Test
    void recipientsOfOneDestinationShareATransactionAndOthersDoNot() {
        domain("two.example", "127.0.0.1");
        try (EngineFixture engine = engine()) {
            engine.send("x\r\n", "a@one.example", "b@two.example", "c@one.example");

            engine.awaitEmpty();

            assertThat(hop.received().stream().map(each -> each.recipients().size()))
                    .containsExactlyInAnyOrder(2, 1);
        }
    }

    @Test
    void moreRecipientsThanATransactionTakesAreDeliveredInSeveral() {
        String[] recipients =
                IntStream.range(0, 250).mapToObj(i -> "r" + i + "@one.example").toArray(String[]::new);
        try (EngineFixture engine = engine()) {
            engine.send("x\r\n", recipients);

            engine.awaitEmpty();

            assertThat(hop.received().stream().map(each -> each.recipients().size()))
                    .containsExactly(100, 100, 50);
            assertOnce(hop, recipients);
        }
    }

    @Test
    void aHostThatTakesFewRecipientsAtOnceGetsTheRestAtOnceInFurtherTransactions() {
        hop.when(Step.RCPT).with("r4@").times(1).then(Move.reply("452 4.5.3 Too many recipients"));
        hop.when(Step.RCPT).with("r5@").times(1).then(Move.reply("452 4.5.3 Too many recipients"));
        String[] recipients =
                IntStream.range(0, 6).mapToObj(i -> "r" + i + "@one.example").toArray(String[]::new);
        try (EngineFixture engine = engine()) {
            MessageId id = engine.send("x\r\n", recipients);

            engine.awaitEmpty();

            assertOnce(hop, recipients);
            engine.awaitKind(id, Kind.DELIVERED);
            assertThat(engine.count("posthaste.delivery.deferred")).isZero();
        }
    }

    @Test
    void aBacklogFromBeforeTheStartIsDeliveredOnce() {
        int messages = 3_000;
        try (EngineFixture before = new EngineFixture(directory, EngineFixture.config(dns, hop.port(), FAST))) {
            List<CompletionStage<MessageId>> accepted = new ArrayList<>();
            for (int i = 0; i < messages; i++) accepted.add(before.submit("x\r\n", "r" + i + "@one.example"));
            accepted.forEach(EngineFixture::await);
        }

        try (EngineFixture engine = engine()) {
            engine.awaitEmpty();

            assertOnce(
                    hop,
                    IntStream.range(0, messages)
                            .mapToObj(i -> "r" + i + "@one.example")
                            .toArray(String[]::new));
        }
    }

    @Test
    void moreFreshMailThanFitsIntoMemoryIsDeliveredOnce() {
        int messages = 6_000;
        try (EngineFixture engine = engine()) {
            for (int i = 0; i < messages; i++) {
                var unused = engine.submit("x\r\n", "r" + i + "@one.example");
            }
            hop.awaitReceived(messages);
            engine.awaitEmpty();

            assertOnce(
                    hop,
                    IntStream.range(0, messages)
                            .mapToObj(i -> "r" + i + "@one.example")
                            .toArray(String[]::new));
        }
    }

    // Refused and put off.

    @Test
    void oneRefusedRecipientOfThreeIsReportedAndHarmsNothingForTheOthers() {
        hop.when(Step.RCPT).with("gone@").then(Move.reply("550 5.1.1 No such user"));
        try (EngineFixture engine = engine()) {
            MessageId id = engine.send("x\r\n", "a@one.example", "gone@one.example", "c@one.example");

            List<Received> received = hop.awaitReceived(2);
            engine.awaitEmpty();

            Received report = received.stream()
                    .filter(each -> each.mail().startsWith("MAIL FROM:<>"))
                    .findFirst()
                    .orElseThrow();
            assertThat(report.recipients()).containsExactly("RCPT TO:<sender@app.example>");
            assertThat(report.text()).contains("gone@one.example", "550 5.1.1", "No such user");
            assertThat(report.text()).doesNotContain("a@one.example", "c@one.example");
            assertOnce(hop, "a@one.example", "c@one.example");
            engine.awaitKind(id, Kind.REPORTED);
            assertThat(engine.kinds(id)).contains(Kind.DELIVERED, Kind.BOUNCED);
        }
    }

    @Test
    void aRecipientPutOffWaitsAndIsTriedAgainAlone() {
        hop.when(Step.RCPT).with("grey@").times(1).then(Move.reply("450 4.2.0 Greylisted"));
        try (EngineFixture engine = engine()) {
            MessageId id = engine.send("x\r\n", "a@one.example", "grey@one.example");

            engine.awaitEmpty();

            assertOnce(hop, "a@one.example", "grey@one.example");
            engine.awaitKind(id, Kind.DEFERRED);
            QueueEvent deferred = event(engine, id, Kind.DEFERRED);
            assertThat(deferred.attempts()).isEqualTo(1);
            assertThat(deferred.detail()).isEqualTo("450 4.2.0 Greylisted");
            assertThat(deferred.nextDueMillis()).isGreaterThan(deferred.atMillis());
        }
    }

    @Test
    void aReportThatIsRefusedCausesNoReport() {
        hop.when(Step.RCPT).then(Move.reply("550 5.1.1 No such user"));
        try (EngineFixture engine = engine()) {
            engine.send("x\r\n", "gone@one.example");

            engine.awaitEmpty();

            // Counted by the destination once it hears of the record, a moment behind it.
            EngineFixture.await(() -> engine.count("posthaste.delivery.bounced") >= 2, "bounced");
            assertThat(engine.count("posthaste.delivery.reports")).isEqualTo(1);
        }
    }

    @Test
    void mailFromTheNullReversePathBouncesSilently() {
        try (EngineFixture engine = engine()) {
            MessageId id = engine.send(ReversePath.NULL, "x\r\n", "a@nosuch.example");

            engine.awaitEmpty();

            engine.awaitKind(id, Kind.BOUNCED);
            assertThat(hop.received()).isEmpty();
        }
    }

    @Test
    void theWholeMessageRefusedAtTheDotIsReported() {
        hop.when(Step.DOT).nth(1).then(Move.reply("554 5.7.1 Rejected as spam"));
        try (EngineFixture engine = engine()) {
            engine.send("x\r\n", "a@one.example", "b@one.example");

            Received report = hop.awaitReceived(1).get(0);
            engine.awaitEmpty();

            assertThat(report.mail()).startsWith("MAIL FROM:<>");
            assertThat(report.text()).contains("a@one.example", "b@one.example", "554 5.7.1");
            assertThat(hop.received()).hasSize(1);
        }
    }

    // Names.

    @Test
    void aDomainThatDoesNotExistIsReported() {
        try (EngineFixture engine = engine()) {
            engine.send("x\r\n", "bob@nosuch.example");

            Received report = hop.awaitReceived(1).get(0);
            engine.awaitEmpty();

            assertThat(report.text()).contains("Status: 5.1.2", "nosuch.example");
        }
    }

    @Test
    void mailWaitsForANameServerThatFails() {
        dns.servfail("later.example");
        try (EngineFixture engine = engine()) {
            MessageId first = engine.send("x\r\n", "a@later.example");
            MessageId second = engine.send("x\r\n", "b@later.example");
            engine.awaitKind(first, Kind.DEFERRED);
            domain("later.example", "127.0.0.1");
            dns.healthy("later.example");

            engine.awaitEmpty();

            assertOnce(hop, "a@later.example", "b@later.example");
            assertThat(event(engine, first, Kind.DEFERRED).detail()).startsWith("451 4.4.3");
            assertThat(event(engine, first, Kind.DEFERRED).attempts()).isZero();
            engine.awaitKind(second, Kind.DELIVERED);
        }
    }

    // Hosts that fail.

    @Test
    void mailWaitsForAHostThatIsDownAndIsChargedNoAttempt() {
        int port = hop.port();
        hop.close();
        try (EngineFixture engine = engine()) {
            MessageId id = engine.send("x\r\n", "bob@one.example");
            engine.awaitKind(id, Kind.DEFERRED);
            EngineFixture.await(() -> engine.count("posthaste.delivery.site.pauses") >= 3, "no further try");

            hop = ScriptedHop.start(InetAddress.getLoopbackAddress(), port);
            engine.awaitEmpty();

            assertOnce(hop, "bob@one.example");
            assertThat(engine.history(id))
                    .allSatisfy(each -> assertThat(each.attempts()).isLessThanOrEqualTo(1));
            assertThat(event(engine, id, Kind.DEFERRED).attempts()).isZero();
            assertThat(event(engine, id, Kind.DEFERRED).detail()).startsWith("451 4.4.1");
        }
    }

    @Test
    void manyMessagesForADeadHostCostOneRecordEachTimeAndStayOnDisk() {
        int port = hop.port();
        hop.close();
        try (EngineFixture engine = engine()) {
            for (int i = 0; i < 500; i++) engine.send("x\r\n", "r" + i + "@one.example");
            EngineFixture.await(() -> engine.count("posthaste.delivery.site.pauses") >= 4, "no further try");

            double pauses = engine.count("posthaste.delivery.site.pauses");
            assertThat(engine.count("posthaste.delivery.deferred")).isLessThanOrEqualTo(4 * pauses);

            hop = ScriptedHop.start(InetAddress.getLoopbackAddress(), port);
            engine.awaitEmpty();
            assertThat(hop.received()).hasSize(500);
        }
    }

    @Test
    void theNextHostIsTriedAtOnceWhereTheFirstIsDown() {
        try (ScriptedHop second = ScriptedHop.start(loopback(2), hop.port())) {
            dns.mx("pair.example", 10, "a.pair.example").mx("pair.example", 20, "b.pair.example");
            dns.a("a.pair.example", "127.0.0.3").a("b.pair.example", "127.0.0.2");
            try (EngineFixture engine = engine()) {
                MessageId id = engine.send("x\r\n", "bob@pair.example");

                second.awaitReceived(1);
                engine.awaitEmpty();

                assertThat(engine.kinds(id)).doesNotContain(Kind.DEFERRED);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"421 4.3.2 Not now", "554 5.7.1 Not you", "220-never\n221 ending"})
    void theNextHostIsTriedWhereTheFirstGreetsBadly(String greeting) {
        hop.when(Step.GREETING).then(Move.reply(greeting), Move.close());
        try (ScriptedHop second = ScriptedHop.start(loopback(2), hop.port())) {
            dns.mx("pair.example", 10, "a.pair.example").mx("pair.example", 20, "b.pair.example");
            dns.a("a.pair.example", "127.0.0.1").a("b.pair.example", "127.0.0.2");
            try (EngineFixture engine = engine()) {
                engine.send("x\r\n", "bob@pair.example");

                second.awaitReceived(1);
                engine.awaitEmpty();

                assertOnce(second, "bob@pair.example");
            }
        }
    }

    @Test
    void aRecipientPutOffIsTriedWithOneMoreHost() {
        hop.when(Step.RCPT).with("bob@").then(Move.reply("451 4.3.0 Try later"));
        try (ScriptedHop second = ScriptedHop.start(loopback(2), hop.port())) {
            dns.mx("pair.example", 10, "a.pair.example").mx("pair.example", 20, "b.pair.example");
            dns.a("a.pair.example", "127.0.0.1").a("b.pair.example", "127.0.0.2");
            try (EngineFixture engine = engine()) {
                engine.send("x\r\n", "ann@pair.example", "bob@pair.example");

                engine.awaitEmpty();

                assertOnce(hop, "ann@pair.example");
                assertOnce(second, "bob@pair.example");
                assertThat(engine.count("posthaste.delivery.deferred")).isZero();
            }
        }
    }

    @Test
    void aHostThatFailsInTheMiddleCostsTheMessageAnAttemptAndOthersGoOn() {
        hop.when(Step.RCPT).with("poison@").times(3).then(Move.close());
        try (EngineFixture engine = engine()) {
            MessageId poison = engine.send("x\r\n", "poison@one.example");
            engine.awaitKind(poison, Kind.DEFERRED);
            engine.send("x\r\n", "fine@one.example");

            engine.awaitEmpty();

            assertOnce(hop, "poison@one.example", "fine@one.example");
            assertThat(event(engine, poison, Kind.DEFERRED).attempts()).isEqualTo(1);
        }
    }

    @Test
    void aLostReplyToTheFinalDotIsListedAndTriedAgainLater() {
        hop.when(Step.DOT).nth(1).then(Move.reset());
        try (EngineFixture engine = engine()) {
            MessageId id = engine.send("x\r\n", "bob@one.example");

            engine.awaitEmpty();

            engine.awaitKind(id, Kind.DELIVERED);
            assertThat(engine.kinds(id)).containsExactly(Kind.ACCEPTED, Kind.AMBIGUOUS, Kind.DELIVERED);
            assertThat(engine.count("posthaste.delivery.ambiguous")).isEqualTo(1);
            assertThat(hop.dots()).hasSize(2);
        }
    }

    @Test
    void aDestinationThatHangsDelaysNoOther() {
        CountDownLatch gate = new CountDownLatch(1);
        try (ScriptedHop slow = ScriptedHop.start(loopback(2), hop.port())) {
            slow.when(Step.GREETING).then(Move.hold(gate), Move.normally());
            domain("slow.example", "127.0.0.2");
            try (EngineFixture engine = engine()) {
                for (int i = 0; i < 50; i++) engine.send("x\r\n", "s" + i + "@slow.example");
                slow.awaitConnections(1);
                for (int i = 0; i < 200; i++) engine.send("x\r\n", "f" + i + "@one.example");

                hop.awaitReceived(200);
                assertThat(slow.received()).isEmpty();

                gate.countDown();
                engine.awaitEmpty();
                assertThat(slow.received()).hasSize(50);
            }
        }
    }

    @Test
    void moreDestinationsThanFitIntoMemoryTakeTheirTurns() {
        CountDownLatch gate = new CountDownLatch(1);
        hop.when(Step.GREETING).then(Move.hold(gate), Move.normally());
        var bounds = new EngineParts.Bounds(50, 20, 10);
        try (EngineFixture engine = engine(bounds)) {
            for (int i = 0; i < 300; i++) domain("d" + i + ".example", "127.0.0.1");
            for (int i = 0; i < 900; i++) engine.send("x\r\n", "r" + i + "@d" + i % 300 + ".example");
            hop.awaitConnections(1);

            assertThat(engine.gauge("posthaste.delivery.destinations")).isBetween(1.0, 20.0);
            assertThat(engine.gauge("posthaste.delivery.ready")).isLessThanOrEqualTo(50 + 20 * 4);

            gate.countDown();
            engine.awaitEmpty();
            assertThat(hop.received()).hasSize(900);
        }
    }

    @Test
    @DisplayName("O107 a read that ends behind a pause leaves nothing in memory: dead hosts take no room from others")
    void aReadThatEndsBehindAPauseLeavesNothingInMemory() {
        hop.close();
        int count = 50;
        var reads = new HeldReads();
        RetryConfig slow = new RetryConfig(
                Duration.ofMinutes(10),
                1.5,
                Duration.ofMinutes(30),
                Duration.ofDays(5),
                Duration.ofDays(1),
                Duration.ofHours(4),
                Duration.ofHours(1));
        DeliveryConfig config = EngineFixture.config(dns, hop.port(), slow);
        try (var engine =
                new EngineFixture(directory, config, EngineParts.Bounds.DEFAULT, OwnMailboxes.NONE, reads::of)) {
            dns.hold("one.example");
            engine.started();
            for (int i = 0; i < count; i++) engine.send("x\r\n", "r" + i + "@one.example");
            dns.awaitQueries("one.example", "MX", 1);
            reads.tellBacklog("one.example");

            dns.release("one.example");
            reads.awaitHeld();
            EngineFixture.await(
                    () -> engine.history().stream().anyMatch(each -> each.kind() == Kind.DEFERRED), "not tried");
            reads.letGo();

            EngineFixture.await(() -> engine.gauge("posthaste.delivery.under.way") == 0, "still under way");
            assertThat(engine.gauge("posthaste.delivery.ready")).isZero();
            assertThat(engine.queue().status().messages()).isEqualTo(count);
        }
    }

    @Test
    void destinationsOfADeadHostWaitTogetherAndReadNothing() {
        int port = hop.port();
        hop.close();
        for (int i = 0; i < 300; i++) domain("d" + i + ".example", "127.0.0.1");
        try (EngineFixture engine = engine(new EngineParts.Bounds(1_000, 20, 10))) {
            for (int i = 0; i < 300; i++) engine.send("x\r\n", "r" + i + "@d" + i + ".example");
            EngineFixture.await(() -> engine.count("posthaste.delivery.site.pauses") >= 5, "no further try");

            assertThat(engine.gauge("posthaste.delivery.destinations")).isLessThanOrEqualTo(20);
            // One destination of those that wait finds out for all.
            assertThat(engine.count("posthaste.delivery.deferred")).isLessThanOrEqualTo(300 + 30);

            hop = ScriptedHop.start(InetAddress.getLoopbackAddress(), port);
            engine.awaitEmpty();
            assertThat(hop.received()).hasSize(300);
        }
    }

    @Test
    void deadSitesThatWereForgottenForRoomAreTriedLessAndLessOften() {
        for (int i = 0; i < 30; i++) domain("d" + i + ".example", "127.0.1." + (i + 1)); // nobody listens there
        var slower = new RetryConfig(
                Duration.ofMillis(100),
                2,
                Duration.ofSeconds(20),
                Duration.ofMinutes(5),
                Duration.ofMinutes(5),
                Duration.ofMinutes(4),
                Duration.ofMillis(400));
        try (EngineFixture engine = engine(slower, new EngineParts.Bounds(1_000, 2, 2))) {
            for (int i = 0; i < 30; i++) engine.send("x\r\n", "r@d" + i + ".example");

            // 100 ms, 200, 400, 800: a relay that forgot would try every 100 ms.
            EngineFixture.await(
                    () -> engine.history().stream()
                            .filter(each -> each.kind() == Kind.DEFERRED)
                            .anyMatch(each -> each.nextDueMillis() - each.atMillis() > 700),
                    "the pauses do not grow");
        }
    }

    // The end of a lifetime.

    @Test
    void mailThatCannotBeDeliveredInItsTimeIsReported() {
        domain("dead.example", "127.0.0.9");
        try (EngineFixture engine = engine(retry(Duration.ofSeconds(1), Duration.ofMinutes(1)))) {
            MessageId id = engine.send("x\r\n", "bob@dead.example");

            Received report = hop.awaitReceived(1).get(0);
            engine.awaitEmpty();

            engine.awaitKind(id, Kind.EXPIRED);
            assertThat(report.text()).contains("Status: 5.4.7", "bob@dead.example", "4.4.1");
        }
    }

    @Test
    void mailThatIsPutOffForeverIsReportedInTheEnd() {
        hop.when(Step.RCPT).with("bob@").then(Move.reply("450 4.2.0 Later"));
        try (EngineFixture engine = engine(retry(Duration.ofSeconds(1), Duration.ofMinutes(1)))) {
            engine.send("x\r\n", "bob@one.example");

            Received report = hop.awaitReceived(1).get(0);
            engine.awaitEmpty();

            assertThat(report.text()).contains("Status: 5.4.7", "450 4.2.0 Later");
            assertThat(hop.received()).hasSize(1);
        }
    }

    @Test
    void theSenderIsToldOnceThatMailWaits() {
        domain("dead.example", "127.0.0.9");
        try (EngineFixture engine = engine(retry(Duration.ofSeconds(3), Duration.ofMillis(600)))) {
            MessageId id = engine.send("x\r\n", "bob@dead.example");

            engine.awaitEmpty();

            List<Received> reports = hop.received();
            assertThat(reports).hasSize(2);
            assertThat(reports.get(0).text()).contains("Action: delayed", "bob@dead.example");
            assertThat(reports.get(1).text()).contains("Action: failed");
            engine.awaitKind(id, Kind.EXPIRED);
        }
    }

    // Stopping.

    @Test
    void whatIsUnderWayEndsAndTheRestStaysInTheQueue() {
        CountDownLatch gate = new CountDownLatch(1);
        hop.when(Step.DOT).nth(1).then(Move.hold(gate), Move.normally());
        try (EngineFixture engine = engine()) {
            engine.send("x\r\n", "first@one.example");
            hop.awaitCommand(line -> line.startsWith("DATA"));
            new Thread(() -> {
                        EngineFixture.await(() -> engine.gauge("posthaste.delivery.under.way") > 0, "nothing runs");
                        gate.countDown();
                    })
                    .start();
            engine.drain();
            engine.send("x\r\n", "second@one.example");
            assertThat(hop.received()).hasSize(1);
        }

        try (EngineFixture again = engine()) {
            again.awaitEmpty();
            assertOnce(hop, "first@one.example", "second@one.example");
        }
    }

    // Everything at once.

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void nothingIsLostOrRepeatedWithHostsThatFailAtRandom(long seed) {
        Random random = new Random(seed);
        Move[] mischief = {
            Move.reply("421 4.3.2 Closing"),
            Move.close(),
            Move.reset(),
            Move.reply("450 4.2.0 Later"),
            Move.reply("451 4.7.1 Too many messages")
        };
        for (Step step : List.of(Step.GREETING, Step.EHLO, Step.MAIL, Step.RCPT, Step.DATA)) {
            for (int i = 0; i < 8; i++) {
                Move move = mischief[random.nextInt(mischief.length)];
                hop.when(step).nth(1 + random.nextInt(60)).then(move, Move.close());
            }
        }
        for (int i = 0; i < 5; i++) {
            hop.when(Step.RCPT).nth(1 + random.nextInt(60)).then(Move.reply("550 5.1.1 No such user"));
        }
        for (int i = 0; i < 4; i++) domain("d" + i + ".example", "127.0.0.1");
        Map<MessageId, List<String>> sent = new HashMap<>();
        try (EngineFixture engine = engine()) {
            for (int i = 0; i < 120; i++) {
                List<String> recipients = new ArrayList<>();
                for (int k = 0; k <= random.nextInt(4); k++) {
                    recipients.add("m" + i + "-" + k + "@d" + random.nextInt(4) + ".example");
                }
                sent.put(engine.send("x\r\n", recipients.toArray(String[]::new)), recipients);
            }

            engine.awaitEmpty();

            sent.forEach((id, recipients) -> {
                for (String each : recipients) assertEndedOnce(engine, id, each, seed);
            });
        }
    }

    private void assertEndedOnce(EngineFixture engine, MessageId id, String recipient, long seed) {
        EngineFixture.await(() -> !ends(engine, id, recipient).isEmpty(), id + " has no end, seed " + seed);
        List<QueueEvent> ends = ends(engine, id, recipient);
        long copies = copies(hop, recipient);
        assertThat(ends).as("seed %d: %s", seed, ends).hasSize(1);
        assertThat(copies).as("seed %d: %s", seed, ends).isEqualTo(ends.get(0).kind() == Kind.DELIVERED ? 1 : 0);
    }

    private static List<QueueEvent> ends(EngineFixture engine, MessageId id, String recipient) {
        return engine.history(id).stream()
                .filter(each -> each.recipient().equals(recipient))
                .filter(each -> each.kind() == Kind.DELIVERED || each.kind() == Kind.BOUNCED)
                .toList();
    }

    @Test
    void mailThatIsAcceptedWhenTheLoopsHaveEndedStaysInTheQueue() {
        EngineFixture ended = engine();
        ended.endLoops(Duration.ZERO);
        ended.send("x\r\n", "bob@one.example");
        assertThat(ended.queue().status().fatal()).isEmpty();
        ended.queue().close();

        try (EngineFixture next = engine()) {
            next.awaitEmpty();
        }
        assertOnce(hop, "bob@one.example");
    }

    // Looking.

    private static QueueEvent event(EngineFixture engine, MessageId id, Kind kind) {
        return engine.history(id).stream()
                .filter(each -> each.kind() == kind)
                .findFirst()
                .orElseThrow();
    }

    private static void assertOnce(ScriptedHop hop, String... recipients) {
        var seen = new HashSet<String>();
        for (Received each : hop.received()) {
            for (String line : each.recipients())
                assertThat(seen.add(line)).as(line).isTrue();
        }
        for (String each : recipients) assertThat(seen).contains("RCPT TO:<" + each + ">");
    }

    private static long copies(ScriptedHop hop, String recipient) {
        return hop.received().stream()
                .filter(each -> each.recipients().contains("RCPT TO:<" + recipient + ">"))
                .count();
    }

    private static InetAddress loopback(int last) {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
        } catch (java.net.UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
