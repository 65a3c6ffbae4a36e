package posthaste.delivery.dsn;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.Session;
import jakarta.mail.internet.InternetHeaders;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.apache.james.mime4j.dom.Entity;
import org.apache.james.mime4j.dom.Message;
import org.apache.james.mime4j.dom.Multipart;
import org.apache.james.mime4j.dom.SingleBody;
import org.apache.james.mime4j.message.DefaultMessageBuilder;
import org.apache.james.mime4j.stream.MimeConfig;
import org.junit.jupiter.api.Test;
import posthaste.delivery.BounceConfig;
import posthaste.delivery.RetryConfig;
import posthaste.delivery.route.OwnMailboxes;
import posthaste.queue.Delivery;
import posthaste.queue.DeliveryKey;
import posthaste.queue.Envelope;
import posthaste.queue.Envelope.Requests;
import posthaste.queue.MessageId;
import posthaste.queue.Notices;
import posthaste.queue.PriorityClass;
import posthaste.queue.QueueException;
import posthaste.queue.QueuedMessage;
import posthaste.queue.Recipient;
import posthaste.queue.Settlement;
import posthaste.queue.StoredBody;
import posthaste.smtp.BodyType;
import posthaste.smtp.EnhancedStatus;
import posthaste.smtp.Mailbox;
import posthaste.smtp.Notify;
import posthaste.smtp.Reply;
import posthaste.smtp.ReturnContent;
import posthaste.smtp.ReversePath;

class DsnReportsTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:15:30Z");
    private static final Instant RECEIVED = NOW.minus(Duration.ofHours(1));
    private static final Executor HERE = Runnable::run;
    private static final Mailbox SENDER = new Mailbox("alice", "sender.example");
    private static final Mailbox BOB = new Mailbox("bob", "example.net");
    private static final Reply NO_SUCH_USER = Reply.of(550, "5.1.1", "No such user here");
    private static final String MX = "mx.example.net[192.0.2.1]:25";
    private static final String ORIGINAL = crlf("""
            Received: by relay.example.org
            From: alice@sender.example
            Subject: a subject
             folded

            Hello Bob,
            bye.
            """);

    private final DsnReports reports = new DsnReports(
            "relay.example.org",
            new BounceConfig(Optional.of(new Mailbox("postmaster", "example.org"))),
            RetryConfig.DEFAULT,
            new Readers());

    /** The mail of a team is read by two; everybody else reads his own. */
    private static final class Readers implements OwnMailboxes {
        @Override
        public Optional<Reply> refusal(Mailbox recipient) {
            return Optional.empty();
        }

        @Override
        public List<Recipient> readers(Mailbox address) {
            if (!address.localPart().equals("team")) return OwnMailboxes.super.readers(address);
            return List.of(new Recipient(BOB), new Recipient(SENDER));
        }
    }

    @Test
    void aReportGoesToThoseWhomItsAddressStandsFor() throws IOException {
        Delivery delivery = delivery(
                ReversePath.of(new Mailbox("team", "sender.example")),
                ORIGINAL,
                new Recipient(BOB),
                ReturnContent.UNSPECIFIED);

        assertThat(only(failed(delivery)).envelope().recipients())
                .containsExactly(new Recipient(BOB), new Recipient(SENDER));
    }

    @Test
    void aTypicalReportReadsAsWritten() throws IOException {
        byte[] golden;
        try (var in = DsnReportsTest.class.getResourceAsStream("typical-report.eml")) {
            assertThat(in).isNotNull();
            golden = in.readAllBytes();
        }

        Settlement.Report report = only(failed(delivery(ORIGINAL)));

        assertThat(new String(report.content(), US_ASCII)).isEqualTo(new String(golden, US_ASCII));
    }

    @Test
    void aReportComesFromTheNullReversePathAndLivesAsLongAsABounce() {
        Envelope envelope = only(failed(delivery(ORIGINAL))).envelope();

        assertThat(envelope.reversePath()).isEqualTo(ReversePath.NULL);
        assertThat(envelope.recipients()).containsExactly(new Recipient(SENDER));
        assertThat(envelope.source()).isEqualTo(Envelope.Source.LOCAL);
        assertThat(envelope.priority()).isEqualTo(PriorityClass.NORMAL);
        assertThat(envelope.firstDue()).isEqualTo(NOW);
        assertThat(envelope.expiresAt()).contains(NOW.plus(RetryConfig.DEFAULT.expireBounce()));
        assertThat(envelope.bodyType()).isEqualTo(BodyType.SEVEN_BIT);
        assertThat(envelope.smtpUtf8()).isFalse();
    }

    @Test
    void mime4jReadsEveryPartOfAFailureReport() throws IOException {
        Delivery delivery = delivery(
                ORIGINAL,
                new Recipient(BOB, Notify.UNSPECIFIED, Optional.of("rfc822;bob+2Bold@example.net")),
                ReturnContent.FULL,
                Optional.of("order+2B7"));

        Message message = parsed(only(failed(delivery)).content());

        assertThat(message.getMimeType()).isEqualTo("multipart/report");
        assertThat(message.getHeader().getField("Content-Type").getBody()).contains("report-type=delivery-status");
        assertThat(message.getFrom().get(0).getAddress()).isEqualTo("MAILER-DAEMON@relay.example.org");
        assertThat(message.getTo().flatten().get(0).getAddress()).isEqualTo("alice@sender.example");
        assertThat(message.getHeader().getField("Auto-Submitted").getBody()).isEqualTo("auto-replied");
        assertThat(message.getDate()).isEqualTo(NOW);
        List<Entity> parts = ((Multipart) message.getBody()).getBodyParts();
        assertThat(parts)
                .extracting(Entity::getMimeType)
                .containsExactly("text/plain", "message/delivery-status", "message/rfc822");
        List<InternetHeaders> groups = statusGroups(bytes(parts.get(1)));
        assertThat(value(groups.get(0), "Reporting-MTA")).isEqualTo("dns; relay.example.org");
        assertThat(value(groups.get(0), "Original-Envelope-Id")).isEqualTo("order+7");
        assertThat(value(groups.get(0), "Arrival-Date")).isEqualTo("Tue, 24 Nov 2026 09:15:30 +0000");
        assertThat(value(groups.get(1), "Original-Recipient")).isEqualTo("rfc822; bob+old@example.net");
        assertThat(value(groups.get(1), "Final-Recipient")).isEqualTo("rfc822; bob@example.net");
        assertThat(value(groups.get(1), "Action")).isEqualTo("failed");
        assertThat(value(groups.get(1), "Status")).isEqualTo("5.1.1");
        assertThat(value(groups.get(1), "Remote-MTA")).isEqualTo("dns; mx.example.net");
        assertThat(value(groups.get(1), "Diagnostic-Code")).isEqualTo("smtp; 550 5.1.1 No such user here");
        assertThat(value(groups.get(1), "Last-Attempt-Date")).isEqualTo("Tue, 24 Nov 2026 10:15:30 +0000");
        assertThat(groups.get(1).getHeader("Will-Retry-Until")).isNull();
    }

    @Test
    void angusMailFindsTheOriginalByteForByte() throws Exception {
        MimeMultipart parts = angus(only(failed(delivery(ORIGINAL))).content());

        assertThat(parts.getContentType()).contains("multipart/report");
        assertThat(parts.getCount()).isEqualTo(3);
        var raw = new ByteArrayOutputStream();
        parts.getBodyPart(2).getDataHandler().writeTo(raw);
        assertThat(raw.toString(US_ASCII)).isEqualTo(ORIGINAL);
    }

    @Test
    void anOriginalWithoutFinalLineEndComesBackWithoutOne() throws Exception {
        String original = "Subject: x\r\n\r\nno line end";

        assertThat(returned(only(failed(delivery(original))).content())).isEqualTo(original);
    }

    @Test
    void aDelayNoticeSaysUntilWhenAndCarriesTheHeaderOnly() throws Exception {
        var waiting = new FailedRecipient(
                new Recipient(BOB),
                new EnhancedStatus(4, 4, 1),
                Reply.of(451, "4.4.1", "No answer from mx.example.net"),
                "");

        byte[] content = only(join(
                        reports.delayed(delivery(ORIGINAL), List.of(waiting), NOW, NOW.plus(Duration.ofDays(5)), HERE)))
                .content();

        MimeMultipart parts = angus(content);
        InternetHeaders status = statusGroups(
                        parts.getBodyPart(1).getInputStream().readAllBytes())
                .get(1);
        assertThat(value(status, "Action")).isEqualTo("delayed");
        assertThat(value(status, "Will-Retry-Until")).isEqualTo("Sun, 29 Nov 2026 10:15:30 +0000");
        assertThat(status.getHeader("Remote-MTA")).isNull();
        assertThat(value(status, "Diagnostic-Code")).isEqualTo("x-posthaste; 451 4.4.1 No answer from mx.example.net");
        assertThat(parts.getBodyPart(2).getContentType()).isEqualTo("text/rfc822-headers");
        assertThat(returned(content)).isEqualTo(ORIGINAL.substring(0, ORIGINAL.indexOf("\r\n\r\n") + 2));
    }

    @Test
    void nobodyIsToldOfWhatTheNullReversePathSent() {
        Delivery fromNull = delivery(ReversePath.NULL, ORIGINAL, new Recipient(BOB), ReturnContent.UNSPECIFIED);

        assertThat(failed(fromNull)).isEmpty();
        assertThat(delayed(fromNull)).isEmpty();
    }

    @Test
    void notifyDecidesWhoIsTold() {
        assertThat(failed(notifying(Notify.NEVER))).isEmpty();
        assertThat(failed(notifying(Notify.SUCCESS))).isEmpty();
        assertThat(failed(notifying(Notify.DELAY))).isEmpty();
        assertThat(failed(notifying(Notify.FAILURE))).hasSize(1);
        assertThat(delayed(notifying(Notify.NEVER))).isEmpty();
        assertThat(delayed(notifying(Notify.FAILURE))).isEmpty();
        assertThat(delayed(notifying(Notify.DELAY))).hasSize(1);
    }

    @Test
    void onlyTheRecipientsThatAskedAreNamed() throws Exception {
        var quiet = new Recipient(new Mailbox("quiet", "example.net"), new Notify(Notify.NEVER), Optional.empty());
        Delivery delivery = delivery(ORIGINAL);

        String report = text(only(
                join(reports.failed(delivery, List.of(refused(new Recipient(BOB)), refused(quiet)), NOW, HERE))));

        assertThat(report).contains("bob@example.net").doesNotContain("quiet@example.net");
    }

    @Test
    void theSenderWhoAskedForHeadersGetsThemOnly() throws Exception {
        byte[] content = only(failed(delivery(ORIGINAL, new Recipient(BOB), ReturnContent.HEADERS, Optional.empty())))
                .content();

        assertThat(returned(content)).endsWith("Subject: a subject\r\n folded\r\n");
    }

    @Test
    void aLargeMessageComesBackAsHeadersAndNoFurtherChunkIsRead() throws Exception {
        String header = "Received: x\r\nSubject: large\r\n\r\n";
        var body = new ChunkedBody((header + "y".repeat(70).concat("\r\n").repeat(4000)).getBytes(US_ASCII), 64 * 1024);

        byte[] content = only(failed(delivery(body))).content();

        assertThat(returned(content)).isEqualTo("Received: x\r\nSubject: large\r\n");
        assertThat(body.chunksRead).containsExactly(0);
    }

    @Test
    void aBodyOfSeveralSmallChunksIsReadWhole() throws Exception {
        var body = new ChunkedBody(ORIGINAL.getBytes(US_ASCII), 10);

        assertThat(returned(only(failed(delivery(body))).content())).isEqualTo(ORIGINAL);
    }

    @Test
    void anUnreadableBodyCostsTheContentNotTheReport() throws Exception {
        Delivery delivery = delivery(new UnreadableBody());

        MimeMultipart parts = angus(only(failed(delivery)).content());

        assertThat(parts.getCount()).isEqualTo(2);
    }

    @Test
    void eightBitContentIsDeclared() throws Exception {
        String original = "Subject: x\r\n\r\nGr\u00fc\u00dfe\r\n";
        var body = new ChunkedBody(original.getBytes(UTF_8), 64 * 1024);

        Settlement.Report report = only(failed(delivery(body)));

        assertThat(report.envelope().bodyType()).isEqualTo(BodyType.EIGHT_BIT_MIME);
        assertThat(new MimeMessage(session(), new ByteArrayInputStream(report.content())).getEncoding())
                .isEqualTo("8bit");
        assertThat(returned(report.content())).isEqualTo(original);
    }

    @Test
    void aContentThatKnowsTheBoundaryDoesNotBreakOut() throws Exception {
        String text = text(only(failed(delivery(ORIGINAL))));
        String boundary = text.replaceAll("(?s).*boundary=\"([^\"]+)\".*", "$1");
        String original = "Subject: x\r\n\r\n--" + boundary + "\r\nContent-Type: text/html\r\n\r\nevil\r\n--" + boundary
                + "--\r\n";

        MimeMultipart parts = angus(only(failed(delivery(original))).content());

        assertThat(parts.getCount()).isEqualTo(3);
        assertThat(returned(only(failed(delivery(original))).content())).isEqualTo(original);
    }

    @Test
    void aHostileReplyCannotAddFieldsOrLongLines() throws Exception {
        var hostile = new Reply(
                550,
                Optional.empty(),
                IntStream.range(0, 100)
                        .mapToObj(i -> "\u001b[31m \t" + "x".repeat(500))
                        .toList());
        var failed = new FailedRecipient(new Recipient(BOB), new EnhancedStatus(5, 0, 0), hostile, "evil\u0007 host");

        Settlement.Report report = only(join(reports.failed(delivery(ORIGINAL), List.of(failed), NOW, HERE)));

        assertThat(text(report).lines()).allMatch(line -> line.length() <= 998);
        assertThat(text(report)).doesNotContain("\u001b").doesNotContain("\u0007");
        assertThat(statusGroups(
                        angus(report.content()).getBodyPart(1).getInputStream().readAllBytes()))
                .hasSize(2);
    }

    @Test
    void longFieldsAreFoldedAndReadAsOne() throws Exception {
        String said =
                "This mailbox is closed because " + "its owner left us long ago and ".repeat(12) + "never returned";
        var failed =
                new FailedRecipient(new Recipient(BOB), new EnhancedStatus(5, 2, 1), Reply.of(550, "5.2.1", said), MX);

        byte[] content = only(join(reports.failed(delivery(ORIGINAL), List.of(failed), NOW, HERE)))
                .content();

        InternetHeaders status = statusGroups(
                        angus(content).getBodyPart(1).getInputStream().readAllBytes())
                .get(1);
        assertThat(value(status, "Diagnostic-Code")).isEqualTo("smtp; 550 5.2.1 " + said);
        assertThat(new String(content, US_ASCII).lines()).allMatch(line -> line.length() <= 78);
    }

    @Test
    void manyRecipientsShareReportsOfOneChunkEach() throws Exception {
        List<FailedRecipient> many = IntStream.range(0, 1000)
                .mapToObj(i -> refused(new Recipient(new Mailbox("user" + i, "example.net"))))
                .toList();
        var body = new ChunkedBody(
                ("Subject: x\r\n\r\n" + "y".repeat(70).concat("\r\n").repeat(600)).getBytes(US_ASCII), 65536);

        List<Settlement.Report> all = join(reports.failed(delivery(body), many, NOW, HERE));

        assertThat(all).hasSizeBetween(5, 20);
        int named = 0;
        for (Settlement.Report each : all) {
            assertThat(each.content().length).isLessThanOrEqualTo(DsnWriter.REPORT_MAX);
            named += statusGroups(angus(each.content())
                                    .getBodyPart(1)
                                    .getInputStream()
                                    .readAllBytes())
                            .size()
                    - 1;
        }
        assertThat(named).isEqualTo(1000);
        assertThat(all).extracting(each -> messageId(each)).doesNotHaveDuplicates();
    }

    @Test
    void aHeaderLargerThanTheRoomIsCutBetweenFields() throws Exception {
        String field = "X-Filler: " + "z".repeat(1980) + "\r\n";

        byte[] content = only(failed(delivery("Subject: first\r\n" + field.repeat(60) + "\r\nbody\r\n")))
                .content();

        assertThat(content.length).isLessThanOrEqualTo(DsnWriter.REPORT_MAX);
        assertThat(returned(content)).startsWith("Subject: first\r\n").endsWith("zz\r\n");
        assertThat(new String(content, US_ASCII).lines()).allMatch(line -> line.length() <= 998);
    }

    @Test
    void aMessageWithOverlongLinesComesBackAsHeaders() throws Exception {
        byte[] content = only(failed(delivery("Subject: x\r\n\r\n" + "y".repeat(2000) + "\r\n")))
                .content();

        assertThat(returned(content)).isEqualTo("Subject: x\r\n");
    }

    @Test
    void anExpiredMessageTellsTheLastReply() throws Exception {
        var expired = new FailedRecipient(
                new Recipient(BOB), new EnhancedStatus(5, 4, 7), Reply.of(450, "4.2.0", "Greylisted"), MX);

        byte[] content = only(join(reports.failed(delivery(ORIGINAL), List.of(expired), NOW, HERE)))
                .content();

        InternetHeaders status = statusGroups(
                        angus(content).getBodyPart(1).getInputStream().readAllBytes())
                .get(1);
        assertThat(value(status, "Status")).isEqualTo("5.4.7");
        assertThat(value(status, "Diagnostic-Code")).isEqualTo("smtp; 450 4.2.0 Greylisted");
        assertThat(status.getHeader("Last-Attempt-Date")).isNull();
    }

    @Test
    void addressesOfOtherScriptsAreWrittenInSevenBitsForPrograms() throws Exception {
        Mailbox jose = new Mailbox("jos\u00e9", "example.net");

        byte[] content = only(join(
                        reports.failed(delivery(ORIGINAL), List.of(refused(new Recipient(jose))), NOW, HERE)))
                .content();

        InternetHeaders status = statusGroups(
                        angus(content).getBodyPart(1).getInputStream().readAllBytes())
                .get(1);
        assertThat(value(status, "Final-Recipient")).isEqualTo("utf-8; jos\\x{E9}@example.net");
        assertThat((String) angus(content).getBodyPart(0).getContent()).contains("<jos\u00e9@example.net>");
    }

    private static String crlf(String text) {
        return text.replace("\n", "\r\n");
    }

    @Test
    void whateverTheOriginalAndTheReplyHoldTheReportIsMail() throws Exception {
        var random = new Random(20_261_124);
        for (int i = 0; i < 2000; i++) {
            var reply = new Reply(
                    550, Optional.empty(), List.of(hostile(random, 700).replaceAll("[\r\n\0]", "")));
            var failed = new FailedRecipient(
                    new Recipient(BOB, Notify.UNSPECIFIED, Optional.of(hostile(random, 40))),
                    new EnhancedStatus(5, random.nextInt(9), random.nextInt(12)),
                    reply,
                    hostile(random, 30));
            byte[] original = hostile(random, random.nextInt(3000)).getBytes(ISO_8859_1);
            Delivery delivery = delivery(new ChunkedBody(original, 1 + random.nextInt(4000)));

            byte[] content = only(join(reports.failed(delivery, List.of(failed), NOW, HERE)))
                    .content();

            String text = new String(content, ISO_8859_1);
            assertThat(text.replace("\r\n", "")).as("round %d", i).doesNotContain("\r", "\n", "\0");
            assertThat(text.split("\r\n", -1)).allMatch(line -> line.length() <= 998);
            MimeMultipart parts = angus(content);
            assertThat(parts.getCount()).isEqualTo(3);
            assertThat(statusGroups(parts.getBodyPart(1).getInputStream().readAllBytes()))
                    .hasSize(2);
        }
    }

    /** Text made of what breaks mail: line ends in halves, dots, boundaries, colons, blanks, 8-bit octets. */
    private static String hostile(Random random, int length) {
        String[] pieces = {
            "\r\n",
            "\r",
            "\n",
            "\0",
            ".",
            "..",
            "--",
            "=_",
            "Subject: x",
            ":",
            " ",
            "\t",
            "\u00e9",
            "\u0085",
            "x",
            ";",
            "+2B",
            "+",
            "[",
            "a".repeat(90),
            "\u001b[2J"
        };
        StringBuilder text = new StringBuilder();
        while (text.length() < length) text.append(pieces[random.nextInt(pieces.length)]);
        return text.toString();
    }

    // ---- reading

    private static Message parsed(byte[] content) throws IOException {
        var builder = new DefaultMessageBuilder();
        builder.setMimeEntityConfig(MimeConfig.STRICT);
        return builder.parseMessage(new ByteArrayInputStream(content));
    }

    private static byte[] bytes(Entity part) throws IOException {
        try (var in = ((SingleBody) part.getBody()).getInputStream()) {
            return in.readAllBytes();
        }
    }

    private static MimeMultipart angus(byte[] content) throws Exception {
        return (MimeMultipart) new MimeMessage(session(), new ByteArrayInputStream(content)).getContent();
    }

    private static Session session() {
        return Session.getInstance(new Properties());
    }

    private static String returned(byte[] content) throws Exception {
        var raw = new ByteArrayOutputStream();
        angus(content).getBodyPart(2).getInputStream().transferTo(raw);
        return raw.toString(UTF_8);
    }

    /** The groups of fields of a message/delivery-status, each read by Angus Mail. */
    private static List<InternetHeaders> statusGroups(byte[] status) {
        var groups = new ArrayList<InternetHeaders>();
        for (String group : new String(status, US_ASCII).strip().split("\r\n\r\n", -1)) {
            try {
                groups.add(new InternetHeaders(new ByteArrayInputStream((group + "\r\n\r\n").getBytes(US_ASCII))));
            } catch (jakarta.mail.MessagingException bad) {
                throw new AssertionError(group, bad);
            }
        }
        return groups;
    }

    private static String value(InternetHeaders headers, String name) {
        return jakarta.mail.internet.MimeUtility.unfold(headers.getHeader(name, ""));
    }

    private static String text(Settlement.Report report) {
        return new String(report.content(), ISO_8859_1);
    }

    private static String messageId(Settlement.Report report) {
        return text(report)
                .lines()
                .filter(line -> line.startsWith("Message-ID:"))
                .findFirst()
                .orElseThrow();
    }

    // ---- asking

    private static Settlement.Report only(List<Settlement.Report> reports) {
        assertThat(reports).hasSize(1);
        return reports.get(0);
    }

    private List<Settlement.Report> failed(Delivery delivery) {
        return join(
                reports.failed(delivery, List.of(refused(delivery.recipients().get(0))), NOW, HERE));
    }

    private List<Settlement.Report> delayed(Delivery delivery) {
        return join(reports.delayed(
                delivery, List.of(refused(delivery.recipients().get(0))), NOW, NOW.plus(Duration.ofDays(1)), HERE));
    }

    private static List<Settlement.Report> join(CompletionStage<List<Settlement.Report>> stage) {
        return stage.toCompletableFuture().join();
    }

    private static FailedRecipient refused(Recipient recipient) {
        return new FailedRecipient(recipient, new EnhancedStatus(5, 1, 1), NO_SUCH_USER, MX);
    }

    private static Delivery notifying(byte bits) {
        return delivery(
                ORIGINAL,
                new Recipient(BOB, new Notify(bits), Optional.empty()),
                ReturnContent.UNSPECIFIED,
                Optional.empty());
    }

    private static Delivery delivery(String original) {
        return delivery(new ChunkedBody(original.getBytes(US_ASCII), 64 * 1024));
    }

    private static Delivery delivery(StoredBody body) {
        return delivery(ReversePath.of(SENDER), body, new Recipient(BOB), ReturnContent.UNSPECIFIED, Optional.empty());
    }

    private static Delivery delivery(
            String original, Recipient recipient, ReturnContent returnContent, Optional<String> envelopeId) {
        StoredBody body = new ChunkedBody(original.getBytes(US_ASCII), 64 * 1024);
        return delivery(ReversePath.of(SENDER), body, recipient, returnContent, envelopeId);
    }

    private static Delivery delivery(
            ReversePath from, String original, Recipient recipient, ReturnContent returnContent) {
        StoredBody body = new ChunkedBody(original.getBytes(US_ASCII), 64 * 1024);
        return delivery(from, body, recipient, returnContent, Optional.empty());
    }

    private static Delivery delivery(
            ReversePath from,
            StoredBody body,
            Recipient recipient,
            ReturnContent returnContent,
            Optional<String> envelopeId) {
        MessageId id = MessageId.floorOf(RECEIVED.toEpochMilli());
        var envelope = new Envelope(
                from,
                List.of(recipient),
                PriorityClass.NORMAL,
                BodyType.SEVEN_BIT,
                false,
                Requests.of(returnContent, envelopeId),
                RECEIVED,
                RECEIVED,
                Optional.empty(),
                new Envelope.Source("192.0.2.9", "app.sender.example", "ESMTP", ""));
        var message = new QueuedMessage(id, envelope, body.bytes(), body.chunks());
        var key = new DeliveryKey("example.net", PriorityClass.NORMAL, RECEIVED.toEpochMilli(), id, 0, 0);
        return new Delivery(key, message, List.of(recipient), 0, Notices.NONE, Optional.empty(), "", body);
    }

    /** A body on disk: every chunk is read, none resident but the second of each pair. */
    private static final class ChunkedBody implements StoredBody {
        private final byte[] content;
        private final int chunkBytes;
        private final List<Integer> chunksRead = new ArrayList<>();

        ChunkedBody(byte[] content, int chunkBytes) {
            this.content = content;
            this.chunkBytes = chunkBytes;
        }

        @Override
        public long bytes() {
            return content.length;
        }

        @Override
        public int chunks() {
            return (content.length + chunkBytes - 1) / chunkBytes;
        }

        @Override
        public Optional<byte[]> resident(int index) {
            return index % 2 == 1 ? Optional.of(chunk(index)) : Optional.empty();
        }

        @Override
        public CompletionStage<byte[]> read(int index, Executor owner) {
            chunksRead.add(index);
            return CompletableFuture.supplyAsync(() -> chunk(index), owner);
        }

        private byte[] chunk(int index) {
            int from = index * chunkBytes;
            return java.util.Arrays.copyOfRange(content, from, Math.min(content.length, from + chunkBytes));
        }

        @Override
        public void release() {}
    }

    private record UnreadableBody() implements StoredBody {
        @Override
        public long bytes() {
            return 10;
        }

        @Override
        public int chunks() {
            return 1;
        }

        @Override
        public Optional<byte[]> resident(int index) {
            return Optional.empty();
        }

        @Override
        public CompletionStage<byte[]> read(int index, Executor owner) {
            return CompletableFuture.failedStage(new QueueException.Corrupt("checksum"));
        }

        @Override
        public void release() {}
    }
}
