package posthaste.server.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.queue.MessageId;
import posthaste.queue.QueueException;
import posthaste.queue.QueueMetrics;
import posthaste.queue.Recipient;
import posthaste.queue.rocksdb.RocksMailQueue;
import posthaste.server.policy.AccessConfig;
import posthaste.server.policy.Directory;
import posthaste.server.policy.DirectoryConfig;
import posthaste.server.policy.LocalDomains;
import posthaste.server.policy.RelayPolicy;
import posthaste.server.policy.TrustedNetworks;
import posthaste.server.terminal.TerminalsConfig;
import posthaste.server.tls.ServerTls;
import posthaste.smtp.BodyType;
import posthaste.smtp.Command;
import posthaste.smtp.ForwardPath;
import posthaste.smtp.MailParameters;
import posthaste.smtp.MailVerb;
import posthaste.smtp.Mailbox;
import posthaste.smtp.RcptParameters;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;
import posthaste.smtp.ReversePath;

/** The states as values: no socket, and a queue only to be asked whether it takes mail. */
class SessionStateTest {
    private static final ListenerConfig LISTENER =
            new ListenerConfig(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

    private static final Instant NOW = Instant.parse("2026-11-24T23:59:59Z");
    private static final Mailbox ALICE = new Mailbox("alice", "dest.test");
    private static final Mailbox BOB = new Mailbox("bob", "dest.test");
    private static final ReversePath SENDER = ReversePath.of(new Mailbox("a", "app.test"));
    private static final Content PLAIN = new Content(10, 4, 0, false, false, false, false, false, true);

    @TempDir
    static Path directory;

    private static RocksMailQueue queue;
    private static SessionSettings settings;
    private static Greetings greetings;
    private static final Vertx vertx = Vertx.vertx();

    @BeforeAll
    static void open() {
        queue = RocksMailQueue.open(
                RelayFixture.config(directory, 1 << 20),
                new QueueMetrics(new SimpleMeterRegistry()),
                InstantSource.system());
        var local = LocalDomains.of("relay.test", List.of("relay.test"), Optional.empty());
        var policy = new RelayPolicy(
                AccessConfig.of(TrustedNetworks.parse(List.of("127.0.0.1"))),
                new Directory(DirectoryConfig.of(local), 1000));
        settings = new SessionSettings(
                "relay.test",
                Limits.recipients(2),
                policy,
                Duration.ofDays(1),
                queue,
                ServerTls.none(),
                RelayFixture.nobody(),
                RelayFixture.services(vertx, TerminalsConfig.DEFAULT),
                new ServerMetrics(new SimpleMeterRegistry()));
        greetings = new Greetings("relay.test", settings.limits(), true);
    }

    @AfterAll
    static void close() {
        queue.close();
        RelayFixture.await(vertx.close());
    }

    private static Peer peer() {
        return Peer.connected(settings, LISTENER, greetings, InetAddress.getLoopbackAddress());
    }

    private static Addressing addressing(Mailbox... recipients) {
        var draft = new EnvelopeDraft(SENDER);
        for (Mailbox each : recipients) draft = draft.plus(List.of(new Recipient(each)));
        return new Addressing(peer(), draft);
    }

    private static Content content(long octets, int hops, boolean bareLineBreak, boolean nul) {
        return new Content(octets, 4, hops, bareLineBreak, nul, false, false, false, true);
    }

    private static Command.Rcpt rcpt(Mailbox mailbox) {
        return new Command.Rcpt(ForwardPath.of(mailbox), RcptParameters.NONE);
    }

    private static Transition says(SessionState next, Reply reply, Toll toll) {
        return new Transition(next, new Action.Respond(reply), toll);
    }

    @Test
    void mailBeginsATransaction() {
        var ready = new Ready(peer());

        Transition transition = ready.mail(new Command.Mail(MailVerb.MAIL, SENDER, MailParameters.NONE));

        assertThat(transition).isEqualTo(says(addressing(), Replies.SENDER_OK, Toll.TRANSACTION));
    }

    @Test
    void mailThatAnnouncesTooMuchIsRefusedAtOnce() {
        var ready = new Ready(peer());
        long size = settings.limits().messageSize() + 1;
        var mail =
                new Command.Mail(MailVerb.MAIL, SENDER, MailParameters.of(OptionalLong.of(size), BodyType.SEVEN_BIT));

        assertThat(ready.mail(mail)).isEqualTo(says(ready, Replies.MESSAGE_TOO_LARGE, Toll.NONE));
    }

    @Test
    void beforeHelloThereIsNoMail() {
        var connected = new Connected(peer());

        assertThat(connected.mail(new Command.Mail(MailVerb.MAIL, SENDER, MailParameters.NONE)))
                .isEqualTo(says(connected, Replies.HELLO_FIRST, Toll.ERROR));
        assertThat(connected.rset(new Command.Rset()).next()).isEqualTo(connected);
    }

    @Test
    void anotherProtocolEndsTheSessionAtItsStartOnly() {
        assertThat(new Connected(peer()).foreign(new Command.Foreign()).action())
                .isEqualTo(new Action.Close(Replies.NOT_SMTP));
        assertThat(new Ready(peer()).foreign(new Command.Foreign()).action())
                .isEqualTo(new Action.Respond(Replies.UNKNOWN_COMMAND));
    }

    @Test
    void helloNamesTheClientAndDropsTheTransaction() {
        Transition transition = addressing(ALICE).ehlo(new Command.Ehlo("client.test"));

        assertThat(transition.next()).isInstanceOf(Ready.class);
        assertThat(transition.next().peer().source().helloName()).isEqualTo("client.test");
        assertThat(transition.next().peer().source().protocol()).isEqualTo("ESMTP");
    }

    @Test
    void aRecipientIsAdded() {
        assertThat(addressing(ALICE).rcpt(rcpt(BOB)).next())
                .extracting(next -> ((Addressing) next).draft().recipients())
                .isEqualTo(List.of(new Recipient(ALICE), new Recipient(BOB)));
    }

    @Test
    void oneRecipientTooManyIsRefusedAndTheOthersKept() {
        Addressing full = addressing(ALICE, BOB);

        assertThat(full.rcpt(rcpt(new Mailbox("carol", "dest.test"))))
                .isEqualTo(says(full, Replies.TOO_MANY_RECIPIENTS, Toll.NONE));
        assertThat(full.rcpt(rcpt(BOB))).isEqualTo(says(full, Replies.RECIPIENT_OK, Toll.NONE));
    }

    @Test
    void aRefusedRecipientCostsAndIsRemembered() {
        Transition transition = addressing().rcpt(rcpt(new Mailbox("nobody", "relay.test")));

        assertThat(transition.action()).isEqualTo(new Action.Respond(Replies.UNKNOWN_RECIPIENT));
        assertThat(transition.toll()).isEqualTo(Toll.ERROR);
        assertThat(transition.next().data(new Command.Data()).action())
                .isEqualTo(new Action.Respond(Replies.NO_VALID_RECIPIENTS));
    }

    @Test
    void aSecondSenderLeavesTheFirst() {
        Addressing addressing = addressing(ALICE);

        assertThat(addressing.mail(new Command.Mail(MailVerb.MAIL, SENDER, MailParameters.NONE)))
                .isEqualTo(says(addressing, Replies.NESTED_MAIL, Toll.ERROR));
    }

    @Test
    void theEndOfAGoodMessageAsksTheQueue() {
        Addressing addressing = addressing(ALICE);
        Transition data = addressing.data(new Command.Data());

        Transition end = data.next().received(PLAIN, NOW);

        assertThat(end.action()).isInstanceOfSatisfying(Action.Commit.class, commit -> {
            assertThat(commit.envelope().recipients()).containsExactly(new Recipient(ALICE));
            assertThat(commit.envelope().receivedAt()).isEqualTo(NOW);
            assertThat(commit.envelope().bodyType()).isEqualTo(BodyType.SEVEN_BIT);
        });
        assertThat(end.next()).isEqualTo(data.next());
    }

    @Test
    void mailFromTheNullReversePathHasALifetimeOfItsOwn() {
        var draft = new EnvelopeDraft(ReversePath.NULL).plus(List.of(new Recipient(ALICE)));

        Transition end = new Receiving(peer(), draft).received(PLAIN, NOW);

        assertThat(end.action())
                .isInstanceOfSatisfying(
                        Action.Commit.class,
                        commit -> assertThat(commit.envelope().expiresAt()).contains(NOW.plus(Duration.ofDays(1))));
    }

    @Test
    void whatTheQueueSaysIsWhatTheClientIsTold() {
        var receiving = new Receiving(peer(), addressing(ALICE).draft());
        var ready = new Ready(receiving.peer());
        var id = new MessageId(77);

        assertThat(receiving.accepted(id)).isEqualTo(says(ready, Replies.queued(id.toString()), Toll.MESSAGE));
        assertThat(receiving.notAccepted(new QueueException.Full("x")).action())
                .isEqualTo(new Action.Respond(Replies.INSUFFICIENT_STORAGE));
        assertThat(receiving
                        .notAccepted(new QueueException.Failed("x", new IllegalStateException()))
                        .action())
                .isEqualTo(new Action.Respond(Replies.STORAGE_FAILED));
        assertThat(receiving.notAccepted(new QueueException.Closed()).action())
                .isEqualTo(new Action.Close(Replies.SHUTTING_DOWN));
    }

    @Test
    void aBadMessageIsDroppedAndTheSessionGoesOn() {
        var receiving = new Receiving(peer(), addressing(ALICE).draft());
        var ready = new Ready(receiving.peer());

        assertThat(receiving.received(content(10, 0, true, false), NOW))
                .isEqualTo(new Transition(ready, new Action.Drop(Replies.BARE_LINE_BREAK_IN_MESSAGE)));
        assertThat(receiving.received(content(10, 0, false, true), NOW).action())
                .isEqualTo(new Action.Drop(Replies.NUL_IN_MESSAGE));
        assertThat(receiving.received(content(10, 100, false, false), NOW).action())
                .isEqualTo(new Action.Drop(Replies.TOO_MANY_HOPS));
        long tooLarge = settings.limits().messageSize() + 1;
        assertThat(receiving.received(content(tooLarge, 0, true, true), NOW).action())
                .isEqualTo(new Action.Drop(Replies.MESSAGE_TOO_LARGE));
    }

    @Test
    void whatCannotHappenIsABug() {
        assertThatThrownBy(() -> new Ready(peer()).received(PLAIN, NOW)).isInstanceOf(IllegalStateException.class);
    }
}
