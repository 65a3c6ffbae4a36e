package posthaste.peer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.ThrowingConsumer;
import org.junit.jupiter.api.io.TempDir;
import posthaste.delivery.testkit.ScriptedHop;
import posthaste.delivery.testkit.ScriptedHop.Received;
import posthaste.peer.Errand.Wish;
import posthaste.smtp.Replies;
import posthaste.smtp.Reply;

/** Clients that others wrote hand mail to the relay: what arrives is what they sent, and they say what the relay said. */
@Tag("peer")
class ClientsIT {
    private static final String SENDER = "alice@sender.example";
    /** Not in the networks that may relay. */
    private static final String STRANGER = "127.0.0.2";

    private static final int SIZE_MAX = 1 << 20;

    @TempDir
    private static Path directory;

    private static ScriptedHop hop;
    private static RelayUnderTest relay;

    @BeforeAll
    static void startEverything() throws IOException {
        RelayUnderTest.assumeBuilt();
        hop = ScriptedHop.start().offering("PIPELINING", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES");
        relay = RelayUnderTest.start(
                directory, """
                hostname = "%s"
                data-dir = "%s"
                [[listener]]
                bind = "127.0.0.1:0"
                [relay]
                networks = ["127.0.0.1/32"]
                [limits]
                message-size = "1 MiB"
                [queue]
                free-space-reserve = "16 MiB"
                [[route]]
                match = ["*"]
                next-hop = ["127.0.0.1:%d"]
                [admin]
                bind = "127.0.0.1:0"
                """.formatted(RelayUnderTest.HOSTNAME, directory.resolve("data"), hop.port()));
    }

    @AfterAll
    static void stopEverything() {
        if (relay != null) relay.close();
        if (hop != null) hop.close();
    }

    @TestFactory
    Stream<DynamicTest> aPlainMessageReachesBothRecipients() {
        return every(client -> {
            String bob = "bob." + client + "@example.net";
            String carol = "carol." + client + "@example.org";

            client.send(errand(entry("plain-ascii"), bob, carol)).orFail();

            assertArrived(entry("plain-ascii"), bob);
            assertArrived(entry("plain-ascii"), carol);
        });
    }

    @TestFactory
    @DisplayName("I110 No octet of an ugly message changes")
    Stream<DynamicTest> noOctetOfAnUglyMessageChanges() {
        return every(client -> {
            String recipient = "ugly." + client + "@example.net";

            client.send(errand(entry("everything-at-once"), recipient)).orFail();

            assertArrived(entry("everything-at-once"), recipient);
        });
    }

    @TestFactory
    Stream<DynamicTest> severalMessagesTakeOneConnection() {
        return everyThatCan(Wish.SEVERAL, client -> {
            String recipient = "several." + client + "@example.net";
            long before = relay.meter("posthaste_smtp_connections_total");
            List<Path> files =
                    List.of(file(entry("leading-dots")), file(entry("plain-ascii")), file(entry("eightbit-utf8")));

            client.send(errand(entry("plain-ascii"), recipient).withMessages(files))
                    .orFail();

            List<Received> arrived = hop.awaitReceived(3, to(recipient));
            assertThat(arrived)
                    .extracting(each -> new String(behindTrace(each), ISO_8859_1))
                    .containsExactlyInAnyOrder(
                            text(entry("leading-dots")), text(entry("plain-ascii")), text(entry("eightbit-utf8")));
            assertThat(relay.meter("posthaste_smtp_connections_total") - before).isEqualTo(1);
        });
    }

    @TestFactory
    @DisplayName("I096 Who is refused beside an accepted one is told")
    Stream<DynamicTest> whoIsRefusedBesideAnAcceptedOneIsTold() {
        return every(client -> {
            String accepted = "accepted." + client + "@example.net";

            Programs.Result result =
                    client.send(errand(entry("plain-ascii"), accepted, "nobody@" + RelayUnderTest.HOSTNAME));

            assertTold(result, Replies.UNKNOWN_RECIPIENT);
            if (client.can(Wish.PART)) {
                assertArrived(entry("plain-ascii"), accepted);
            } else {
                assertThat(result.exitCode()).isNotZero();
            }
        });
    }

    @TestFactory
    @DisplayName("I069 A stranger is told that it may not relay")
    Stream<DynamicTest> aStrangerIsToldThatItMayNotRelay() {
        return every(client -> {
            String recipient = "denied." + client + "@example.net";

            Programs.Result result =
                    client.send(errand(entry("plain-ascii"), recipient).from(STRANGER));

            assertTold(result, Replies.RELAYING_DENIED);
            assertThat(result.exitCode()).isNotZero();
            assertThat(hop.received()).noneMatch(each -> to(recipient).test(each));
        });
    }

    @TestFactory
    @DisplayName("I106 What is too large is refused as such")
    Stream<DynamicTest> whatIsTooLargeIsRefusedAsSuch() {
        return every(client -> {
            String recipient = "large." + client + "@example.net";

            Programs.Result result = client.send(errand(Corpus.ofSize(SIZE_MAX + 1), recipient));

            assertTold(result, Replies.MESSAGE_TOO_LARGE);
            assertThat(hop.received()).noneMatch(each -> to(recipient).test(each));
        });
    }

    /** Who tells the size with MAIL is refused there: nothing is said of a recipient that would be refused too. */
    @TestFactory
    @DisplayName("I048 A size told with MAIL is refused before anything else")
    Stream<DynamicTest> aSizeToldWithMailIsRefusedBeforeAnythingElse() {
        return everyThatCan(Wish.SIZE, client -> {
            Corpus.Entry message = Corpus.ofSize(SIZE_MAX + 1);

            Programs.Result result = client.send(errand(message, "nobody@" + RelayUnderTest.HOSTNAME));

            assertTold(result, Replies.MESSAGE_TOO_LARGE);
            assertThat(result.exitCode()).isNotZero();
            assertThat(result.output()).doesNotContain("5.1.1");
        });
    }

    @TestFactory
    @DisplayName("I203 An envelope in one piece is answered in order")
    Stream<DynamicTest> anEnvelopeInOnePieceIsAnsweredInOrder() {
        return everyThatCan(Wish.PIPELINING, client -> {
            String recipient = "pipelined." + client + "@example.net";

            Programs.Result result = client.send(errand(entry("everything-at-once"), recipient, "second." + recipient)
                            .with(Wish.PIPELINING))
                    .orFail();

            assertThat(result.output()).containsPattern(" -> DATA\\s+<-  250 2\\.1\\.0 ");
            assertArrived(entry("everything-at-once"), recipient);
            assertArrived(entry("everything-at-once"), "second." + recipient);
        });
    }

    /** Angus Mail doubles leading dots in chunks too, where nobody may take one off (RFC 3030 §2): they arrive doubled. */
    @TestFactory
    @DisplayName("I138 I139 Content in chunks arrives whole, no dot taken off")
    Stream<DynamicTest> contentInChunksArrivesWhole() {
        return everyThatCan(Wish.CHUNKING, client -> {
            String recipient = "chunks." + client + "@example.net";
            Corpus.Entry message = entry("everything-at-once");

            Programs.Result result =
                    client.send(errand(message, recipient).with(Wish.CHUNKING)).orFail();

            assertThat(result.output()).contains("BDAT 1000").containsPattern("BDAT \\d+ LAST");
            String doubled = text(message).replaceAll("(?dm)^\\.", "..");
            assertArrived(new Corpus.Entry(message.name(), doubled.getBytes(ISO_8859_1)), recipient);
        });
    }

    @TestFactory
    Stream<DynamicTest> whatIsToBeReportedGoesOnToTheNextHop() {
        return everyThatCan(Wish.DSN, client -> {
            String recipient = "dsn." + client + "@example.net";

            client.send(errand(entry("plain-ascii"), recipient).with(Wish.DSN)).orFail();

            Received arrived = hop.awaitReceived(1, to(recipient)).get(0);
            assertThat(arrived.mail()).contains(" RET=HDRS");
            assertThat(arrived.recipients().get(0)).containsPattern(" NOTIFY=(SUCCESS,FAILURE|FAILURE,SUCCESS)\\b");
        });
    }

    @TestFactory
    Stream<DynamicTest> addressesBeyondAsciiGoOnAsTheyAre() {
        return everyThatCan(Wish.UTF8, client -> {
            String recipient = "grüße." + client + "@example.net";
            Errand errand =
                    Errand.of(relay.address(), "jürgen@sender.example", file(entry("eightbit-headers")), recipient);

            client.send(errand.with(Wish.UTF8)).orFail();

            Received arrived = hop.awaitReceived(1, to(recipient)).get(0);
            assertThat(utf8(arrived.mail()))
                    .startsWith("MAIL FROM:<jürgen@sender.example> ")
                    .contains(" SMTPUTF8");
            String forClause = "(\\s+for <" + Pattern.quote(recipient) + ">)?;";
            assertThat(utf8(arrived.text())).containsPattern("^Received: [^;]* with UTF8SMTP id \\w+" + forClause);
            assertUnchanged(entry("eightbit-headers"), arrived);
        });
    }

    // ---- who does it

    private static Stream<DynamicTest> every(ThrowingConsumer<RealClient> test) {
        return DynamicTest.stream(RealClient.ALL.stream(), RealClient::toString, client -> {
            client.assumePresent();
            test.accept(client);
        });
    }

    private static Stream<DynamicTest> everyThatCan(Wish wish, ThrowingConsumer<RealClient> test) {
        List<RealClient> able =
                RealClient.ALL.stream().filter(each -> each.can(wish)).toList();
        return DynamicTest.stream(able.stream(), RealClient::toString, client -> {
            client.assumePresent();
            test.accept(client);
        });
    }

    private static Errand errand(Corpus.Entry message, String... recipients) throws IOException {
        return Errand.of(relay.address(), SENDER, file(message), recipients);
    }

    private static Path file(Corpus.Entry message) throws IOException {
        return Files.write(directory.resolve(message.name() + ".eml"), message.content());
    }

    private static Corpus.Entry entry(String name) {
        return Corpus.accepted().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    // ---- what came of it

    /** The client shows its user the words of the relay; a few put the code elsewhere. */
    private static void assertTold(Programs.Result result, Reply refusal) {
        assertThat(result.output())
                .contains(Integer.toString(refusal.code()))
                .contains(refusal.status().orElseThrow() + " " + refusal.lines().get(0));
    }

    private static void assertArrived(Corpus.Entry message, String recipient) {
        List<Received> arrived = hop.awaitReceived(1, to(recipient));
        assertThat(arrived).hasSize(1);
        assertUnchanged(message, arrived.get(0));
    }

    private static void assertUnchanged(Corpus.Entry message, Received arrived) {
        Contents.assertUnchanged(message, behindTrace(arrived));
    }

    private static byte[] behindTrace(Received arrived) {
        String text = arrived.text();
        int end = text.indexOf("\r\n");
        while (text.startsWith(" ", end + 2)) end = text.indexOf("\r\n", end + 2);
        return Arrays.copyOfRange(arrived.content(), end + 2, arrived.content().length);
    }

    private static String text(Corpus.Entry message) {
        return new String(message.relayed(), ISO_8859_1);
    }

    private static Predicate<Received> to(String recipient) {
        return arrived ->
                arrived.recipients().stream().anyMatch(each -> utf8(each).startsWith("RCPT TO:<" + recipient + ">"));
    }

    /** A command line of the hop, which takes octets for characters. */
    private static String utf8(String line) {
        return new String(line.getBytes(ISO_8859_1), UTF_8);
    }
}
