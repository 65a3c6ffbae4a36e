package posthaste.server.smtp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import posthaste.queue.Delivery;
import posthaste.server.auth.AuthConfig;
import posthaste.server.auth.Authentication;
import posthaste.server.auth.ScramHash;
import posthaste.server.auth.ScramVerifier;
import posthaste.server.auth.SenderRights;
import posthaste.server.auth.UserEntry;
import posthaste.server.auth.UserQuota;
import posthaste.server.auth.UserReading;
import posthaste.server.filter.FilterConfig;
import posthaste.server.filter.FilterConfig.OnFailure;
import posthaste.server.terminal.TerminalMessage;
import posthaste.server.terminal.TerminalSink;
import posthaste.server.terminal.Terminals;
import posthaste.smtp.Mailbox;

/** Messages that are shown to content filters before they are taken. */
class ContentFilterTest {
    private static final Mailbox TERM = new Mailbox("term", "relay.test");
    private static final Mailbox REMOTE = new Mailbox("term", "dest.test");
    private static final String MESSAGE = "Subject: Hi\r\n\r\nbody\r\n";
    private static final Duration LONG = Duration.ofMinutes(10);

    @TempDir
    private Path directory;

    private RelayFixture relay;
    private Terminals terminals;
    private final ScriptedFilter filter = ScriptedFilter.start();
    private final List<Listener> listeners = new ArrayList<>();
    private final Queue<String> screen = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void start() {
        relay = RelayFixture.start(directory);
        terminals = relay.terminals(Cast.TRUSTED.terminals());
        var sink = new TerminalSink() {
            @Override
            public boolean isUp() {
                return true;
            }

            @Override
            public Future<Void> write(TerminalMessage message, Mailbox to) {
                screen.add(new String(message.content(), US_ASCII));
                return Future.succeededFuture();
            }
        };
        terminals.subscribe(TERM, sink);
        terminals.subscribe(REMOTE, sink);
    }

    @AfterEach
    void stop() {
        for (Listener each : listeners) RelayFixture.await(each.close());
        relay.close();
        filter.close();
    }

    private InetSocketAddress listen(FilterConfig... filters) {
        Listener listener = relay.listener(Cast.TRUSTED, terminals, List.of(filters));
        listeners.add(listener);
        return RelayFixture.await(listener.listen());
    }

    private static TestClient greeted(InetSocketAddress address) {
        TestClient client = TestClient.connect(address);
        client.expect("220 ");
        client.command("EHLO client.test", "250 ");
        return client;
    }

    private static TestClient addressed(InetSocketAddress address, String... recipients) {
        TestClient client = greeted(address);
        address(client, "MAIL", recipients);
        return client;
    }

    private static void address(TestClient client, String verb, String... recipients) {
        client.command(verb + " FROM:<a@app.test>", "250 2.1.0");
        for (String each : recipients) client.command("RCPT TO:<" + each + ">", "250 2.1.5");
    }

    private static String send(TestClient client, String content) {
        client.command("DATA", "354");
        client.send(content + ".\r\n");
        return String.join("\n", client.reply());
    }

    /** The reply to a message of a new client. */
    private String sent(InetSocketAddress address, String content) {
        try (TestClient client = addressed(address, "u@dest.test")) {
            String reply = send(client, content);
            client.command("NOOP", "250 2.0.0");
            return reply;
        }
    }

    private double failures() {
        return relay.count("posthaste.filter.failures");
    }

    private double judged(String verdict) {
        return relay.meters
                .get("posthaste.filter.messages")
                .tag("verdict", verdict)
                .counter()
                .count();
    }

    @Test
    @DisplayName("I115 a content filter that refuses: 550 5.7.1, and nothing is kept")
    void whatTheFilterRejectsIsRefused() {
        filter.answering('E', 'r', "");

        assertThat(sent(listen(filter.config()), MESSAGE)).startsWith("550 5.7.1 Message refused");

        assertThat(relay.queued()).isZero();
        assertThat(judged("refused")).isEqualTo(1);
        assertThat(failures()).isZero();
    }

    @Test
    @DisplayName("I115 a content filter that is down: 451 4.7.1, and nothing is kept")
    void aFilterThatIsDownDefers() {
        var down = ScriptedFilter.configAt(ScriptedFilter.closedPort(), OnFailure.DEFER, 16);

        assertThat(sent(listen(down), MESSAGE)).startsWith("451 4.7.1 Message could not be checked");

        assertThat(relay.queued()).isZero();
        assertThat(failures()).isEqualTo(1);
    }

    @ParameterizedTest
    @DisplayName("I115 each verdict has its reply")
    @CsvSource(
            delimiter = ';',
            value = {
                "t; ; 451 4.7.1 Message put off by a content filter, try again later",
                "d; ; 550 5.7.1 Message refused by a content filter",
                "4; ; 451 4.7.1 Message put off by a content filter, try again later",
                "f; ; 451 4.7.1 Message put off by a content filter, try again later",
                "y; 554 5.7.1 Spam, 100%% sure|; 554 5.7.1 Spam, 100% sure",
                "y; 451 4.7.1 Greylisted|; 451 4.7.1 Greylisted",
                "y; 550 No status|; 550 5.7.1 No status",
                "y; 550 4.7.1 Two classes|; 550 5.7.1 4.7.1 Two classes",
                "y; 421 4.7.0 Go away|; 451 4.7.1 Message put off by a content filter, try again later",
                "y; 570 no such code|; 550 5.7.1 Message refused by a content filter",
                "y; 5xx|; 550 5.7.1 Message refused by a content filter",
                "y; 250 2.0.0 Taken|; 451 4.7.1 Message could not be checked, try again later",
                "y; |; 451 4.7.1 Message could not be checked, try again later"
            })
    void eachVerdictHasItsReply(char code, String data, String reply) {
        filter.answering('E', code, data == null ? "" : data);

        assertThat(sent(listen(filter.config()), MESSAGE)).isEqualTo(reply);

        assertThat(relay.queued()).isZero();
    }

    @Test
    void aReplyOfSeveralLinesIsPassedOn() {
        filter.answering('E', 'y', "550-5.7.1 One\r\n550 5.7.1 Tw\u00f6\u0007|");

        assertThat(sent(listen(filter.config()), MESSAGE)).matches("550-5\\.7\\.1 One\n550 5\\.7\\.1 Tw.*x07");
    }

    @ParameterizedTest
    @DisplayName("A refusal at any step refuses the whole message, at its end")
    @ValueSource(chars = {'C', 'H', 'M', 'R', 'T', 'L', 'N', 'B', 'E'})
    void aRefusalAtAnyStepCounts(char step) {
        filter.answering(step, 'r', "");

        assertThat(sent(listen(filter.config()), MESSAGE)).startsWith("550 5.7.1");

        assertThat(filter.commands()).contains(String.valueOf(step));
        assertThat(relay.queued()).isZero();
    }

    @ParameterizedTest
    @DisplayName("Accepted at any step, the filter is shown no more and the message is queued")
    @ValueSource(chars = {'C', 'H', 'M', 'R', 'T', 'L', 'N', 'B', 'E'})
    void acceptedAtAnyStepItIsQueued(char step) {
        filter.answering(step, 'a', "");

        assertThat(sent(listen(filter.config()), MESSAGE)).matches("250 2\\.0\\.0 \\S+ queued");

        Delivery mail = relay.arrivals.next();
        assertThat(new String(Arrivals.contentOf(mail), US_ASCII)).endsWith(MESSAGE);
        assertThat(judged("passed")).isEqualTo(1);
        if (step != 'E') {
            filter.awaitCommand('Q', 1);
            assertThat(filter.commands()).endsWith(step + "AQ");
        }
    }

    @Test
    @DisplayName("A filter is told who sends what to whom, and shown header and body as the protocol has them")
    void theWholeMessageIsShown() {
        try (TestClient client = greeted(listen(filter.config()))) {
            client.command("MAIL FROM:<a@app.test> BODY=8BITMIME SMTPUTF8", "250");
            client.command("RCPT TO:<u@dest.test>", "250");
            client.command("RCPT TO:<alice@relay.test>", "250");

            String reply = send(client, "Subject: a\r\n  b\r\nX-None:c\r\nX-Two :  d\r\n\r\n..dots\r\n\r\nend\r\n");

            String id = reply.split(" ", -1)[2];
            assertThat(filter.heard().subList(0, 16))
                    .containsExactly(
                            "D:Cj|relay.test|{daemon_name}|posthaste|{client_addr}|127.0.0.1|{client_name}|[127.0.0.1]|",
                            "C:[127.0.0.1]|4||127.0.0.1|",
                            "H:client.test|",
                            "D:Mi|" + id + "|{mail_addr}|a@app.test|",
                            "M:<a@app.test>|BODY=8BITMIME|SMTPUTF8|",
                            "D:R{rcpt_addr}|u@dest.test|",
                            "R:<u@dest.test>|",
                            "D:R{rcpt_addr}|alice@dest.test|",
                            "R:<alice@dest.test>|",
                            "T:",
                            "L:Subject|a\n  b|",
                            "L:X-None|c|",
                            "L:X-Two| d|",
                            "N:",
                            "B:.dots\r\n\r\nend\r\n",
                            "D:Ei|" + id + "|");
            assertThat(filter.heard().get(16)).isEqualTo("E:");
        }
    }

    @Test
    void aFilterThatWantsLeadingBlanksGetsThem() {
        filter.wishing(0x10_0000);

        assertThat(sent(listen(filter.config()), "Subject: Hi\r\n\r\n")).startsWith("250");

        assertThat(filter.heard()).contains("L:Subject| Hi|");
    }

    @Test
    void whatAFilterDoesNotWantIsNotSent() {
        filter.wishing(0x27f);

        assertThat(sent(listen(filter.config()), MESSAGE)).startsWith("250");

        assertThat(filter.commands()).startsWith("E");
    }

    @Test
    void whatAFilterDoesNotAnswerIsNotWaitedFor() {
        filter.silent();

        assertThat(sent(listen(filter.config()), MESSAGE)).startsWith("250");

        assertThat(filter.commands()).startsWith("CHMRTLNBE");
    }

    @Test
    void aFilterThatHasSeenEnoughIsShownNoMoreOfTheBody() {
        filter.answering('B', 's', "");

        assertThat(sent(listen(filter.config()), "Subject: x\r\n\r\n" + "0123456789\r\n".repeat(100_000)))
                .startsWith("250");

        assertThat(filter.count('B')).isEqualTo(1);
        assertThat(Arrivals.contentOf(relay.arrivals.next())).hasSizeGreaterThan(1_200_000);
    }

    @Test
    void aLargeMessageIsShownWhole() {
        String body = "0123456789\r\n".repeat(200_000);

        assertThat(sent(listen(filter.config()), "Subject: x\r\n\r\n" + body)).startsWith("250");

        assertThat(filter.body()).isEqualTo(body);
    }

    @Test
    @DisplayName("A message that a filter would have an operator look at is taken and held")
    void whatIsQuarantinedIsHeld() {
        filter.on('E', (said, answers) -> {
            answers.say('q', "Looks odd|");
            answers.say('c');
        });

        assertThat(sent(listen(filter.config()), MESSAGE)).endsWith(" queued, and held for the operator");

        assertThat(relay.queued()).isEqualTo(1);
        relay.arrivals.assertNone();
        assertThat(judged("held")).isEqualTo(1);
    }

    @ParameterizedTest
    @DisplayName("SEND is written to the terminal only when the filters let it pass")
    @CsvSource({"c, 250 2.0.0, 1", "r, 550 5.7.1, 0", "q, 550 5.7.1, 0"})
    void whatIsShownHasPassedTheFilters(char answer, String reply, int shown) {
        filter.on('E', (said, answers) -> {
            answers.say(answer, answer == 'q' ? "odd|" : "");
            if (answer == 'q') answers.say('c');
        });
        try (TestClient client = greeted(listen(filter.config()))) {
            address(client, "SEND", "term@relay.test");

            assertThat(send(client, MESSAGE)).startsWith(reply);

            client.command("NOOP", "250");
        }
        assertThat(screen).hasSize(shown);
        assertThat(filter.heard()).contains("R:<term@relay.test>|");
        assertThat(relay.queued()).isZero();
    }

    @Test
    void samlGoesOnToTerminalAndQueueAfterTheFilter() {
        try (TestClient client = greeted(listen(filter.config()))) {
            address(client, "SAML", "term@dest.test");

            assertThat(send(client, MESSAGE)).contains("queued");

            client.command("NOOP", "250");
        }
        assertThat(screen).hasSize(1);
        relay.arrivals.next();
    }

    @Test
    void chunksAreShownLikeAnyMessage() {
        try (TestClient client = addressed(listen(filter.config()), "u@dest.test")) {
            client.send("BDAT 9\r\nSubject: BDAT 9 LAST\r\nHi\r\n\r\nbo\n");
            client.expect("250 2.0.0 9 octets");
            client.expect("554 5.6.0"); // a bare LF: refused by ourselves, whatever the filter would say
            address(client, "MAIL", "u@dest.test");
            client.send("BDAT 9\r\nSubject: BDAT 11 LAST\r\nHi\r\n\r\nbod\r\n");
            client.expect("250 2.0.0 9 octets");
            client.expect("250 2.0.0");
        }
        assertThat(filter.heard()).contains("L:Subject|Hi|", "B:bod\r\n");
    }

    // ---- failures

    @ParameterizedTest
    @DisplayName("A filter that fails defers, or is passed over where the operator wants that")
    @CsvSource({"DEFER, 451 4.7.1 Message could not", "ACCEPT, 250 2.0.0"})
    void theOperatorChoosesWhatAFailureMeans(OnFailure onFailure, String reply) {
        var down = ScriptedFilter.configAt(ScriptedFilter.closedPort(), onFailure, 16);

        assertThat(sent(listen(down), MESSAGE)).startsWith(reply);

        assertThat(failures()).isEqualTo(1);
        assertThat(relay.queued()).isEqualTo(onFailure == OnFailure.ACCEPT ? 1 : 0);
    }

    @ParameterizedTest
    @DisplayName("A filter that closes in the middle of a message has failed")
    @ValueSource(chars = {'O', 'C', 'R', 'L', 'B', 'E'})
    void aFilterThatClosesHasFailed(char step) {
        filter.on(step, (said, answers) -> answers.close());

        assertThat(sent(listen(filter.config()), MESSAGE)).startsWith("451 4.7.1 Message could not");

        assertThat(failures()).isEqualTo(1);
        assertThat(relay.queued()).isZero();
    }

    @ParameterizedTest
    @DisplayName("A filter that talks nonsense has failed")
    @CsvSource({
        "O, 485454502f312e3120343030", // HTTP/1.1 400
        "O, 00000001 63", // go on
        "O, 00000001 61", // accepted
        "O, 0000000d 4f 00000001 00000000 00000000", // version 1
        "O, 00000005 4f 00000006", // terms cut short
        "L, 00000000", // nothing
        "L, ffffffff 63", // endless
        "L, 00010001 63", // longer than anything it may say
        "L, 00000001 5a", // unknown
        "L, 00000001 73", // skip, of no body
        "L, 00000003 71 7800", // quarantine before the end
        "L, 00000001 68", // another field before the end
        "L, 0000000d 4f 00000006 00000000 00000000", // terms again
        "E, 00000001 2b", // another recipient
        "E, 00000001 62" // another body
    })
    void aFilterThatTalksNonsenseHasFailed(char step, String hex) {
        byte[] octets = HexFormat.of().parseHex(hex.replace(" ", ""));
        filter.on(step, (said, answers) -> answers.raw(octets));

        assertThat(sent(listen(filter.config()), MESSAGE)).startsWith("451 4.7.1 Message could not");

        assertThat(failures()).isEqualTo(1);
    }

    @Test
    void changesOfTheHeaderThatWereNeverAgreedOnChangeNothing() {
        filter.on('E', (said, answers) -> {
            answers.say('h', "X-Spam|no|");
            answers.say('i', "\0\0\0\1X-Spam|no|");
            answers.say('m', "\0\0\0\1Subject|Spam|");
            answers.say('c');
        });

        assertThat(sent(listen(filter.config()), MESSAGE)).startsWith("250");

        assertThat(new String(Arrivals.contentOf(relay.arrivals.next()), US_ASCII))
                .endsWith(MESSAGE)
                .doesNotContain("X-Spam");
    }

    @ParameterizedTest
    @DisplayName("A filter that does not answer in time has failed")
    @CsvSource({"O, 30", "C, 30", "B, 30", "E, 480"})
    void aSilentFilterHasFailed(char step, int seconds) {
        filter.on(step, (said, answers) -> {});
        try (TestClient client = addressed(listen(filter.config()), "u@dest.test")) {
            client.command("DATA", "354");
            client.send(MESSAGE + ".\r\nNOOP\r\n");
            filter.awaitCommand(step, 1);

            relay.advance(Duration.ofSeconds(seconds));

            client.expect("451 4.7.1 Message could not");
            client.expect("250");
        }
        assertThat(failures()).isEqualTo(1);
    }

    @Test
    void aFilterMaySayThatItIsAtWork() {
        filter.on('E', (said, answers) -> {
            for (int i = 0; i < 3; i++) answers.say('p');
            answers.say('r');
        });

        assertThat(sent(listen(filter.config()), MESSAGE)).startsWith("550 5.7.1");

        assertThat(failures()).isZero();
    }

    @Test
    @DisplayName("A filter that reads nothing stops its client, and then has failed")
    void aFilterThatReadsNothingHasFailed() {
        // No answer is awaited, so only the socket tells that it is slow.
        var never = new CountDownLatch(1);
        filter.silent().on('B', (said, answers) -> ScriptedFilter.awaitQuietly(never));
        try (TestClient client = addressed(listen(filter.config()), "u@dest.test")) {
            client.command("DATA", "354");
            String content = MESSAGE + "0123456789\r\n".repeat(2_000_000);
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> client.send(content + ".\r\n"));

            relay.awaitInTime(() -> failures() == 1);

            client.expect("451 4.7.1 Message could not");
            sending.join();
        }
    }

    @Test
    void aClientIsNotCalledSlowForTheTimeOfAFilter() {
        var slow = new HourLongFilter(relay);
        Listener listener = relay.listener(Cast.TRUSTED, terminals, slow);
        listeners.add(listener);
        try (TestClient client = addressed(RelayFixture.await(listener.listen()), "u@dest.test")) {
            client.command("DATA", "354");
            client.send(MESSAGE);
            RelayFixture.await(() -> slow.octets() > 0);
            long before = slow.octets();
            client.send("more\r\n");
            RelayFixture.await(() -> slow.octets() > before);
            client.send(".\r\n");

            client.expect("250 2.0.0");
        }
    }

    // ---- many messages

    @Test
    @DisplayName("Commands behind the dot wait for the filter")
    void commandsBehindTheDotWait() {
        CountDownLatch thought = filter.thinking();
        try (TestClient client = addressed(listen(filter.config()), "u@dest.test")) {
            client.command("DATA", "354");
            client.send(MESSAGE + ".\r\nNOOP\r\nMAIL FROM:<b@app.test>\r\n");
            filter.awaitCommand('E', 1);
            assertThat(relay.queued()).isZero();
            thought.countDown();

            client.expect("250 2.0.0");
            client.expect("250 2.0.0 Ok");
            client.expect("250 2.1.0");
        }
    }

    @Test
    @DisplayName("I007 a message that a filter thinks about is finished when the relay stops")
    void aDrainWaitsForTheFilter() {
        CountDownLatch thought = filter.thinking();
        InetSocketAddress address = listen(filter.config());
        try (TestClient client = addressed(address, "u@dest.test");
                TestClient idle = greeted(address)) {
            client.command("DATA", "354");
            client.send(MESSAGE + ".\r\n");
            filter.awaitCommand('E', 1);
            Future<Void> drained = listeners.get(0).drain(LONG);
            idle.expect("421 4.3.2");
            thought.countDown();

            client.expect("250 2.0.0");
            client.expect("421 4.3.2");
            client.expectEnd();
            relay.awaitInTime(drained::isComplete);
        }
        assertThat(relay.queued()).isEqualTo(1);
    }

    @Test
    @DisplayName("One connection serves message after message, of any client of its event loop")
    void connectionsAreUsedAgain() {
        InetSocketAddress address = listen(filter.config());

        // Clients go to the two event loops in turn.
        for (int i = 0; i < 6; i++) assertThat(sent(address, MESSAGE)).startsWith("250");

        assertThat(filter.connections()).isEqualTo(2);
        assertThat(filter.commands()).startsWith("CHMRTLNBE").doesNotContain("Q");
        filter.awaitCommand('K', 6);
    }

    @Test
    void aFilterOfAnOlderVersionGetsANewConnectionForEachMessage() {
        filter.on('O', (said, answers) -> answers.terms(2, 0));
        filter.on('T', (said, answers) -> answers.close()); // a command that it does not know
        InetSocketAddress address = listen(filter.config());

        for (int i = 0; i < 4; i++) assertThat(sent(address, MESSAGE)).startsWith("250");

        assertThat(filter.connections()).isEqualTo(4);
        filter.awaitCommand('Q', 4);
        assertThat(filter.count('K')).isZero();
    }

    @Test
    @DisplayName("Filters judge what is taken: the fields that the relay adds for clients that submit are shown too")
    void addedFieldsAreShown() {
        var verifier = ScramVerifier.of(ScramHash.SHA_256, "secret", new byte[16], ScramVerifier.ITERATIONS_MIN);
        var user = new UserEntry("app", Optional.of(verifier), SenderRights.ANY, UserQuota.NONE);
        var config = new AuthConfig(
                false, List.of(user), Optional.empty(), List.of(), 10, Duration.ofMinutes(10), Optional.empty());
        try (var users = Authentication.start(
                config,
                () -> new UserReading.Read(List.of(user)),
                new SimpleMeterRegistry(),
                InstantSource.system(),
                System::nanoTime)) {
            Listener listener = relay.submission(Cast.TRUSTED, terminals, List.of(filter.config()), users);
            listeners.add(listener);
            try (TestClient client = greeted(RelayFixture.await(listener.listen()))) {
                client.command(
                        "AUTH PLAIN " + Base64.getEncoder().encodeToString("\0app\0secret".getBytes(US_ASCII)), "235");
                address(client, "MAIL", "u@dest.test");
                assertThat(send(client, "Subject: x\r\n\r\nbody\r\n")).startsWith("250");
            }
        }
        assertThat(filter.heard())
                .anyMatch(each -> each.startsWith("L:Date|"))
                .anyMatch(each -> each.startsWith("L:Message-ID|"))
                .anyMatch(each -> each.startsWith("L:Subject|"));
        assertThat(filter.body()).isEqualTo("body\r\n");
    }

    @Test
    @DisplayName("What a filter answers too much is no answer for the next message")
    void whatAFilterAnswersTooMuchCountsForNobody() {
        byte[] twice = {0, 0, 0, 1, 'c', 0, 0, 0, 1, 'c'};
        var thought = new CountDownLatch(1);
        filter.on('E', (said, answers) -> {
            if (said.connection() > 1 || filter.count('E') > 1) {
                answers.say('r');
            } else {
                ScriptedFilter.awaitQuietly(thought);
                answers.raw(twice);
            }
        });
        // Clients go to the two event loops in turn, and each has one connection to the filter.
        InetSocketAddress address = listen(filter.config(OnFailure.DEFER, 1));
        try (TestClient first = addressed(address, "u@dest.test");
                TestClient elsewhere = greeted(address);
                TestClient second = addressed(address, "u@dest.test")) {
            first.command("DATA", "354");
            first.send(MESSAGE + ".\r\n");
            filter.awaitCommand('E', 1);
            second.command("DATA", "354");
            second.send(MESSAGE + ".\r\n");
            elsewhere.command("NOOP", "250 ");

            thought.countDown();

            first.expect("250 ");
            second.expect("550 5.7.1");
        }
        assertThat(relay.queued()).isEqualTo(1);
    }

    @Test
    @DisplayName("A connection that dies when it is used again costs no message")
    void aDeadConnectionCostsNoMessage() {
        filter.on('C', (said, answers) -> {
            // What an idle connection meets when the filter does not know that it may be used again.
            if (filter.count('K') > 0 && said.connection() == 1) {
                answers.close();
            } else {
                answers.say('c');
            }
        });
        try (TestClient client = greeted(listen(filter.config()))) {
            for (int i = 0; i < 3; i++) {
                address(client, "MAIL", "u@dest.test");
                assertThat(send(client, MESSAGE)).startsWith("250");
            }
        }
        assertThat(failures()).isZero();
        assertThat(filter.connections()).isGreaterThan(1);
    }

    @Test
    void idleConnectionsAreClosed() {
        assertThat(sent(listen(filter.config()), MESSAGE)).startsWith("250");
        filter.awaitCommand('K', 1);

        relay.advance(Duration.ofSeconds(10));

        filter.awaitCommand('Q', 1);
        RelayFixture.await(() -> openConnections() == 0);
    }

    private double openConnections() {
        return relay.meters.get("posthaste.filter.connections").gauge().value();
    }

    @Test
    @DisplayName("More messages than connections wait their turn")
    void moreMessagesThanConnectionsWait() {
        CountDownLatch thought = filter.thinking();
        InetSocketAddress address = listen(filter.config(OnFailure.DEFER, 1));
        var clients = new ArrayList<TestClient>();
        for (int i = 0; i < 6; i++) {
            TestClient client = addressed(address, "u@dest.test");
            client.command("DATA", "354");
            client.send(MESSAGE + ".\r\n");
            clients.add(client);
        }
        filter.awaitCommand('E', 2); // one on each event loop
        thought.countDown();

        for (TestClient each : clients) {
            each.expect("250 2.0.0");
            each.close();
        }
        assertThat(filter.openMax()).isEqualTo(2);
        assertThat(failures()).isZero();
    }

    @Test
    void whoWaitsTooLongForAConnectionIsDeferred() {
        CountDownLatch thought = filter.thinking();
        InetSocketAddress address = listen(filter.config(OnFailure.DEFER, 1));
        var clients = new ArrayList<TestClient>();
        for (int i = 0; i < 3; i++) {
            TestClient client = addressed(address, "u@dest.test");
            client.command("DATA", "354");
            client.send(MESSAGE + ".\r\n");
            clients.add(client);
            if (i < 2) filter.awaitCommand('E', i + 1);
        }

        relay.awaitInTime(() -> failures() == 1);

        clients.get(2).expect("451 4.7.1 Message could not");
        thought.countDown();
        clients.get(0).expect("250 2.0.0");
        clients.get(1).expect("250 2.0.0");
        clients.forEach(TestClient::close);
    }

    @Test
    void aClientThatVanishesIsNoConcernOfTheFilter() {
        try (TestClient client = addressed(listen(filter.config()), "u@dest.test")) {
            client.command("DATA", "354");
            client.send("Subject: x\r\n\r\n" + "0123456789\r\n".repeat(10_000));
            filter.awaitCommand('B', 1);
        }

        filter.awaitCommand('Q', 1);

        assertThat(filter.commands()).endsWith("AQ");
        assertThat(failures()).isZero();
    }

    @Test
    @DisplayName("A filter that is just answering hears the last words all the same")
    void lastWordsAreNotOvertaken() {
        filter.on('B', (said, answers) -> {
            answers.awaitMore();
            for (int i = 0; i < 100; i++) answers.say('p');
        });
        try (TestClient client = addressed(listen(filter.config()), "u@dest.test")) {
            client.command("DATA", "354");
            // Enough that it is shown, and so little that nothing has to wait.
            client.send("Subject: x\r\n\r\n" + "0123456789\r\n".repeat(2_000));
            filter.awaitCommand('B', 1);
        }

        filter.awaitCommand('Q', 1);

        assertThat(filter.commands()).isEqualTo("CHMRTLNBAQ");
        RelayFixture.await(() -> openConnections() == 0);
    }

    @Test
    void aSlowClientUsesNoConnection() {
        InetSocketAddress address = listen(filter.config());
        try (TestClient client = addressed(address, "u@dest.test")) {
            client.command("DATA", "354");
            client.send("Subject: x\r\n");
            sent(address, MESSAGE);
            sent(address, MESSAGE);

            assertThat(filter.count('M')).isEqualTo(2);
            client.send("\r\n.\r\n");
            client.expect("250");
        }
        assertThat(filter.count('M')).isEqualTo(3);
    }

    @ParameterizedTest
    @DisplayName("Of two filters the first one that refuses decides, and refusing goes before holding")
    @CsvSource({
        "550 5.7.1 one, 451 4.7.1 two, 550 5.7.1 one",
        "451 4.7.1 one, 550 5.7.1 two, 451 4.7.1 one",
        "hold, 550 5.7.1 two, 550 5.7.1 two",
        "pass, 550 5.7.1 two, 550 5.7.1 two",
        "550 5.7.1 one, pass, 550 5.7.1 one",
        "pass, hold, held for the operator",
        "hold, pass, held for the operator",
        "pass, pass, queued"
    })
    void twoFiltersDecideTogether(String first, String second, String reply) {
        try (ScriptedFilter other = ScriptedFilter.start()) {
            script(filter, first);
            script(other, second);

            assertThat(sent(listen(filter.config(), other.config()), MESSAGE)).endsWith(reply);

            assertThat(filter.commands()).startsWith("CHMRTLNBE");
            assertThat(other.commands()).startsWith("CHMRTLNBE");
        }
    }

    private static void script(ScriptedFilter filter, String verdict) {
        filter.on('E', (said, answers) -> {
            switch (verdict) {
                case "pass" -> answers.say('c');
                case "hold" -> {
                    answers.say('q', "odd|");
                    answers.say('c');
                }
                default -> answers.say('y', verdict + "|");
            }
        });
    }
}
