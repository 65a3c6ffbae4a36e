package posthaste.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import posthaste.delivery.testkit.Move;
import posthaste.delivery.testkit.ScriptedHop;
import posthaste.delivery.testkit.Step;
import posthaste.delivery.testkit.TestDns;
import posthaste.queue.Envelope.Requests;
import posthaste.queue.MessageId;
import posthaste.queue.QueueEvent;
import posthaste.queue.QueueEvent.Kind;
import posthaste.queue.Recipient;
import posthaste.smtp.MailVerb;
import posthaste.smtp.Mailbox;
import posthaste.smtp.ReturnContent;

/**
 * Mail that goes to a peer over the connection that he has made. The host of its domains is down unless a test starts it, and
 * nothing would be tried again for an hour.
 */
class TurnedSessionTest {
    private static final RetryConfig SLOW = new RetryConfig(
            Duration.ofHours(1),
            1.5,
            Duration.ofHours(4),
            Duration.ofDays(5),
            Duration.ofDays(1),
            Duration.ofHours(4),
            Duration.ofHours(1));

    @TempDir
    Path directory;

    private TestDns dns;
    /** Who connects to us. */
    private ScriptedHop peer;
    /** Where the ordinary route leads; it is not what its domains' names point to before {@link #hostIsUp}. */
    private ScriptedHop host;

    @BeforeEach
    void start() {
        peer = ScriptedHop.start();
        host = ScriptedHop.start();
        dns = TestDns.start();
        dns.mx("one.example", 10, "mx.one.example").a("mx.one.example", "127.0.0.9");
        dns.mx("two.example", 10, "mx.two.example").a("mx.two.example", "127.0.0.9");
        dns.mx("up.example", 10, "mx.up.example").a("mx.up.example", "127.0.0.1");
    }

    @AfterEach
    void stop() {
        peer.close();
        host.close();
        dns.close();
    }

    private EngineFixture engine() {
        return engine(EngineFixture.config(dns, host.port(), SLOW));
    }

    private EngineFixture engine(DeliveryConfig config) {
        return new EngineFixture(directory, config).started();
    }

    /** As the fixture's, but for some bounds. */
    private DeliveryConfig config(int connectionsPerSite, Duration greeting) {
        DeliveryConfig usual = EngineFixture.config(dns, host.port(), SLOW);
        DeliveryConfig.Timeouts times = usual.timeouts();
        return usual.but()
                .connectionsPerSite(connectionsPerSite)
                .timeouts(new DeliveryConfig.Timeouts(
                        times.connect(),
                        greeting,
                        times.command(),
                        times.dataReply(),
                        times.data(),
                        times.finalDot(),
                        times.tlsHandshake()))
                .build();
    }

    /** Mail that waits because its host is down. */
    private List<MessageId> waiting(EngineFixture engine, String... recipients) {
        var ids = new ArrayList<MessageId>();
        for (String each : recipients) ids.add(engine.send("x\r\n", each));
        awaitPause(engine, recipients);
        return ids;
    }

    private static void sendMany(EngineFixture engine, int count) {
        var answers = new ArrayList<CompletionStage<MessageId>>();
        for (int i = 0; i < count; i++) answers.add(engine.submit("x\r\n", "r" + i + "@one.example"));
        answers.forEach(EngineFixture::await);
        awaitPause(engine, "@one.example");
    }

    /** Until each destination has told by one of its messages that its host is down, and keeps none of them in memory. */
    private static void awaitPause(EngineFixture engine, String... recipients) {
        for (String each : recipients) {
            String destination = each.substring(each.indexOf('@') + 1);
            EngineFixture.await(
                    () -> engine.history().stream()
                            .anyMatch(event -> event.kind() == Kind.DEFERRED
                                    && event.destination().equals(destination)),
                    destination + " was not tried");
        }
        EngineFixture.await(() -> isAtRest(engine), "not at rest");
    }

    private static boolean isAtRest(EngineFixture engine) {
        return engine.gauge("posthaste.delivery.under.way") == 0 && engine.gauge("posthaste.delivery.ready") == 0;
    }

    private static TurnLease leaseOf(EngineFixture engine, String... domains) {
        return engine.lease(domains).orElseThrow();
    }

    private static Turned turn(EngineFixture engine, TurnLease lease, ScriptedHop peer) {
        return EngineFixture.await(engine.turn(lease, peer));
    }

    private static List<String> recipients(ScriptedHop hop) {
        return hop.received().stream()
                .flatMap(each -> each.recipients().stream())
                .map(line -> line.substring("RCPT TO:<".length(), line.length() - 1))
                .toList();
    }

    // Granted.

    @Test
    @DisplayName("I192 mail waits: we wait for 220, say EHLO, deliver, and say QUIT")
    void whatWaitsIsDeliveredOverTheConnectionOfThePeer() {
        peer.when(Step.GREETING).then(Move.expectQuiet(Duration.ofMillis(50)), Move.normally());
        try (EngineFixture engine = engine()) {
            List<MessageId> ids = waiting(engine, "a@one.example", "b@one.example", "c@two.example");

            TurnLease lease = leaseOf(engine, "one.example", "two.example");
            Turned turned = turn(engine, lease, peer);

            assertThat(lease.waiting()).isEqualTo(3);
            assertThat(turned).isEqualTo(new Turned(3, 3, Optional.empty()));
            assertThat(recipients(peer)).containsExactlyInAnyOrder("a@one.example", "b@one.example", "c@two.example");
            assertThat(peer.intrusions()).isZero();
            assertThat(peer.connections()).isEqualTo(1);
            assertThat(peer.commands()).startsWith("EHLO relay.example").endsWith("QUIT");
            engine.awaitEmpty();
            for (MessageId each : ids) engine.awaitKind(each, Kind.DELIVERED);
            assertThat(engine.history(ids.get(0)))
                    .last()
                    .satisfies(event -> assertThat(event.host()).startsWith("peer.example[127.0.0.1]:"));
            assertThat(engine.count("posthaste.delivery.turned.sessions")).isEqualTo(1);
            assertThat(engine.count("posthaste.delivery.turned.failed")).isZero();
            assertThat(engine.gauge("posthaste.delivery.turned.leases")).isZero();
        }
    }

    @Test
    @DisplayName("I192 more than fits a window, with HELO where the peer knows no EHLO")
    void aBacklogOfManyPagesIsDeliveredToItsEnd() {
        int count = 350;
        peer.when(Step.EHLO).then(Move.reply("502 5.5.1 No"));
        try (EngineFixture engine = engine()) {
            sendMany(engine, count);

            TurnLease lease = leaseOf(engine, "one.example");
            Turned turned = turn(engine, lease, peer);

            assertThat(lease.waiting()).isEqualTo(100);
            assertThat(turned).isEqualTo(new Turned(count, count, Optional.empty()));
            assertThat(recipients(peer)).hasSize(count).doesNotHaveDuplicates();
            assertThat(peer.commands()).contains("HELO relay.example").endsWith("QUIT");
            engine.awaitEmpty();
        }
    }

    @Test
    @DisplayName("I192 mail that arrives while the session lasts goes over it too")
    void newMailGoesOverTheSessionThatLasts() {
        var gate = new CountDownLatch(1);
        peer.when(Step.DOT).nth(1).then(Move.hold(gate), Move.normally());
        try (EngineFixture engine = engine()) {
            waiting(engine, "a@one.example");
            var turned = engine.turn(leaseOf(engine, "one.example"), peer);
            EngineFixture.await(() -> peer.dots().size() == 1, "no dot");

            engine.send("x\r\n", "b@one.example");
            EngineFixture.await(() -> engine.gauge("posthaste.delivery.ready") == 2, "not taken");
            gate.countDown();

            assertThat(EngineFixture.await(turned)).isEqualTo(new Turned(2, 2, Optional.empty()));
            assertThat(peer.connections()).isEqualTo(1);
            engine.awaitEmpty();
        }
    }

    @Test
    @DisplayName("I192 what is not released yet stays, and what is held")
    void whatMayNotBeSentYetIsNot() {
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

            TurnLease lease = leaseOf(engine, "one.example");
            Turned turned = turn(engine, lease, peer);

            assertThat(lease.isEmpty()).isTrue();
            assertThat(turned).isEqualTo(new Turned(0, 0, Optional.empty()));
            assertThat(engine.kinds(later)).containsExactly(Kind.ACCEPTED);
            assertThat(engine.kinds(held)).containsExactly(Kind.ACCEPTED);
        }
    }

    @Test
    @DisplayName("I193 no mail: the lease says so, and behind 220 come EHLO and QUIT")
    void withNothingWaitingTheSessionEndsAtOnce() {
        try (EngineFixture engine = engine()) {
            TurnLease lease = leaseOf(engine, "nobody.example");

            Turned turned = turn(engine, lease, peer);

            assertThat(lease.isEmpty()).isTrue();
            assertThat(turned).isEqualTo(new Turned(0, 0, Optional.empty()));
            assertThat(peer.commands()).containsExactly("EHLO relay.example", "QUIT");
        }
    }

    // What the peer may do instead.

    static Stream<Arguments> peersThatTakeNothing() {
        return Stream.of(
                Arguments.of("says nothing", Step.GREETING, Move.silence(), "451 4.4.2 No answer from"),
                Arguments.of("closes", Step.GREETING, Move.close(), "451 4.4.2 Lost the connection"),
                Arguments.of("closes its half", Step.GREETING, Move.shutOutput(), "451 4.4.2 Lost the connection"),
                Arguments.of("resets", Step.GREETING, Move.reset(), "451 4.4.2 Lost the connection"),
                Arguments.of("says 554", Step.GREETING, Move.reply("554 5.7.1 Not you"), "554 5.7.1 Not you"),
                Arguments.of("says 421", Step.GREETING, Move.reply("421 4.3.2 Busy"), "421 4.3.2 Busy"),
                Arguments.of("says 250", Step.GREETING, Move.reply("250 Hello"), "451 4.5.0 Protocol error of"),
                Arguments.of("closes at EHLO", Step.EHLO, Move.close(), "451 4.4.2 Lost the connection"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("peersThatTakeNothing")
    @DisplayName("I195 the peer says no 220, closes or refuses: the mail stays, and goes its ordinary way later")
    void aPeerThatTakesNothingCostsNothing(String name, Step step, Move move, String failure) {
        peer.when(step).then(move);
        try (EngineFixture engine = engine(config(20, Duration.ofSeconds(3)))) {
            MessageId id = waiting(engine, "a@one.example").get(0);
            List<QueueEvent> before = engine.history(id);

            Turned turned = turn(engine, leaseOf(engine, "one.example"), peer);

            assertThat(turned.tried()).as(name).isZero();
            assertThat(turned.failure().orElseThrow().oneLine()).startsWith(failure);
            assertThat(engine.history(id)).isEqualTo(before);
            assertThat(engine.count("posthaste.delivery.turned.failed")).isEqualTo(1);
            assertThat(engine.gauge("posthaste.delivery.turned.leases")).isZero();
            hostIsUp();
            engine.attemptNow(DestinationMatch.exactly("one.example"));
            host.awaitReceived(1);
            engine.awaitEmpty();
        }
    }

    /** Names are kept for some time, so another address must listen instead. */
    private void hostIsUp() {
        host.close();
        host = ScriptedHop.start(address("127.0.0.9"), host.port());
    }

    private static InetAddress address(String literal) {
        return new InetSocketAddress(literal, 0).getAddress();
    }

    @Test
    @DisplayName("I195 a lease that is released unused, or too late")
    void whatIsReleasedGoesItsOrdinaryWay() {
        try (EngineFixture engine = engine()) {
            TurnLease lease = leaseOf(engine, "up.example");
            MessageId id = engine.send("x\r\n", "a@up.example");
            engine.awaitKind(engine.send("x\r\n", "b@up.example.test"), Kind.BOUNCED); // no such domain
            assertThat(engine.kinds(id)).containsExactly(Kind.ACCEPTED);

            lease.release();

            engine.awaitKind(id, Kind.DELIVERED);
            assertThat(recipients(host)).containsExactly("a@up.example");
            Turned turned = turn(engine, lease, peer);
            assertThat(turned.failure().orElseThrow().code()).isEqualTo(451);
            peer.awaitEnds(1);
            assertThat(peer.commands()).isEmpty();
        }
    }

    @Test
    @DisplayName("I195 a lease of which nobody makes use ends by itself")
    void aLeaseThatIsNotUsedEnds() {
        var bounds = new EngineParts.Bounds(1_000, 1_000, 1_000, Duration.ofMillis(50));
        DeliveryConfig config = EngineFixture.config(dns, host.port(), SLOW);
        try (EngineFixture engine = new EngineFixture(directory, config, bounds).started()) {
            TurnLease lease = leaseOf(engine, "up.example");
            MessageId id = engine.send("x\r\n", "a@up.example");

            engine.awaitKind(id, Kind.DELIVERED);

            assertThat(recipients(host)).containsExactly("a@up.example");
            assertThat(turn(engine, lease, peer).failure()).isPresent();
            peer.awaitEnds(1);
            assertThat(peer.commands()).isEmpty();
        }
    }

    @Test
    @DisplayName("I195 what an operator asked for meanwhile is done behind the lease")
    void whatIsAskedForMeanwhileIsDoneBehindTheLease() {
        host.when(Step.RCPT).times(1).then(Move.reply("450 4.2.0 Greylisted"));
        peer.when(Step.GREETING).then(Move.reply("554 5.7.1 Not you"));
        try (EngineFixture engine = engine()) {
            MessageId id = engine.send("x\r\n", "a@up.example");
            engine.awaitKind(id, Kind.DEFERRED);
            TurnLease lease = leaseOf(engine, "up.example");

            assertThat(engine.attemptNow(DestinationMatch.exactly("up.example")).deliveries())
                    .isEqualTo(1);
            turn(engine, lease, peer);

            engine.awaitKind(id, Kind.DELIVERED);
            assertThat(recipients(host)).containsExactly("a@up.example");
        }
    }

    // Two at once.

    @Test
    @DisplayName("I196 two sessions for one domain: each message once, the second is busy")
    void twoSessionsNeverHaveTheSameDomain() {
        var gate = new CountDownLatch(1);
        peer.when(Step.RCPT).nth(1).then(Move.hold(gate), Move.normally());
        try (EngineFixture engine = engine();
                ScriptedHop second = ScriptedHop.start()) {
            waiting(engine, "a@one.example", "b@one.example", "c@two.example");
            var first = engine.turn(leaseOf(engine, "one.example"), peer);
            peer.awaitCommand(line -> line.startsWith("RCPT"));

            assertThat(engine.lease("one.example")).isEmpty();
            assertThat(engine.lease("one.example", "two.example")).isEmpty();
            Turned other = turn(engine, leaseOf(engine, "two.example"), second);
            gate.countDown();

            assertThat(EngineFixture.await(first)).isEqualTo(new Turned(2, 2, Optional.empty()));
            assertThat(other).isEqualTo(new Turned(1, 1, Optional.empty()));
            assertThat(recipients(peer)).containsExactlyInAnyOrder("a@one.example", "b@one.example");
            assertThat(recipients(second)).containsExactly("c@two.example");
            engine.awaitEmpty();
            assertThat(leaseOf(engine, "one.example", "two.example").isEmpty()).isTrue();
        }
    }

    @Test
    @DisplayName("I196 of two that ask at the same time one gets the lease")
    void ofTwoThatAskAtOnceOneIsServed() {
        try (EngineFixture engine = engine()) {
            var one = engine.leaseLater("one.example", "two.example");
            var other = engine.leaseLater("two.example", "up.example");

            long granted = Stream.of(EngineFixture.await(one), EngineFixture.await(other))
                    .flatMap(Optional::stream)
                    .count();

            assertThat(granted).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("I196 what is under way elsewhere ends there, the rest comes over the session")
    void whatIsUnderWayElsewhereEndsThere() {
        var gate = new CountDownLatch(1);
        host.when(Step.RCPT).nth(1).then(Move.hold(gate), Move.normally());
        host.offering(); // one transaction at a time
        try (EngineFixture engine = engine(config(1, Duration.ofSeconds(10)))) {
            engine.send("x\r\n", "a@up.example");
            host.awaitCommand(line -> line.startsWith("RCPT"));
            for (int i = 0; i < 40; i++) engine.send("x\r\n", "r" + i + "@up.example");

            Turned turned = turn(engine, leaseOf(engine, "up.example"), peer);
            gate.countDown();
            engine.awaitEmpty();

            var all = new ArrayList<>(recipients(host));
            all.addAll(recipients(peer));
            assertThat(all).hasSize(41).doesNotHaveDuplicates();
            assertThat(recipients(host)).contains("a@up.example");
            assertThat(turned.failure()).isEmpty();
            // The connection to the host may have had a few of them ready to follow.
            assertThat(turned.delivered())
                    .isGreaterThan(30)
                    .isEqualTo(recipients(peer).size());
        }
    }

    // Outcomes.

    @Test
    @DisplayName("I200 RCPT 4xx and 5xx: put off and bounced as by any host, without STARTTLS and AUTH")
    void refusalsMeanWhatTheyAlwaysMean() {
        peer.offering("PIPELINING", "STARTTLS", "AUTH PLAIN LOGIN", "ENHANCEDSTATUSCODES");
        peer.when(Step.RCPT).with("later@").then(Move.reply("450 4.2.1 Later"));
        peer.when(Step.RCPT).with("nobody@").then(Move.reply("550 5.1.1 No such user"));
        try (EngineFixture engine = engine()) {
            MessageId mixed = engine.send("x\r\n", "later@one.example", "nobody@one.example", "good@one.example");
            MessageId refused = engine.send("x\r\n", "nobody@one.example");
            MessageId putOff = engine.send("x\r\n", "later@one.example");
            awaitPause(engine, "@one.example");

            Turned turned = turn(engine, leaseOf(engine, "one.example"), peer);

            assertThat(turned).isEqualTo(new Turned(3, 0, Optional.empty()));
            assertThat(recipients(peer)).containsExactly("good@one.example");
            engine.awaitKind(refused, Kind.BOUNCED);
            engine.awaitKind(mixed, Kind.DELIVERED);
            engine.awaitKind(mixed, Kind.BOUNCED);
            awaitAttempts(engine, mixed);
            awaitAttempts(engine, putOff);
            assertThat(peer.commands())
                    .noneMatch(line -> line.startsWith("STARTTLS") || line.startsWith("AUTH"))
                    .filteredOn(line -> line.contains("later@"))
                    .hasSize(2);
        }
    }

    /** Until it has cost an attempt, and waits for its time. */
    private static void awaitAttempts(EngineFixture engine, MessageId message) {
        long soon = engine.now().plus(Duration.ofMinutes(30)).toEpochMilli();
        EngineFixture.await(
                () -> engine.history(message).stream()
                        .anyMatch(each ->
                                each.kind() == Kind.DEFERRED && each.attempts() == 1 && each.nextDueMillis() > soon),
                "no attempt was charged: " + message);
    }

    @Test
    @DisplayName("I200 what the peer puts off is tried once in a session, however much it is")
    void whatIsPutOffIsNotTriedAgainInTheSession() {
        int count = 250;
        peer.when(Step.RCPT).then(Move.reply("450 4.2.1 Later"));
        try (EngineFixture engine = engine()) {
            sendMany(engine, count);

            Turned turned = turn(engine, leaseOf(engine, "one.example"), peer);

            assertThat(turned).isEqualTo(new Turned(count, 0, Optional.empty()));
            assertThat(peer.commands())
                    .filteredOn(line -> line.startsWith("RCPT"))
                    .hasSize(count);
            assertThat(engine.queue().status().messages()).isEqualTo(count);
        }
    }

    @Test
    @DisplayName("I200 the reply to a dot is lost: ambiguous and later, what was not begun stays as it was")
    void aLostDotIsAmbiguousAndTheRestStays() {
        peer.offering(); // one after the other
        peer.when(Step.DOT).nth(2).then(Move.reset());
        try (EngineFixture engine = engine()) {
            List<MessageId> ids = waiting(engine, "a@one.example", "b@one.example", "c@one.example");

            Turned turned = turn(engine, leaseOf(engine, "one.example"), peer);

            assertThat(turned.tried()).isEqualTo(2);
            assertThat(turned.delivered()).isEqualTo(1);
            assertThat(turned.failure().orElseThrow().oneLine()).contains("after the end of the message");
            EngineFixture.await(() -> isAtRest(engine), "not at rest");
            assertThat(engine.queue().status().messages()).isEqualTo(2);
            awaitCount(engine, ids, Kind.DELIVERED, 1);
            awaitCount(engine, ids, Kind.AMBIGUOUS, 1);
            assertThat(engine.meters
                            .counter("posthaste_delivery_ambiguous_dots")
                            .count())
                    .isEqualTo(1);
        }
    }

    /** Events are read as far as they are on disk. */
    private static void awaitCount(EngineFixture engine, List<MessageId> ids, Kind kind, int count) {
        EngineFixture.await(
                () -> ids.stream()
                                .flatMap(each -> engine.kinds(each).stream())
                                .filter(kind::equals)
                                .count()
                        == count,
                "not so often: " + kind);
    }

    @Test
    @DisplayName("I200 recipients for another transaction follow behind the record of the first")
    void recipientsThatWereTooManyFollowInTheSameSession() {
        peer.when(Step.RCPT).nth(2).then(Move.reply("452 4.5.3 Too many recipients"));
        try (EngineFixture engine = engine()) {
            MessageId id = engine.send("x\r\n", "a@one.example", "b@one.example");
            awaitPause(engine, "@one.example");

            Turned turned = turn(engine, leaseOf(engine, "one.example"), peer);

            assertThat(turned.failure()).isEmpty();
            assertThat(peer.received()).hasSize(2);
            assertThat(recipients(peer)).containsExactly("a@one.example", "b@one.example");
            assertThat(peer.connections()).isEqualTo(1);
            engine.awaitEmpty();
            awaitCount(engine, List.of(id), Kind.DELIVERED, 2);
        }
    }

    @Test
    @DisplayName("I200 a lost dot with recipients left over: both are recorded, nothing stays behind in memory")
    void aLostDotIsRecordedWithTheRecipientsThatWereLeftOver() {
        peer.when(Step.RCPT).nth(2).then(Move.reply("452 4.5.3 Too many recipients"));
        peer.when(Step.DOT).then(Move.reset());
        try (EngineFixture engine = engine()) {
            MessageId id = engine.send("x\r\n", "a@one.example", "b@one.example");
            awaitPause(engine, "@one.example");

            Turned turned = turn(engine, leaseOf(engine, "one.example"), peer);

            assertThat(turned.failure()).isPresent();
            engine.awaitKind(id, Kind.AMBIGUOUS);
            EngineFixture.await(() -> isAtRest(engine), "not at rest");
            assertThat(peer.dots()).hasSize(1);
        }
    }

    @Test
    @DisplayName("I200 a peer that takes few messages of a connection gets the rest another time")
    void aPeerWithALimitGetsTheRestNextTime() {
        peer.offering("LIMITS MAILMAX=2");
        try (EngineFixture engine = engine()) {
            waiting(engine, "a@one.example", "b@one.example", "c@one.example");

            Turned first = turn(engine, leaseOf(engine, "one.example"), peer);
            Turned second = turn(engine, leaseOf(engine, "one.example"), peer);

            assertThat(first).isEqualTo(new Turned(2, 2, Optional.empty()));
            assertThat(second).isEqualTo(new Turned(1, 1, Optional.empty()));
            assertThat(recipients(peer)).containsExactlyInAnyOrder("a@one.example", "b@one.example", "c@one.example");
            engine.awaitEmpty();
        }
    }

    // The end of the relay.

    @Test
    @DisplayName("the end of the relay ends a turned session at the next message boundary")
    void stoppingEndsTheSessionBehindTheMessageUnderWay() {
        var gate = new CountDownLatch(1);
        peer.offering();
        peer.when(Step.DOT).nth(1).then(Move.hold(gate), Move.normally());
        try (EngineFixture engine = engine()) {
            List<MessageId> ids = waiting(engine, "a@one.example", "b@one.example", "c@one.example", "d@one.example");
            var turned = engine.turn(leaseOf(engine, "one.example"), peer);
            EngineFixture.await(() -> peer.dots().size() == 1, "no dot");

            var drained = engine.drainLater();
            // The connection has two of them, and the others were given back.
            EngineFixture.await(() -> engine.gauge("posthaste.delivery.under.way") == 2, "not told");
            assertThat(engine.lease("two.example")).isEmpty();
            gate.countDown();

            EngineFixture.await(drained);
            Turned ended = EngineFixture.await(turned);
            assertThat(ended.failure().orElseThrow().oneLine()).startsWith("451 4.3.2");
            assertThat(ended.delivered())
                    .isBetween(1, 2)
                    .isEqualTo(peer.received().size());
            awaitCount(engine, ids, Kind.DELIVERED, ended.delivered());
        }
    }

    @Test
    @DisplayName("the end of the relay ends a session whose peer has not greeted")
    void stoppingEndsASessionWithoutAGreeting() {
        peer.when(Step.GREETING).then(Move.silence());
        try (EngineFixture engine = engine()) {
            waiting(engine, "a@one.example");
            var turned = engine.turn(leaseOf(engine, "one.example"), peer);
            EngineFixture.await(() -> engine.count("posthaste.delivery.turned.sessions") == 1, "not begun");

            engine.drain();

            assertThat(EngineFixture.await(turned).failure().orElseThrow().oneLine())
                    .startsWith("451 4.3.2");
            peer.awaitEnds(1);
        }
    }
}
