package posthaste.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.delivery.testkit.Move;
import posthaste.delivery.testkit.ScriptedHop;
import posthaste.delivery.testkit.ScriptedHop.Received;
import posthaste.delivery.testkit.Step;
import posthaste.delivery.testkit.TestDns;
import posthaste.queue.Envelope.Requests;
import posthaste.queue.MessageId;
import posthaste.queue.QueueEvent.Kind;
import posthaste.queue.Recipient;
import posthaste.smtp.MailVerb;
import posthaste.smtp.Mailbox;
import posthaste.smtp.ReturnContent;

/** Everything of some destinations is tried now, because somebody asked for it. Without that nothing would be for an hour. */
class AttemptNowTest {
    private static final RetryConfig SLOW = new RetryConfig(
            Duration.ofHours(1),
            1.5,
            Duration.ofHours(4),
            Duration.ofDays(5),
            Duration.ofDays(1),
            Duration.ofHours(4),
            Duration.ofHours(1));
    private static final DestinationMatch ONE = DestinationMatch.exactly("one.example");

    @TempDir
    Path directory;

    private TestDns dns;
    private ScriptedHop hop;

    @BeforeEach
    void start() {
        hop = ScriptedHop.start();
        dns = TestDns.start();
        domain("one.example");
    }

    @AfterEach
    void stop() {
        hop.close();
        dns.close();
    }

    private void domain(String name) {
        dns.mx(name, 10, "mx.one.example").a("mx.one.example", "127.0.0.1");
    }

    private EngineFixture engine() {
        return engine(hop.port());
    }

    private EngineFixture engine(int port) {
        return new EngineFixture(directory, EngineFixture.config(dns, port, SLOW)).started();
    }

    private long rcpts() {
        return hop.commands().stream().filter(line -> line.startsWith("RCPT")).count();
    }

    @Test
    @DisplayName("O113 what was put off is tried at once, and the answer tells how much waited")
    void whatWasPutOffIsTriedAtOnce() {
        hop.when(Step.RCPT).times(2).then(Move.reply("450 4.2.0 Greylisted"));
        try (EngineFixture engine = engine()) {
            MessageId first = engine.send("x\r\n", "a@one.example");
            MessageId second = engine.send("x\r\n", "b@one.example");
            engine.awaitKind(first, Kind.DEFERRED);
            engine.awaitKind(second, Kind.DEFERRED);

            assertThat(engine.attemptNow(ONE)).isEqualTo(new AttemptedNow(1, 2, false));

            hop.awaitReceived(2);
            engine.awaitEmpty();
        }
    }

    @Test
    @DisplayName("O113 the back-off of hosts that could not be reached is over")
    void hostsThatWereDownAreTriedAtOnce() {
        int port = hop.port();
        hop.close();
        try (EngineFixture engine = engine(port)) {
            MessageId id = engine.send("x\r\n", "a@one.example");
            engine.awaitKind(id, Kind.DEFERRED);
            hop = ScriptedHop.start(InetAddress.getLoopbackAddress(), port);

            assertThat(engine.attemptNow(ONE).deliveries()).isEqualTo(1);

            hop.awaitReceived(1);
            engine.awaitEmpty();
        }
    }

    @Test
    @DisplayName("O113 hosts that are still down make the mail wait again")
    void hostsThatAreStillDownMakeItWaitAgain() {
        int port = hop.port();
        hop.close();
        try (EngineFixture engine = engine(port)) {
            MessageId id = engine.send("x\r\n", "a@one.example");
            engine.awaitKind(id, Kind.DEFERRED);
            double before = engine.count("posthaste.delivery.sites.paused");

            engine.attemptNow(ONE);

            EngineFixture.await(
                    () -> engine.kinds(id).stream()
                                    .filter(Kind.DEFERRED::equals)
                                    .count()
                            == 2,
                    "not tried: " + engine.history(id) + before);
            hop = ScriptedHop.start(InetAddress.getLoopbackAddress(), port);
            engine.attemptNow(ONE);
            hop.awaitReceived(1);
        }
    }

    @Test
    @DisplayName("O113 the name system is asked again")
    void namesThatWereNotFoundAreLookedUpAtOnce() {
        dns.servfail("one.example");
        try (EngineFixture engine = engine()) {
            MessageId id = engine.send("x\r\n", "a@one.example");
            engine.awaitKind(id, Kind.DEFERRED);
            dns.healthy("one.example");

            // The answer of before may be kept for some seconds.
            EngineFixture.await(
                    () -> {
                        engine.attemptNow(ONE);
                        return !hop.received().isEmpty();
                    },
                    "not looked up again");
        }
    }

    @Test
    @DisplayName("O113 over a restart too")
    void whatWaitedOverARestartIsTriedAtOnce() {
        hop.when(Step.RCPT).times(1).then(Move.reply("450 4.2.0 Greylisted"));
        MessageId id;
        try (EngineFixture engine = engine()) {
            id = engine.send("x\r\n", "a@one.example");
            engine.awaitKind(id, Kind.DEFERRED);
        }
        try (EngineFixture engine = engine()) {
            assertThat(engine.attemptNow(ONE)).isEqualTo(new AttemptedNow(1, 1, false));

            engine.awaitKind(id, Kind.DELIVERED);
        }
    }

    @Test
    @DisplayName("O113 each is tried once for each request, however often it is put off")
    void whatIsPutOffAgainWaitsAgain() {
        hop.when(Step.RCPT).then(Move.reply("450 4.2.0 Later"));
        try (EngineFixture engine = engine()) {
            List<MessageId> ids = List.of(
                    engine.send("x\r\n", "a@one.example"),
                    engine.send("x\r\n", "b@one.example"),
                    engine.send("x\r\n", "c@one.example"));
            for (MessageId each : ids) engine.awaitKind(each, Kind.DEFERRED);
            for (int request = 1; request <= 3; request++) {
                int attempts = request + 1;
                engine.attemptNow(ONE);
                for (MessageId each : ids) {
                    EngineFixture.await(
                            () -> engine.kinds(each).size() == attempts + 1, "not tried " + engine.history(each));
                }
                EngineFixture.await(() -> engine.gauge("posthaste.delivery.under.way") == 0, "still under way");
                assertThat(rcpts()).isEqualTo(3L * attempts);
            }
        }
    }

    @Test
    @DisplayName("O113 a large backlog is tried to its end")
    void aLargeBacklogIsTriedToItsEnd() {
        int count = 1_200;
        hop.when(Step.RCPT).times(count).then(Move.reply("450 4.2.0 Greylisted"));
        try (EngineFixture engine = engine()) {
            for (int i = 0; i < count; i++) EngineFixture.await(engine.submit("x\r\n", "r" + i + "@one.example"));
            EngineFixture.await(() -> rcpts() >= count, "not tried");
            EngineFixture.await(() -> engine.gauge("posthaste.delivery.under.way") == 0, "still under way");

            AttemptedNow answer = engine.attemptNow(ONE);

            assertThat(answer.more()).isTrue();
            assertThat(answer.deliveries()).isEqualTo(100);
            engine.awaitEmpty();
            List<Received> received = hop.received();
            assertThat(received.stream().flatMap(each -> each.recipients().stream()))
                    .hasSize(count)
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    @DisplayName("O113 a domain with what is below it, and nothing else")
    void whatIsBelowADomainIsTriedWithIt() {
        hop.when(Step.RCPT).times(5).then(Move.reply("450 4.2.0 Greylisted"));
        List<String> domains =
                List.of("one.example", "a.one.example", "b.a.one.example", "notone.example", "other.example");
        domains.forEach(this::domain);
        try (EngineFixture engine = engine()) {
            for (String each : domains) engine.awaitKind(engine.send("x\r\n", "r@" + each), Kind.DEFERRED);

            assertThat(engine.attemptNow(DestinationMatch.withSubdomains("ONE.example")))
                    .isEqualTo(new AttemptedNow(3, 3, false));

            List<Received> received = hop.awaitReceived(3);
            assertThat(received.stream().flatMap(each -> each.recipients().stream()))
                    .containsExactlyInAnyOrder(
                            "RCPT TO:<r@one.example>", "RCPT TO:<r@a.one.example>", "RCPT TO:<r@b.a.one.example>");
            assertThat(engine.queue().status().messages()).isBetween(2L, 5L);
            EngineFixture.await(() -> engine.queue().status().messages() == 2, "not recorded");
        }
    }

    @Test
    @DisplayName("O113 destinations that are being tried count once, those without mail not at all")
    void whatIsInMemoryCountsOnce() {
        domain("busy.one.example");
        domain("done.one.example");
        var gate = new CountDownLatch(1);
        hop.when(Step.RCPT).with("busy").times(1).then(Move.hold(gate), Move.normally());
        try (EngineFixture engine = engine()) {
            MessageId done = engine.send("x\r\n", "r@done.one.example");
            engine.awaitKind(done, Kind.DELIVERED);
            engine.send("x\r\n", "r@busy.one.example");
            EngineFixture.await(() -> rcpts() == 2, "not tried");

            AttemptedNow answer = engine.attemptNow(DestinationMatch.withSubdomains("one.example"));

            gate.countDown();
            assertThat(answer).isEqualTo(new AttemptedNow(1, 1, false));
            engine.awaitEmpty();
        }
    }

    @Test
    @DisplayName("O115 what is not released yet stays, and what is held")
    void whatMayNotBeTriedIsNot() {
        hop.when(Step.RCPT).with("late@").times(1).then(Move.reply("450 4.2.0 Greylisted"));
        try (EngineFixture engine = engine()) {
            var requests = new Requests(
                    MailVerb.MAIL,
                    ReturnContent.UNSPECIFIED,
                    Optional.empty(),
                    OptionalInt.empty(),
                    Optional.empty(),
                    Optional.of("for;3600"));
            Instant inAnHour = engine.now().plusSeconds(3_600);
            MessageId later = engine.accept(engine.envelope(requests, inAnHour, EngineFixture.to("later@one.example")));
            MessageId held = engine.accept(
                    engine.envelope(Requests.NONE, Instant.EPOCH, Recipient.held(new Mailbox("held", "one.example"))));
            MessageId late = engine.send("x\r\n", "late@one.example");
            engine.awaitKind(late, Kind.DEFERRED);

            assertThat(engine.attemptNow(ONE)).isEqualTo(new AttemptedNow(1, 2, false));

            engine.awaitKind(late, Kind.DELIVERED);
            EngineFixture.await(() -> engine.gauge("posthaste.delivery.under.way") == 0, "still under way");
            assertThat(engine.kinds(later)).containsExactly(Kind.ACCEPTED);
            assertThat(engine.kinds(held)).containsExactly(Kind.ACCEPTED);
            assertThat(hop.commands()).noneMatch(line -> line.contains("later@") || line.contains("held@"));
        }
    }

    @Test
    @DisplayName("O113 a destination for which nothing waits: none, and nobody is asked for its hosts")
    void nothingWaitsForAnUnknownDestination() {
        try (EngineFixture engine = engine()) {
            assertThat(engine.attemptNow(DestinationMatch.withSubdomains("nobody.example")))
                    .isEqualTo(new AttemptedNow(0, 0, false));

            assertThat(dns.queries()).isZero();
        }
    }

    @Test
    @DisplayName("O113 destinations at rest, more than a walk looks at in one go")
    void destinationsAtRestAreFound() {
        dns.servfailEverywhere();
        int count = 300;
        try (EngineFixture engine = new EngineFixture(
                        directory, EngineFixture.config(dns, hop.port(), SLOW), new EngineParts.Bounds(100, 8, 8))
                .started()) {
            for (int i = 0; i < count; i++) {
                EngineFixture.await(engine.submit("x\r\n", "r@d" + i + ".one.example"));
            }
            EngineFixture.await(() -> engine.gauge("posthaste.delivery.alarms") >= count - 8, "not at rest");

            AttemptedNow answer = engine.attemptNow(DestinationMatch.withSubdomains("one.example"));

            assertThat(answer.destinations()).isEqualTo(count);
            assertThat(answer.more()).isTrue();
        }
    }
}
