package posthaste.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static posthaste.delivery.EngineFixture.FAST;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import posthaste.delivery.route.OwnMailboxes;
import posthaste.delivery.testkit.Move;
import posthaste.delivery.testkit.ScriptedHop;
import posthaste.delivery.testkit.ScriptedHop.Received;
import posthaste.delivery.testkit.Step;
import posthaste.delivery.testkit.TestDns;
import posthaste.queue.Envelope.Deadline;
import posthaste.queue.Envelope.Requests;
import posthaste.queue.MessageId;
import posthaste.queue.QueueEvent;
import posthaste.queue.QueueEvent.Kind;
import posthaste.queue.Recipient;
import posthaste.smtp.DeliverBy.Mode;
import posthaste.smtp.MailVerb;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Notify;
import posthaste.smtp.Reply;
import posthaste.smtp.ReturnContent;

/** What becomes of mail whose sender asked for more than its delivery: by when, not before when, and what he is told. */
class DeliveryWishesTest {
    private static final Notify SUCCESS = new Notify(Notify.SUCCESS);
    private static final Notify NEVER = new Notify(Notify.NEVER);

    @TempDir
    Path directory;

    private TestDns dns;
    private ScriptedHop hop;
    private ScriptedHop senders;

    @BeforeEach
    void start() throws Exception {
        hop = ScriptedHop.start();
        senders = ScriptedHop.start(java.net.InetAddress.getByName("127.0.0.2"), hop.port());
        dns = TestDns.start();
        dns.mx("one.example", 10, "mx.one.example").a("mx.one.example", "127.0.0.1");
        dns.mx("app.example", 10, "mx.app.example").a("mx.app.example", "127.0.0.2");
    }

    @AfterEach
    void stop() {
        hop.close();
        senders.close();
        dns.close();
    }

    private EngineFixture engine(RetryConfig retry) {
        return engine(retry, OwnMailboxes.NONE);
    }

    private EngineFixture engine(RetryConfig retry, OwnMailboxes own) {
        return new EngineFixture(
                        directory, EngineFixture.config(dns, hop.port(), retry), EngineParts.Bounds.DEFAULT, own)
                .started();
    }

    /** Looks at times ten times a second. */
    private static RetryConfig retry(Duration initial, Duration expire, Duration notice) {
        return new RetryConfig(
                initial, 1.5, initial.multipliedBy(3), expire, Duration.ofSeconds(2), notice, FAST.ambiguousDelay());
    }

    private static RetryConfig watchful() {
        return retry(Duration.ofMillis(200), Duration.ofMinutes(5), Duration.ofMinutes(4));
    }

    private static Recipient bob(Notify notify) {
        return new Recipient(new Mailbox("bob", "one.example"), notify, Optional.empty());
    }

    private static Requests by(Instant at, Mode mode, boolean trace) {
        return new Requests(
                MailVerb.MAIL,
                ReturnContent.UNSPECIFIED,
                Optional.of("QQ1"),
                OptionalInt.empty(),
                Optional.of(new Deadline(at, mode, trace)),
                Optional.empty());
    }

    private static Requests later(String request) {
        return new Requests(
                MailVerb.MAIL,
                ReturnContent.UNSPECIFIED,
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.of(request));
    }

    private MessageId send(EngineFixture engine, Requests requests, Notify notify) {
        return engine.accept(engine.envelope(requests, Instant.EPOCH, bob(notify)));
    }

    private String report() {
        List<Received> reports = senders.awaitReceived(1);
        assertThat(reports).hasSize(1);
        assertThat(reports.get(0).mail()).startsWith("MAIL FROM:<>");
        return reports.get(0).text();
    }

    // Relays.

    @Test
    @DisplayName("O082 DSN not offered, NOTIFY=SUCCESS: the sender is told of the relay")
    void whoWantsToKnowOfSuccessIsToldOfAHostThatWillNotTell() {
        hop.offering("PIPELINING");
        try (EngineFixture engine = engine(FAST)) {
            MessageId id = send(engine, Requests.of(ReturnContent.FULL, Optional.of("QQ+2B7")), SUCCESS);

            assertThat(report())
                    .contains("Action: relayed\r\n")
                    .contains("Status: 2.0.0\r\n")
                    .contains("Final-Recipient: rfc822; bob@one.example\r\n")
                    .contains("Original-Envelope-Id: QQ+7\r\n")
                    .contains("Remote-MTA: dns; mx.one.example\r\n")
                    .contains("Content-Type: text/rfc822-headers")
                    .contains("Subject: Your message was handed on\r\n");
            engine.awaitEmpty();
            assertThat(engine.kinds(id)).containsExactly(Kind.ACCEPTED, Kind.DELIVERED, Kind.REPORTED);
        }
    }

    @Test
    @DisplayName("O082 a host without DSN that refuses: the failure is ours to tell, to whom it is wanted")
    void failuresStayOursToTell() {
        hop.offering("PIPELINING");
        hop.when(Step.RCPT).with("<bob@").then(Move.reply("550 5.1.1 No such user"));
        try (EngineFixture engine = engine(FAST)) {
            engine.accept(engine.envelope(
                    Requests.NONE,
                    Instant.EPOCH,
                    bob(new Notify((byte) (Notify.SUCCESS | Notify.FAILURE))),
                    new Recipient(new Mailbox("carol", "one.example"), SUCCESS, Optional.empty())));
            engine.awaitEmpty();

            List<String> reports =
                    senders.received().stream().map(Received::text).toList();
            assertThat(reports).hasSize(2);
            assertThat(reports)
                    .filteredOn(each -> each.contains("Action: failed"))
                    .hasSize(1);
            assertThat(reports)
                    .filteredOn(each -> each.contains("Action: relayed"))
                    .singleElement()
                    .asString()
                    .contains("carol@one.example");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DSN, SUCCESS, none, false",
        "PIPELINING, UNSPECIFIED, none, false",
        "PIPELINING, NEVER, none, false",
        // The trace modifier: of every relay (RFC 2852 §4.1.4).
        "DELIVERBY, UNSPECIFIED, NOTIFY trace, true",
        "DELIVERBY, UNSPECIFIED, RETURN trace, true",
        "PIPELINING, UNSPECIFIED, NOTIFY trace, true",
        "PIPELINING, NEVER, NOTIFY trace, false",
        "DELIVERBY, NEVER, RETURN trace, false",
        // Mode N: of a host that will not tell of the deadline.
        "PIPELINING, UNSPECIFIED, NOTIFY, true",
        "DELIVERBY, UNSPECIFIED, NOTIFY, false",
        "DELIVERBY, UNSPECIFIED, RETURN, false"
    })
    @DisplayName("O081 O082 who is told of a relay, and who is not")
    void aRelayIsToldToThoseWhoHaveToKnow(String offer, String notify, String deadline, boolean told) {
        hop.offering(offer);
        Notify wanted = switch (notify) {
            case "SUCCESS" -> SUCCESS;
            case "NEVER" -> NEVER;
            default -> Notify.UNSPECIFIED;
        };
        try (EngineFixture engine = engine(FAST)) {
            Instant soon = engine.now().plusSeconds(600);
            String mode = deadline.split(" ", 2)[0];
            Requests requests =
                    mode.equals("none") ? Requests.NONE : by(soon, Mode.valueOf(mode), deadline.endsWith("trace"));
            MessageId id = send(engine, requests, wanted);
            engine.awaitEmpty();

            assertThat(engine.kinds(id)).contains(Kind.DELIVERED);
            assertThat(senders.received()).hasSize(told ? 1 : 0);
            if (told) assertThat(report()).contains("Action: relayed").doesNotContain("Action: failed");
        }
    }

    @Test
    void nobodyIsToldOfARelayOfMailFromNobody() {
        hop.offering("PIPELINING");
        try (EngineFixture engine = engine(FAST)) {
            var plain = engine.envelope(Requests.NONE, Instant.EPOCH, bob(SUCCESS));
            MessageId id = engine.accept(new posthaste.queue.Envelope(
                    posthaste.smtp.ReversePath.NULL,
                    plain.recipients(),
                    plain.priority(),
                    plain.bodyType(),
                    false,
                    by(engine.now().plusSeconds(60), Mode.NOTIFY, true),
                    plain.receivedAt(),
                    plain.firstDue(),
                    Optional.empty(),
                    plain.source()));
            engine.awaitEmpty();

            assertThat(engine.kinds(id)).containsExactly(Kind.ACCEPTED, Kind.DELIVERED);
        }
    }

    // Encryption.

    @Test
    @DisplayName(
            "O083 no host takes a message by TLS alone: it bounces with 5.7.30, and its content does not come back")
    void whatRequiresTlsComesBackWithoutItsContent() {
        try (EngineFixture engine = engine(FAST)) {
            var requests = new Requests(
                    MailVerb.MAIL,
                    ReturnContent.FULL,
                    Optional.empty(),
                    OptionalInt.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    true);

            MessageId id = send(engine, requests, Notify.UNSPECIFIED);

            assertThat(report())
                    .contains("Action: failed\r\n")
                    .contains("Status: 5.7.30\r\n")
                    .contains("Content-Type: text/rfc822-headers")
                    .doesNotContain("Content-Type: message/rfc822\r\n");
            engine.awaitEmpty();
            assertThat(engine.kinds(id)).contains(Kind.BOUNCED).doesNotContain(Kind.DELIVERED);
            assertThat(hop.received()).isEmpty();
        }
    }

    // Deadlines.

    @Test
    @DisplayName("O114 DELIVERBY N is over: the sender is told once, over a restart too, and delivery goes on")
    void aMissedDeadlineIsToldOnceAndDeliveryGoesOn() {
        hop.offering("PIPELINING", "DELIVERBY");
        hop.when(Step.RCPT).times(6).then(Move.reply("450 4.2.0 Later"));
        MessageId id;
        try (EngineFixture engine = engine(watchful())) {
            id = send(engine, by(engine.now().plusMillis(300), Mode.NOTIFY, false), Notify.UNSPECIFIED);

            engine.awaitKind(id, Kind.REPORTED);
            assertThat(report())
                    .contains("Action: delayed\r\n")
                    .contains("Will-Retry-Until: ")
                    .contains("Deliver-By-Date: ")
                    .contains("Original-Envelope-Id: QQ1\r\n");
        }
        try (EngineFixture engine = engine(watchful())) {
            engine.awaitKind(id, Kind.DELIVERED);
            engine.awaitEmpty();
            assertThat(hop.received()).hasSize(1);
            assertThat(engine.kinds(id)).containsOnlyOnce(Kind.REPORTED);
            assertThat(senders.received()).hasSize(1);
            assertThat(hop.received().get(0).mail()).matches(".* BY=-?[0-9]+;N");
        }
    }

    @Test
    @DisplayName("O114 a deadline of the past: the sender is told while the message waits, of a dead host too")
    void aDeadlineOfThePastIsToldAtOnce() {
        hop.close();
        try (EngineFixture engine =
                engine(retry(Duration.ofMinutes(1), Duration.ofMinutes(5), Duration.ofSeconds(60)))) {
            MessageId id = send(engine, by(engine.now().minusSeconds(5), Mode.NOTIFY, false), Notify.UNSPECIFIED);

            engine.awaitKind(id, Kind.REPORTED);

            assertThat(report()).contains("Action: delayed\r\n").contains("the time you named");
            EngineFixture.await(() -> engine.queue().status().messages() == 1, "the message is gone");
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void whoWantsNoNoticeGetsNoneOfAMissedDeadline(Mode mode) {
        hop.offering("PIPELINING", "DELIVERBY");
        hop.when(Step.RCPT).times(2).then(Move.reply("450 4.2.0 Later"));
        try (EngineFixture engine = engine(watchful())) {
            Instant at = engine.now().plusMillis(mode == Mode.NOTIFY ? 1 : 60_000);
            MessageId id = send(engine, by(at, mode, false), NEVER);
            engine.awaitEmpty();

            assertThat(engine.kinds(id)).contains(Kind.DELIVERED).doesNotContain(Kind.REPORTED);
        }
    }

    @Test
    @DisplayName("O084 DELIVERBY R is over: bounced with 5.4.7, and nothing is tried behind it")
    void whatIsNotDeliveredInTimeComesBack() {
        hop.offering("PIPELINING", "DELIVERBY");
        hop.when(Step.RCPT).then(Move.reply("450 4.2.0 Later"));
        try (EngineFixture engine = engine(watchful())) {
            Instant at = engine.now().plusMillis(1_500);
            MessageId id = send(engine, by(at, Mode.RETURN, false), Notify.UNSPECIFIED);
            engine.awaitEmpty();

            assertThat(report())
                    .contains("Action: failed\r\n")
                    .contains("Status: 5.4.7\r\n")
                    .contains("Deliver-By-Date: ")
                    .contains("450 4.2.0 Later");
            List<QueueEvent> history = engine.history(id);
            assertThat(history.get(history.size() - 2).kind()).isEqualTo(Kind.EXPIRED);
            assertThat(history)
                    .filteredOn(each -> each.kind() == Kind.DEFERRED)
                    .isNotEmpty()
                    .allMatch(each -> each.nextDueMillis() <= at.toEpochMilli());
        }
    }

    @Test
    @DisplayName("O084 a message that is overdue after a restart comes back without another attempt")
    void anOverdueMessageIsNotTriedAfterARestart() {
        hop.offering("PIPELINING", "DELIVERBY");
        MessageId id;
        try (EngineFixture stopped = new EngineFixture(directory, EngineFixture.config(dns, hop.port(), watchful()))) {
            id = send(stopped, by(stopped.now().plusMillis(1), Mode.RETURN, false), Notify.UNSPECIFIED);
            EngineFixture.await(() -> stopped.now().toEpochMilli() > id.epochMillis() + 100, "time stands still");
        }
        try (EngineFixture engine = engine(FAST)) {
            engine.awaitEmpty();

            assertThat(engine.kinds(id)).containsExactly(Kind.ACCEPTED, Kind.EXPIRED, Kind.REPORTED);
            assertThat(hop.commands()).noneMatch(line -> line.startsWith("MAIL"));
            assertThat(report()).contains("Status: 5.4.7\r\n");
        }
    }

    @Test
    @DisplayName("O084 no host keeps the deadline: 5.4.7 at once; one of two does: it gets the message")
    void aHostThatKeepsTheDeadlineIsLookedFor() {
        hop.offering("PIPELINING");
        senders.offering("PIPELINING", "DELIVERBY");
        dns.mx("two.example", 10, "mx.one.example").mx("two.example", 20, "mx.app.example");
        try (EngineFixture engine = engine(FAST)) {
            Requests requests = by(engine.now().plusSeconds(600), Mode.RETURN, false);
            MessageId nobody = send(engine, requests, new Notify(Notify.SUCCESS));
            MessageId second = engine.accept(engine.envelope(
                    requests,
                    Instant.EPOCH,
                    new Recipient(new Mailbox("bob", "two.example"), SUCCESS, Optional.empty())));
            engine.awaitKind(nobody, Kind.BOUNCED);
            engine.awaitKind(second, Kind.DELIVERED);

            assertThat(engine.history(nobody).get(1).detail()).startsWith("554 5.4.7");
            assertThat(senders.received().get(0).mail()).matches(".* BY=(600|59[0-9]);R");
            assertThat(hop.commands()).noneMatch(line -> line.startsWith("MAIL"));
        }
    }

    // Later release.

    @Test
    @DisplayName("O115 I060 not tried before its release, over a restart too")
    void nothingIsTriedBeforeItsRelease() {
        MessageId id;
        Instant release;
        try (EngineFixture engine = engine(watchful())) {
            release = engine.now().plusMillis(1_500);
            id = engine.accept(engine.envelope(later("for;2"), release, bob(Notify.UNSPECIFIED)));
            engine.send("x\r\n", "first@one.example");
            hop.awaitReceived(1);
        }
        try (EngineFixture engine = engine(watchful())) {
            engine.awaitKind(id, Kind.DELIVERED);

            List<QueueEvent> history = engine.history(id);
            assertThat(history).extracting(QueueEvent::kind).containsExactly(Kind.ACCEPTED, Kind.DELIVERED);
            assertThat(history.get(1).atMillis()).isGreaterThanOrEqualTo(release.toEpochMilli());
            assertThat(hop.received()).hasSize(2);
        }
    }

    @Test
    @DisplayName("O115 its lifetime and its delay count from its release, and the report names the request")
    void theLifetimeCountsFromTheRelease() {
        hop.when(Step.RCPT).then(Move.reply("450 4.2.0 Later"));
        RetryConfig brief = retry(Duration.ofMillis(200), Duration.ofMillis(1_500), Duration.ofMillis(700));
        try (EngineFixture engine = engine(brief)) {
            Instant release = engine.now().plusMillis(2_500);
            MessageId id = engine.accept(
                    engine.envelope(later("until;2026-01-01T00:00:00Z"), release, bob(Notify.UNSPECIFIED)));
            engine.awaitEmpty();

            List<QueueEvent> history = engine.history(id);
            assertThat(history.get(1).atMillis()).isGreaterThanOrEqualTo(release.toEpochMilli());
            QueueEvent end = history.stream()
                    .filter(each -> each.kind() == Kind.EXPIRED)
                    .findFirst()
                    .orElseThrow();
            assertThat(end.atMillis())
                    .isGreaterThanOrEqualTo(release.plusMillis(1_500).toEpochMilli());
            List<String> reports =
                    senders.received().stream().map(Received::text).toList();
            assertThat(reports).hasSize(2);
            assertThat(reports.get(0)).contains("Action: delayed");
            assertThat(reports.get(1)).contains("Action: failed");
            assertThat(reports)
                    .allMatch(each -> each.contains("Future-Release-Request: until;2026-01-01T00:00:00Z\r\n"));
        }
    }

    @Test
    void theLifetimeOfWhatWaitsForADeadHostEndsToo() {
        hop.close();
        RetryConfig brief = retry(Duration.ofMinutes(1), Duration.ofMillis(1_000), Duration.ofMinutes(4));
        try (EngineFixture engine = engine(brief)) {
            Instant release = engine.now().plusMillis(1_200);
            MessageId id = engine.accept(engine.envelope(later("for;1"), release, bob(Notify.UNSPECIFIED)));
            engine.awaitKind(id, Kind.EXPIRED);

            QueueEvent end = engine.history(id).stream()
                    .filter(each -> each.kind() == Kind.EXPIRED)
                    .findFirst()
                    .orElseThrow();
            assertThat(end.atMillis())
                    .isGreaterThanOrEqualTo(release.plusMillis(1_000).toEpochMilli());
        }
    }

    // Addresses of our own.

    private static final class Directory implements OwnMailboxes {
        @Override
        public Optional<Reply> refusal(Mailbox recipient) {
            if (!recipient.destination().equals("ours.example")) return Optional.empty();
            return switch (recipient.localPart()) {
                case "full" -> Optional.of(Reply.of(552, "5.2.2", "Mailbox full"));
                case "here" -> Optional.empty();
                default -> Optional.of(Reply.of(550, "5.1.1", "No such user here"));
            };
        }

        @Override
        public boolean mayRefuse(String destination) {
            return destination.equals("ours.example");
        }
    }

    private static Recipient to(String address) {
        return EngineFixture.to(address);
    }

    @Test
    @DisplayName(
            "I117 a member that fails at expansion: the sender is told, the others get the message, nobody is asked")
    void aMemberThatDoesNotExistIsReturnedWithoutAskingAnybody() {
        try (EngineFixture engine = engine(FAST, new Directory())) {
            MessageId id = engine.accept(engine.envelope(
                    Requests.NONE,
                    Instant.EPOCH,
                    to("gone@ours.example"),
                    to("bob@one.example"),
                    to("full@ours.example")));
            engine.awaitEmpty();

            assertThat(hop.received()).hasSize(1);
            assertThat(engine.history(id))
                    .filteredOn(each -> each.kind() == Kind.BOUNCED)
                    .extracting(QueueEvent::recipient)
                    .containsExactly("gone@ours.example", "full@ours.example");
            assertThat(report())
                    .contains("Final-Recipient: rfc822; gone@ours.example\r\nAction: failed\r\nStatus: 5.1.1\r\n")
                    .contains("Final-Recipient: rfc822; full@ours.example\r\nAction: failed\r\nStatus: 5.2.2\r\n");
            assertThat(dns.queries("ours.example", "MX")).isZero();
        }
    }

    @Test
    @DisplayName("I117 a member that exists beside one that does not is delivered")
    void whoExistsBesideOneWhoDoesNotIsDelivered() {
        dns.mx("ours.example", 10, "mx.one.example");
        try (EngineFixture engine = engine(FAST, new Directory())) {
            MessageId id = engine.accept(
                    engine.envelope(Requests.NONE, Instant.EPOCH, to("here@ours.example"), to("gone@ours.example")));
            engine.awaitEmpty();

            assertThat(hop.received().get(0).recipients()).containsExactly("RCPT TO:<here@ours.example>");
            assertThat(engine.kinds(id)).contains(Kind.BOUNCED, Kind.DELIVERED);
            assertThat(report()).contains("gone@ours.example").doesNotContain("here@ours.example");
        }
    }

    @Test
    @DisplayName("I117 what waited on disk over a restart is returned without a look-up too")
    void whatWaitedOnDiskIsReturnedWithoutALookUp() {
        MessageId id;
        try (EngineFixture stopped = new EngineFixture(directory, EngineFixture.config(dns, hop.port(), FAST))) {
            id = stopped.accept(stopped.envelope(Requests.NONE, Instant.EPOCH, to("gone@ours.example")));
        }
        dns.close();
        try (EngineFixture engine = engine(FAST, new Directory())) {
            engine.awaitKind(id, Kind.BOUNCED);

            assertThat(engine.history(id).get(1).detail()).startsWith("550 5.1.1");
        }
    }
}
