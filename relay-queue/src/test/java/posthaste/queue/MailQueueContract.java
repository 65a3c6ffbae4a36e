package posthaste.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static posthaste.queue.Mails.envelope;
import static posthaste.queue.Mails.noise;
import static posthaste.queue.Mails.text;
import static posthaste.queue.Mails.to;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.queue.Envelope.Deadline;
import posthaste.queue.Envelope.Requests;
import posthaste.queue.MailQueue.Aged;
import posthaste.queue.MailQueue.Backlog;
import posthaste.queue.MailQueue.Moment;
import posthaste.queue.MailQueue.Passed;
import posthaste.smtp.BodyType;
import posthaste.smtp.DeliverBy;
import posthaste.smtp.MailVerb;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Reply;
import posthaste.smtp.ReturnContent;
import posthaste.smtp.ReversePath;

/** What every implementation of the queue has to do. */
public abstract class MailQueueContract {
    private static final Executor DIRECT = Runnable::run;
    private static final Reply BUSY = Reply.of(451, "4.3.0", "Try again later");
    private static final String EXAMPLE = "example.com";

    @TempDir
    Path directory;

    private MailQueue queue;
    private Recorder told;

    protected abstract MailQueue open(Path directory);

    @BeforeEach
    void openIt() {
        reopen();
    }

    @AfterEach
    void closeIt() {
        queue.close();
    }

    private void reopen() {
        queue = open(directory);
        told = new Recorder();
        queue.start(told, Duration.ofMinutes(15).toMillis());
    }

    private void restart() {
        queue.close();
        reopen();
    }

    private static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }

    private Instant now() {
        return queue.clock().instant();
    }

    private MessageId accept(Envelope envelope, byte[] content) {
        IncomingMessage message = queue.begin();
        message.append(content, 0, content.length);
        return await(message.accept(envelope, DIRECT));
    }

    private CompletionStage<MessageId> begin(Envelope envelope) {
        return queue.begin().accept(envelope, DIRECT);
    }

    private MessageId accept(String... recipients) {
        return accept(envelope(now(), recipients), text("Subject: hello\r\n\r\nHello\r\n"));
    }

    private static byte[] contentOf(Delivery delivery) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (int i = 0; i < delivery.body().chunks(); i++) {
            content.writeBytes(await(delivery.body().read(i, DIRECT)));
        }
        return content.toByteArray();
    }

    private static Settlement delivered(Delivery delivery) {
        return new Settlement(delivery, finished(delivery, QueueEvent.Kind.DELIVERED), Optional.empty(), List.of());
    }

    private static List<Settlement.Finished> finished(Delivery delivery, QueueEvent.Kind kind) {
        return delivery.recipients().stream()
                .map(each -> new Settlement.Finished(each, kind, "250 2.0.0 ok", "mx.example.com [192.0.2.7]"))
                .toList();
    }

    private static Settlement.Deferral until(long dueMillis, int attempts, List<Recipient> open) {
        return new Settlement.Deferral(
                open, dueMillis, attempts, Notices.NONE, BUSY, "mx.example.com", QueueEvent.Kind.DEFERRED);
    }

    private static Settlement deferred(Delivery delivery, long dueMillis) {
        Settlement.Deferral deferral = until(dueMillis, delivery.attempts() + 1, delivery.recipients());
        return new Settlement(delivery, List.of(), Optional.of(deferral), List.of());
    }

    private Backlog backlog(String destination) {
        return backlog(destination, Long.MAX_VALUE, 100);
    }

    private Backlog backlog(String destination, long untilMillis, int max) {
        DeliveryKey first = new DeliveryKey(destination, PriorityClass.NORMAL, 0, new MessageId(0), 0, 0);
        return await(queue.backlog(destination, PriorityClass.NORMAL, first, untilMillis, max, DIRECT));
    }

    @Test
    void anAcceptedMessageIsReportedWithItsBodyInMemory() {
        MessageId id = accept("alice@example.com");

        Delivery delivery = told.nextDelivery();
        assertThat(delivery.message().id()).isEqualTo(id);
        assertThat(delivery.key().destination()).isEqualTo(EXAMPLE);
        assertThat(delivery.recipients()).containsExactly(to("alice@example.com"));
        assertThat(delivery.body().resident(0)).isPresent();
        assertThat(contentOf(delivery)).isEqualTo(text("Subject: hello\r\n\r\nHello\r\n"));
    }

    @Test
    void aMessageSurvivesARestart() {
        Envelope envelope = envelope(now(), "alice@Example.COM", "bob@example.com");
        MessageId id = accept(envelope, text("Hello\r\n"));

        restart();

        Recorder.Found found = told.nextBacklog();
        assertThat(found.destination()).isEqualTo(EXAMPLE);
        Delivery delivery = backlog(EXAMPLE).deliveries().get(0);
        assertThat(delivery.message()).isEqualTo(new QueuedMessage(id, envelope, 7, 1));
        assertThat(delivery.recipients()).containsExactly(to("alice@Example.COM"), to("bob@example.com"));
        assertThat(delivery.body().resident(0)).isEmpty();
        assertThat(contentOf(delivery)).isEqualTo(text("Hello\r\n"));
        assertThat(queue.status().messages()).isEqualTo(1);
    }

    @Test
    void aBodyOfManyChunksIsReadBackWhole() {
        byte[] content = noise(1_000_003, 1);
        IncomingMessage message = queue.begin();
        for (int at = 0; at < content.length; at += 9_000) {
            message.append(content, at, Math.min(9_000, content.length - at));
        }
        await(message.accept(envelope(now(), "alice@example.com"), DIRECT));

        assertThat(contentOf(told.nextDelivery())).isEqualTo(content);
        restart();
        Delivery again = backlog(EXAMPLE).deliveries().get(0);
        assertThat(again.body().bytes()).isEqualTo(content.length);
        assertThat(contentOf(again)).isEqualTo(content);
    }

    @Test
    void anEmptyBodyIsAMessageToo() {
        accept(envelope(now(), "alice@example.com"), new byte[0]);

        assertThat(told.nextDelivery().body().chunks()).isZero();
        restart();
        assertThat(contentOf(backlog(EXAMPLE).deliveries().get(0))).isEmpty();
    }

    @Test
    void aDeliveredMessageIsGoneForGood() {
        MessageId id = accept("alice@example.com");
        await(queue.settle(delivered(told.nextDelivery()), DIRECT));

        assertThat(backlog(EXAMPLE)).isEqualTo(new Backlog(List.of(), Long.MAX_VALUE));
        assertThat(queue.status().messages()).isZero();
        restart();
        assertThat(backlog(EXAMPLE).deliveries()).isEmpty();
        assertThat(await(queue.events().of(id, 10, DIRECT)))
                .extracting(QueueEvent::kind)
                .containsExactly(QueueEvent.Kind.ACCEPTED, QueueEvent.Kind.DELIVERED);
    }

    @Test
    void aDeferredDeliveryComesBackWithWhatIsKnownOfIt() {
        accept("alice@example.com", "bob@example.com");
        Delivery first = told.nextDelivery();
        long due = first.key().dueMillis() + 300_000;
        Settlement.Deferral deferral = until(due, 1, List.of(to("bob@example.com")));
        Settlement.Finished alice = finished(first, QueueEvent.Kind.DELIVERED).get(0);
        await(queue.settle(new Settlement(first, List.of(alice), Optional.of(deferral), List.of()), DIRECT));

        Delivery next = told.nextDelivery();
        restart();
        Delivery read = backlog(EXAMPLE).deliveries().get(0);

        for (Delivery delivery : List.of(next, read)) {
            assertThat(delivery.key().revision()).isEqualTo(1);
            assertThat(delivery.key().dueMillis()).isEqualTo(due);
            assertThat(delivery.recipients()).containsExactly(to("bob@example.com"));
            assertThat(delivery.attempts()).isEqualTo(1);
            assertThat(delivery.lastReply()).contains(BUSY);
            assertThat(delivery.lastHost()).isEqualTo("mx.example.com");
        }
        assertThat(backlog(EXAMPLE).deliveries()).hasSize(1);
    }

    @Test
    void aDeliveryMayBeDeferredManyTimesAndThenLeave() {
        accept("alice@example.com");
        for (int i = 1; i <= 20; i++) {
            Delivery delivery = told.nextDelivery();
            assertThat(delivery.attempts()).isEqualTo(i - 1);
            await(queue.settle(deferred(delivery, delivery.key().dueMillis() + 1000), DIRECT));
            if (i == 10) {
                restart();
                await(queue.settle(deferred(backlog(EXAMPLE).deliveries().get(0), 5_000), DIRECT));
                i++;
            }
        }
        await(queue.settle(delivered(told.nextDelivery()), DIRECT));
        assertThat(backlog(EXAMPLE).deliveries()).isEmpty();
        assertThat(queue.status().messages()).isZero();
    }

    @Test
    void eachDestinationIsAPartAndTheLastOneTakesTheMessageAway() {
        accept("a@one.example", "b@two.example", "c@one.example", "d@three.example");
        List<Delivery> parts = told.nextDeliveries(3);
        assertThat(parts.get(0).recipients()).containsExactly(to("a@one.example"), to("c@one.example"));

        await(queue.settle(delivered(parts.get(1)), DIRECT));
        await(queue.settle(deferred(parts.get(0), 1), DIRECT));
        restart();
        assertThat(backlog("two.example").deliveries()).isEmpty();
        assertThat(queue.status().messages()).isEqualTo(1);

        Delivery three = backlog("three.example").deliveries().get(0);
        Delivery one = backlog("one.example").deliveries().get(0);
        assertThat(contentOf(three)).isNotEmpty();
        await(queue.settle(delivered(three), DIRECT));
        assertThat(contentOf(one)).isNotEmpty();
        await(queue.settle(delivered(one), DIRECT));
        assertThat(queue.status().messages()).isZero();
    }

    @Test
    void partsThatAreSettledTogetherTakeTheMessageAwayOnce() {
        accept("a@one.example", "b@two.example", "c@three.example", "d@four.example");
        List<CompletionStage<Void>> all = told.nextDeliveries(4).stream()
                .map(part -> queue.settle(delivered(part), DIRECT))
                .toList();
        all.forEach(MailQueueContract::await);
        assertThat(queue.status().messages()).isZero();
    }

    @Test
    void aDeliveryIsSettledOnce() {
        accept("alice@example.com");
        Delivery delivery = told.nextDelivery();
        Delivery copy = backlog(EXAMPLE).deliveries().get(0);
        await(queue.settle(deferred(delivery, 1), DIRECT));

        assertThat(failureOf(queue.settle(delivered(delivery), DIRECT))).isInstanceOf(QueueException.Stale.class);
        assertThat(failureOf(queue.settle(delivered(copy), DIRECT))).isInstanceOf(QueueException.Stale.class);
        assertThat(backlog(EXAMPLE).deliveries()).hasSize(1);
    }

    @Test
    void aDeliveryIsSettledOnceWhicheverCopyOfItIsUsed() {
        accept("alice@example.com");
        Delivery delivery = told.nextDelivery();
        await(queue.settle(delivered(backlog(EXAMPLE).deliveries().get(0)), DIRECT));

        assertThat(failureOf(queue.settle(deferred(delivery, 1), DIRECT))).isInstanceOf(QueueException.Stale.class);
        assertThat(queue.status().messages()).isZero();
        assertThat(backlog(EXAMPLE).deliveries()).isEmpty();
    }

    @Test
    void ofCopiesThatAreSettledTogetherOneCounts() {
        for (int round = 0; round < 20; round++) {
            accept("alice@example.com");
            accept("bob@two.example");
            Delivery first = told.nextDelivery();
            Delivery second = told.nextDelivery();
            Delivery copy = backlog(EXAMPLE).deliveries().get(0);
            Delivery another = backlog(EXAMPLE).deliveries().get(0);
            // The first keeps the committer busy, so that the others come into one group.
            CompletionStage<MessageId> busy = begin(envelope(now(), "carol@three.example"));
            CompletionStage<Void> counts = queue.settle(deferred(copy, 1), DIRECT);
            CompletionStage<Void> late = queue.settle(delivered(another), DIRECT);
            CompletionStage<Void> later = queue.settle(delivered(first), DIRECT);

            await(busy);
            await(counts);
            assertThat(failureOf(late)).isInstanceOf(QueueException.Stale.class);
            assertThat(failureOf(later)).isInstanceOf(QueueException.Stale.class);
            told.nextDeliveries(2).forEach(each -> await(queue.settle(delivered(each), DIRECT)));
            await(queue.settle(delivered(second), DIRECT));
            assertThat(queue.status().messages()).isZero();
        }
    }

    private static Throwable failureOf(CompletionStage<Void> stage) {
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        stage.whenComplete((done, why) -> failure.complete(why == null ? new AssertionError("settled") : why));
        return await(failure);
    }

    @Test
    void twoMarksOfOneFinalDotDeferItOnce() {
        MessageId id = accept("alice@example.com");
        queue.dotSlots().claim(id, 0, "mx.example.com");
        queue.dotSlots().claim(id, 0, "mx.example.com");

        restart();

        told.nextAmbiguous();
        Delivery deferred = told.nextDelivery();
        assertThat(deferred.key().revision()).isEqualTo(1);
        assertThat(backlog(EXAMPLE).deliveries()).extracting(Delivery::key).containsExactly(deferred.key());
        assertThat(await(queue.events().of(id, 10, DIRECT)))
                .extracting(QueueEvent::kind)
                .containsExactly(QueueEvent.Kind.ACCEPTED, QueueEvent.Kind.AMBIGUOUS);
    }

    @Test
    void theBacklogIsReadInDueOrderFromAKeyUpToATimeAndACount() {
        long base = now().toEpochMilli();
        for (int i = 5; i >= 1; i--) {
            accept("alice@example.com");
            await(queue.settle(deferred(told.nextDelivery(), base + i * 1000L), DIRECT));
            told.nextDelivery();
        }
        accept("alice@example.com.au");

        Backlog two = backlog(EXAMPLE, Long.MAX_VALUE, 2);
        assertThat(two.deliveries())
                .extracting(each -> each.key().dueMillis())
                .containsExactly(base + 1000, base + 2000);
        assertThat(two.nextDueMillis()).isEqualTo(base + 3000);
        assertThat(backlog(EXAMPLE, base + 3000, 100).deliveries()).hasSize(3);
        assertThat(backlog(EXAMPLE, base + 3000, 100).nextDueMillis()).isEqualTo(base + 4000);
        DeliveryKey third = backlog(EXAMPLE).deliveries().get(2).key();
        Backlog rest = await(queue.backlog(EXAMPLE, PriorityClass.NORMAL, third, Long.MAX_VALUE, 100, DIRECT));
        assertThat(rest.deliveries()).hasSize(3);
        assertThat(rest.deliveries().get(0).key()).isEqualTo(third);
    }

    @Test
    void reportsAreAcceptedWithTheSettlementThatCausedThem() {
        MessageId id = accept("alice@example.com");
        Delivery delivery = told.nextDelivery();
        Envelope back = new Envelope(
                ReversePath.NULL,
                List.of(new Recipient(new Mailbox("sender", "app.example"))),
                PriorityClass.NORMAL,
                BodyType.SEVEN_BIT,
                false,
                Requests.NONE,
                delivery.message().envelope().receivedAt(),
                delivery.message().envelope().firstDue(),
                Optional.of(Instant.ofEpochMilli(delivery.key().dueMillis() + 86_400_000)),
                Envelope.Source.LOCAL);
        await(queue.settle(
                new Settlement(
                        delivery,
                        finished(delivery, QueueEvent.Kind.BOUNCED),
                        Optional.empty(),
                        List.of(new Settlement.Report(back, text("Sorry\r\n")))),
                DIRECT));

        Delivery report = told.nextDelivery();
        assertThat(report.message().envelope()).isEqualTo(back);
        assertThat(contentOf(report)).isEqualTo(text("Sorry\r\n"));
        restart();
        assertThat(contentOf(backlog("app.example").deliveries().get(0))).isEqualTo(text("Sorry\r\n"));
        assertThat(await(queue.events().of(id, 10, DIRECT)))
                .extracting(QueueEvent::kind)
                .containsExactly(QueueEvent.Kind.ACCEPTED, QueueEvent.Kind.BOUNCED, QueueEvent.Kind.REPORTED);
    }

    @Test
    void oldMessagesAreFoundByTheirAgeAndTheirOwnDeadlines() {
        MessageId first = accept("alice@one.example", "bob@two.example");
        Instant soon = now().plusSeconds(60);
        accept(envelope(now(), PriorityClass.NORMAL, Optional.of(soon), "carol@three.example"), text("x"));
        accept(envelope(now(), PriorityClass.HELD, Optional.empty(), "held@four.example"), text("x"));
        List<Delivery> parts = told.nextDeliveries(3);
        await(queue.settle(deferred(parts.get(0), 77), DIRECT));
        told.nextDelivery();
        long later = now().toEpochMilli() + 10_000;

        Aged aged = await(queue.acceptedBefore(later, new MessageId(0), 10, DIRECT));
        assertThat(aged.deliveries())
                .extracting(each -> each.key().destination() + each.key().revision())
                .containsExactly("one.example1", "two.example0");
        assertThat(aged.more()).isFalse();
        Aged one = await(queue.acceptedBefore(later, new MessageId(0), 1, DIRECT));
        assertThat(one.more()).isTrue();
        assertThat(one.cursor()).isEqualTo(first);
        Aged none = await(queue.acceptedBefore(0, new MessageId(0), 10, DIRECT));
        assertThat(none).isEqualTo(new Aged(List.of(), new MessageId(0), false));

        assertThat(await(queue.expired(soon.toEpochMilli() - 1, 10, DIRECT))).isEmpty();
        assertThat(await(queue.expired(soon.toEpochMilli(), 10, DIRECT)))
                .extracting(each -> each.key().destination())
                .containsExactly("three.example");
    }

    private static Envelope requesting(Instant now, Instant firstDue, Optional<Deadline> by, String recipient) {
        Envelope plain = envelope(now, recipient);
        var requests = new Requests(
                MailVerb.MAIL, ReturnContent.UNSPECIFIED, Optional.empty(), OptionalInt.empty(), by, Optional.empty());
        return new Envelope(
                plain.reversePath(),
                plain.recipients(),
                plain.priority(),
                plain.bodyType(),
                plain.smtpUtf8(),
                requests,
                plain.receivedAt(),
                firstDue,
                Optional.empty(),
                plain.source());
    }

    private List<String> passed(Moment moment, Instant until) {
        return destinations(await(queue.passed(moment, Passed.Cursor.START, until.toEpochMilli(), 10, DIRECT))
                .deliveries());
    }

    private static List<String> destinations(List<Delivery> deliveries) {
        return deliveries.stream().map(each -> each.key().destination()).toList();
    }

    @Test
    void mailThatIsReleasedLaterIsFoundByItsReleaseAndNotByItsAge() {
        Instant release = now().plusSeconds(3_600).truncatedTo(ChronoUnit.MILLIS);
        accept(requesting(now(), release, Optional.empty(), "alice@later.example"), text("x"));
        accept("bob@plain.example");

        Aged aged = await(queue.acceptedBefore(release.plusSeconds(1).toEpochMilli(), new MessageId(0), 10, DIRECT));
        assertThat(destinations(aged.deliveries())).containsExactly("plain.example");
        assertThat(passed(Moment.RELEASE, release.minusMillis(1))).isEmpty();
        assertThat(passed(Moment.RELEASE, release)).containsExactly("later.example");
        restart();
        assertThat(passed(Moment.RELEASE, release)).containsExactly("later.example");
        assertThat(backlog("later.example").deliveries().get(0).key().dueMillis())
                .isEqualTo(release.toEpochMilli());
        await(queue.settle(delivered(backlog("later.example").deliveries().get(0)), DIRECT));
        assertThat(passed(Moment.RELEASE, release)).isEmpty();
    }

    @Test
    void aDeadlineIsAnEndOrANotice() {
        Instant accepted = now().truncatedTo(ChronoUnit.MILLIS);
        Instant at = accepted.plusSeconds(60);
        Deadline comesBack = new Deadline(at, DeliverBy.Mode.RETURN, false);
        Deadline tells = new Deadline(at, DeliverBy.Mode.NOTIFY, true);
        accept(requesting(accepted, accepted, Optional.of(comesBack), "alice@return.example"), text("x"));
        accept(requesting(accepted, accepted, Optional.of(tells), "bob@notify.example"), text("x"));

        assertThat(destinations(await(queue.expired(at.toEpochMilli(), 10, DIRECT))))
                .containsExactly("return.example");
        assertThat(passed(Moment.NOTICE, at.minusMillis(1))).isEmpty();
        assertThat(passed(Moment.NOTICE, at)).containsExactly("notify.example");
        Aged aged = await(queue.acceptedBefore(at.toEpochMilli(), new MessageId(0), 10, DIRECT));
        assertThat(destinations(aged.deliveries())).containsExactly("return.example", "notify.example");
    }

    @Test
    void whatTheSenderWasToldStaysTold() {
        accept("alice@example.com");
        Delivery delivery = told.nextDelivery();
        var waits = new Settlement.Deferral(
                delivery.recipients(), 77, 0, Notices.DEADLINE, BUSY, "", QueueEvent.Kind.DELAYED);
        await(queue.settle(new Settlement(delivery, List.of(), Optional.of(waits), List.of()), DIRECT));
        restart();

        assertThat(backlog("example.com").deliveries().get(0).told()).isEqualTo(Notices.DEADLINE);
    }

    @Test
    void heldMailIsKeptButNotReported() {
        accept(envelope(now(), PriorityClass.HELD, Optional.empty(), "held@example.com"), text("x"));
        accept("alice@other.example");

        assertThat(told.nextDelivery().key().destination()).isEqualTo("other.example");
        restart();
        assertThat(told.nextBacklog().destination()).isEqualTo("other.example");
        assertThat(told.toldOfBacklog()).isFalse();
        assertThat(queue.status().messages()).isEqualTo(2);
    }

    @Test
    void aHeldRecipientHoldsNoOther() {
        Envelope plain = envelope(now(), "alice@example.com", "bob@example.com");
        List<Recipient> recipients = List.of(
                plain.recipients().get(0),
                Recipient.held(new Mailbox("postmaster", "example.com")),
                plain.recipients().get(1));
        MessageId id = accept(
                new Envelope(
                        plain.reversePath(),
                        recipients,
                        plain.priority(),
                        plain.bodyType(),
                        plain.smtpUtf8(),
                        plain.requests(),
                        plain.receivedAt(),
                        plain.firstDue(),
                        plain.expiresAt(),
                        plain.source()),
                text("x"));

        Delivery open = told.nextDelivery();
        assertThat(open.recipients()).isEqualTo(plain.recipients());
        assertThat(open.key().priority()).isEqualTo(PriorityClass.NORMAL);
        await(queue.settle(delivered(open), DIRECT));
        restart();

        DeliveryKey first = new DeliveryKey(EXAMPLE, PriorityClass.HELD, 0, new MessageId(0), 0, 0);
        List<Delivery> held = await(queue.backlog(EXAMPLE, PriorityClass.HELD, first, Long.MAX_VALUE, 10, DIRECT))
                .deliveries();
        assertThat(held).extracting(each -> each.message().id()).containsExactly(id);
        assertThat(held.get(0).recipients()).containsExactly(recipients.get(1));
        assertThat(contentOf(held.get(0))).isEqualTo(text("x"));
        assertThat(told.waiting()).isZero();
    }

    @Test
    void aDiscardedMessageLeavesNothing() {
        IncomingMessage message = queue.begin();
        byte[] content = noise(500_000, 2);
        message.append(content, 0, content.length);
        message.discard();
        message.discard();

        accept("alice@example.com");
        assertThat(told.nextDelivery().key().destination()).isEqualTo(EXAMPLE);
        assertThat(queue.status().messages()).isEqualTo(1);
        assertThat(told.waiting()).isZero();
    }

    @Test
    void eventsAreReadInOrderByCursor() {
        for (int i = 0; i < 10; i++) {
            accept("alice@example.com");
            await(queue.settle(delivered(told.nextDelivery()), DIRECT));
        }
        accept("last@example.com"); // its sync covers everything before

        List<QueueEvent> first = await(queue.events().after(0, 7, DIRECT));
        List<QueueEvent> rest = await(queue.events().after(first.get(6).sequence(), 100, DIRECT));

        assertThat(first).hasSize(7).isSortedAccordingTo((a, b) -> Long.compare(a.sequence(), b.sequence()));
        assertThat(rest).hasSize(14);
        assertThat(first.get(0).recipient()).isEqualTo("sender@app.example");
        assertThat(first.get(1).recipient()).isEqualTo("alice@example.com");
        assertThat(first.get(1).destination()).isEqualTo(EXAMPLE);
        assertThat(first.get(1).host()).isEqualTo("mx.example.com [192.0.2.7]");
        assertThat(await(queue.events().after(rest.get(13).sequence(), 1, DIRECT)))
                .isEmpty();
    }

    @Test
    void settlementsAreSyncedSoonEvenWhenNothingElseHappens() {
        accept("alice@example.com");
        await(queue.settle(delivered(told.nextDelivery()), DIRECT));

        for (int i = 0; i < 1_000_000; i++) {
            if (await(queue.events().after(1, 10, DIRECT)).size() == 1) return;
            Thread.onSpinWait();
        }
        throw new AssertionError("the settlement was never synced");
    }

    @Test
    void idsGrowOverRestarts() {
        MessageId before = accept("alice@example.com");
        MessageId unused = queue.begin().id();
        restart();
        assertThat(queue.begin().id()).isGreaterThan(before).isGreaterThan(unused);
    }

    @Test
    void aClosedQueueRefuses() {
        IncomingMessage message = queue.begin();
        queue.close();

        assertThat(queue.refusal()).containsInstanceOf(QueueException.Closed.class);
        assertThatThrownBy(() -> await(message.accept(envelope(now(), "alice@example.com"), DIRECT)))
                .hasRootCauseInstanceOf(QueueException.Closed.class);
        assertThatThrownBy(() -> backlog(EXAMPLE)).hasRootCauseInstanceOf(QueueException.Closed.class);
        queue.close();
    }

    @Test
    void whatWasInItsFinalDotIsDeferredBeforeItIsReported() {
        MessageId id = accept("alice@example.com", "bob@other.example");
        List<Delivery> parts = told.nextDeliveries(2);
        queue.dotSlots().claim(id, 0, "mx.example.com [192.0.2.7]");
        queue.dotSlots().claim(id, 1, "mx.other.example").release();
        long before = parts.get(0).key().dueMillis();

        restart();

        assertThat(told.nextAmbiguous()).isEqualTo(id + "/0 mx.example.com [192.0.2.7]");
        Recorder.Found found = told.nextBacklog();
        assertThat(found.earliestDueMillis())
                .isGreaterThanOrEqualTo(before + Duration.ofMinutes(15).toMillis());
        assertThat(told.nextBacklog().earliestDueMillis())
                .isEqualTo(parts.get(1).key().dueMillis());
        Delivery delivery = backlog(EXAMPLE).deliveries().get(0);
        assertThat(delivery.attempts()).isEqualTo(1);
        assertThat(delivery.lastHost()).isEqualTo("mx.example.com [192.0.2.7]");
        restart();
        told.nextBacklog();
        assertThat(backlog(EXAMPLE).deliveries().get(0).attempts()).isEqualTo(1);
    }
}
