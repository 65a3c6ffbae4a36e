package posthaste.peer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.james.mime4j.dom.Entity;
import org.apache.james.mime4j.dom.Message;
import org.apache.james.mime4j.dom.Multipart;
import org.apache.james.mime4j.dom.SingleBody;
import org.apache.james.mime4j.message.DefaultMessageBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import posthaste.delivery.testkit.TestDns;

/** Real clients hand mail to the relay, a real Postfix is the MX of everybody: what arrives is what was sent. */
@Tag("peer")
class RealPeersIT {
    private static final String SENDER = "alice@sender.example";
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private static Path directory;

    private static TestDns dns;
    private static PostfixPeer postfix;
    private static RelayUnderTest relay;

    @BeforeAll
    static void startEverything() throws Exception {
        Programs.assumeRoot();
        Programs.assumePresent("postfix");
        RelayUnderTest.assumeBuilt();
        postfix = PostfixPeer.start("example.net", "sender.example");
        dns = TestDns.start()
                .mx("example.net", 10, "mx.peer.example")
                .mx("sender.example", 10, "mx.peer.example")
                .a("mx.peer.example", "127.0.0.1");
        relay = RelayUnderTest.start(
                directory,
                RelayUnderTest.configuration(
                        directory.resolve("data"),
                        dns.address(),
                        postfix.address().getPort()));
    }

    @AfterAll
    static void stopEverything() throws IOException {
        if (relay != null) relay.close();
        if (postfix != null) postfix.close();
        if (dns != null) dns.close();
    }

    @Test
    void whatSwaksSendsArrives() throws Exception {
        Programs.assumePresent("swaks");
        Corpus.Entry message = entry("unfinished-last-line"); // swaks ends the last line itself, ended or not

        Programs.run(
                        "swaks",
                        "--server",
                        server(),
                        "--helo",
                        "client.sender.example",
                        "--from",
                        SENDER,
                        "--to",
                        "swaks@example.net",
                        "--data",
                        "@" + fileOf(message))
                .orFail();

        assertArrived(message, "swaks@example.net");
    }

    @Test
    void whatCurlSendsArrives() throws Exception {
        Programs.assumePresent("curl");
        Corpus.Entry message = entry("leading-dots");

        Programs.run(
                        "curl",
                        "-sS",
                        "--url",
                        "smtp://" + server() + "/client.sender.example",
                        "--mail-from",
                        SENDER,
                        "--mail-rcpt",
                        "curl@example.net",
                        "--upload-file",
                        fileOf(message))
                .orFail();

        assertArrived(message, "curl@example.net");
    }

    @Test
    void whatSmtplibSendsArrives() throws Exception {
        Programs.assumePresent("python3");
        Corpus.Entry message = entry("eightbit-utf8");
        String program = """
                import smtplib, sys
                host, port = sys.argv[1].split(':')
                with smtplib.SMTP(host, int(port), 'client.sender.example', 60) as client:
                    client.sendmail(sys.argv[2], [sys.argv[3]], open(sys.argv[4], 'rb').read(), ['BODY=8BITMIME'])
                """;

        Programs.run(
                        Map.of(),
                        List.of("python3", "-", server(), SENDER, "smtplib@example.net", fileOf(message)),
                        program)
                .orFail();

        assertArrived(message, "smtplib@example.net");
    }

    @Test
    void whatAngusMailSendsArrives() throws Exception {
        Corpus.Entry message = entry("multipart-related-image");
        var properties = new Properties();
        properties.put("mail.smtp.host", relay.address().getHostString());
        properties.put("mail.smtp.port", relay.address().getPort());
        properties.put("mail.smtp.from", SENDER);
        Session session = Session.getInstance(properties);
        try (var transport = session.getTransport("smtp")) {
            transport.connect();

            transport.sendMessage(
                    new MimeMessage(session, new ByteArrayInputStream(message.content())),
                    InternetAddress.parse("angus@example.net"));
        }

        assertArrived(message, "angus@example.net");
    }

    @Test
    void theTraceFieldNamesWhatTheReplyNamed() throws Exception {
        String reply = send("trace@example.net", entry("plain-ascii"));

        String id = reply.replaceFirst("250 2\\.0\\.0 (\\S+) queued.*", "$1");
        assertThat(id).matches("[0-9a-z]{13}");
        PostfixPeer.Arrived arrived = await("trace@example.net");
        assertThat(arrived.traceField())
                .startsWith("Received: from client.sender.example (")
                .contains(" by " + RelayUnderTest.HOSTNAME + " ")
                .contains(" with ESMTP id " + id);
        assertThat(arrived.reversePath()).isEqualTo("<" + SENDER + ">");
    }

    @TestFactory
    Stream<DynamicTest> everyMessageOfTheCorpusArrives() {
        return Corpus.accepted().stream().map(each -> DynamicTest.dynamicTest(each.name(), () -> assertRelayed(each)));
    }

    @TestFactory
    Stream<DynamicTest> whatNoRelayMayTakeIsRefused() {
        return Corpus.refused().stream()
                .map(each -> DynamicTest.dynamicTest(each.name(), () -> {
                    String status = each.name().startsWith("received-") ? "554 5.4.6 " : "554 5.6.0 ";
                    try (RawSmtp client = RawSmtp.connect(relay.address())) {
                        assertThat(client.sendUnstuffed(SENDER, each.name() + "@example.net", each.content()))
                                .startsWith(status);
                    }
                    assertThat(postfix.arrivedFor("victim@example.net")).isEmpty();
                }));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 57, 49_000, 1_000_000, 30_000_000})
    void attachmentsOfAnySizeArrive(int octets) throws Exception {
        assertRelayed(Corpus.withAttachment(octets));
    }

    @ParameterizedTest
    @ValueSource(ints = {65_000, 65_534, 65_535, 65_536, 65_537, 131_071, 131_072, 131_073})
    void sizesAroundAChunkOfTheQueueArrive(int octets) throws Exception {
        assertRelayed(Corpus.ofSize(octets));
    }

    @Test
    void anSmimeSignatureStillVerifies() throws Exception {
        Programs.assumePresent("openssl");
        String key = path("key.pem");
        String certificate = path("cert.pem");
        Files.writeString(Path.of(path("text")), "signed text, with blanks at the end   \n\tand a tab\n\n");
        Programs.run(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=alice",
                        "-addext",
                        "extendedKeyUsage=emailProtection",
                        "-keyout",
                        key,
                        "-out",
                        certificate)
                .orFail();
        Programs.run(
                        "openssl",
                        "smime",
                        "-sign",
                        "-text",
                        "-in",
                        path("text"),
                        "-signer",
                        certificate,
                        "-inkey",
                        key,
                        "-from",
                        SENDER,
                        "-to",
                        "bob@example.net",
                        "-subject",
                        "signed",
                        "-out",
                        path("smime.eml"))
                .orFail();
        var message = new Corpus.Entry("smime", withCrlf(Files.readAllBytes(Path.of(path("smime.eml")))));

        assertRelayed(message);

        Files.write(Path.of(path("arrived.eml")), await("smime@example.net").asSent());
        Programs.run(
                        "openssl",
                        "smime",
                        "-verify",
                        "-in",
                        path("arrived.eml"),
                        "-CAfile",
                        certificate,
                        "-out",
                        path("out"))
                .orFail();
    }

    @Test
    void aPgpSignatureStillVerifies() throws Exception {
        Programs.assumePresent("gpg", "gpgconf");
        try (var keys = PgpKeys.create(SENDER)) {
            String signed =
                    "Content-Type: text/plain; charset=utf-8\r\n\r\nsigned text   \r\n\t\r\n-- \r\nFrom here\r\n";
            String signature = keys.signatureOf(signed.getBytes(US_ASCII));
            String head = "From: " + SENDER + "\r\nSubject: signed\r\nMIME-Version: 1.0\r\n"
                    + "Content-Type: multipart/signed; micalg=pgp-sha512;\r\n"
                    + " protocol=\"application/pgp-signature\"; boundary=\"=_s\"\r\n\r\n--=_s\r\n";
            String tail =
                    "\r\n--=_s\r\nContent-Type: application/pgp-signature\r\n\r\n" + signature + "\r\n--=_s--\r\n";
            var message = new Corpus.Entry("pgp", (head + signed + tail).getBytes(US_ASCII));

            assertRelayed(message);

            String arrived = new String(await("pgp@example.net").asSent(), ISO_8859_1);
            String[] parts = arrived.split("(\r\n)?--=_s(--)?\r\n", -1);
            keys.verify(parts[1].getBytes(ISO_8859_1), parts[2].substring(parts[2].indexOf("\r\n\r\n") + 4));
        }
    }

    @Test
    void aMessagePutOffAtFirstArrivesOnTheRetry() throws Exception {
        postfix.policy().refuseOnce("greylisted@example.net", "450 4.2.0 Greylisted, try again later");

        send("greylisted@example.net", entry("plain-ascii"));

        Contents.assertUnchanged(
                entry("plain-ascii"), await("greylisted@example.net").content());
        assertThat(postfix.policy().attempts("greylisted@example.net")).isEqualTo(2);
    }

    @Test
    void aRefusalComesBackToTheSenderAsAReport() throws Exception {
        postfix.policy().refuse("nobody@example.net", "550 5.1.1 Nobody");

        send("carol@sender.example", "nobody@example.net", entry("eightbit-utf8"));

        PostfixPeer.Arrived report = await("carol@sender.example");
        assertThat(report.reversePath()).isEqualTo("<>");
        Message parsed = parsed(report);
        assertThat(parsed.getMimeType()).isEqualTo("multipart/report");
        assertThat(parsed.getTo().flatten().get(0).getAddress()).isEqualTo("carol@sender.example");
        List<Entity> parts = ((Multipart) parsed.getBody()).getBodyParts();
        assertThat(text(parts.get(0)))
                .contains("nobody@example.net")
                .contains("550 5.1.1")
                .contains("Nobody");
        assertThat(text(parts.get(1)))
                .contains("Reporting-MTA: dns; " + RelayUnderTest.HOSTNAME + "\r\n")
                .contains("Final-Recipient: rfc822; nobody@example.net\r\n")
                .contains("Action: failed\r\n")
                .contains("Status: 5.1.1\r\n")
                .contains("Remote-MTA: dns; mx.peer.example\r\n")
                .contains("Diagnostic-Code: smtp; 550 5.1.1 ");
        assertThat(new String(report.asSent(), ISO_8859_1))
                .contains(new String(entry("eightbit-utf8").content(), ISO_8859_1));
    }

    @Test
    void oneRecipientRefusedOfThreeHarmsNothingForTheOthers() throws Exception {
        postfix.policy().refuse("gone@example.net", "550 5.1.1 Gone");
        try (RawSmtp client = RawSmtp.connect(relay.address())) {
            client.command("EHLO client.sender.example");
            client.command("MAIL FROM:<dave@sender.example>");
            for (String each : List.of("first", "gone", "third")) client.command("RCPT TO:<" + each + "@example.net>");
            assertThat(client.data(entry("plain-ascii").content())).startsWith("250");
        }

        assertArrived(entry("plain-ascii"), "first@example.net");
        assertArrived(entry("plain-ascii"), "third@example.net");
        String report = new String(await("dave@sender.example").asSent(), ISO_8859_1);
        assertThat(report).contains("gone@example.net").doesNotContain("first@").doesNotContain("third@");
        assertThat(postfix.arrivedFor("first@example.net")).hasSize(1);
        assertThat(postfix.arrivedFor("third@example.net")).hasSize(1);
        assertThat(postfix.arrivedFor("dave@sender.example")).hasSize(1);
        assertThat(postfix.arrivedFor("gone@example.net")).isEmpty();
    }

    @Test
    void everyRecipientOfManyInTwoDomainsGetsOneCopy() throws Exception {
        List<String> recipients = IntStream.range(0, 60)
                .mapToObj(i -> "many" + i + (i % 2 == 0 ? "@example.net" : "@sender.example"))
                .toList();
        try (RawSmtp client = RawSmtp.connect(relay.address())) {
            client.command("EHLO client.sender.example");
            client.command("MAIL FROM:<" + SENDER + ">");
            for (String each : recipients)
                assertThat(client.command("RCPT TO:<" + each + ">")).startsWith("250");
            assertThat(client.data(entry("plain-ascii").content())).startsWith("250");
        }

        for (String each : recipients) assertArrived(entry("plain-ascii"), each);
        assertThat(recipients)
                .allSatisfy(each -> assertThat(postfix.arrivedFor(each)).hasSize(1));
    }

    @Test
    void mailWaitsForAHostThatIsDown() throws Exception {
        postfix.pause();
        try {
            assertThat(send("patient@example.net", entry("plain-ascii"))).startsWith("250");
        } finally {
            postfix.resume();
        }

        assertArrived(entry("plain-ascii"), "patient@example.net");
        assertThat(postfix.arrivedFor("patient@example.net")).hasSize(1);
    }

    @Test
    void aDomainThatDoesNotExistComesBackAsAReport() throws Exception {
        send("erin@sender.example", "bob@nonexistent.example", entry("plain-ascii"));

        assertThat(new String(await("erin@sender.example").asSent(), US_ASCII))
                .contains("Status: 5.1.2\r\n")
                .contains("Diagnostic-Code: x-posthaste; ");
    }

    // ---- sending

    private static void assertRelayed(Corpus.Entry message) throws Exception {
        String recipient = message.name() + "@example.net";
        assertThat(send(recipient, message)).startsWith("250 2.0.0 ");
        assertArrived(message, recipient);
    }

    private static String send(String recipient, Corpus.Entry message) throws IOException {
        return send(SENDER, recipient, message);
    }

    private static String send(String sender, String recipient, Corpus.Entry message) throws IOException {
        try (RawSmtp client = RawSmtp.connect(relay.address())) {
            return client.send(sender, recipient, message.content());
        }
    }

    private static String server() throws IOException {
        return relay.address().getHostString() + ":" + relay.address().getPort();
    }

    private static Corpus.Entry entry(String name) {
        return Corpus.accepted().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static String fileOf(Corpus.Entry message) throws IOException {
        return Files.write(directory.resolve(message.name() + ".eml"), message.content())
                .toString();
    }

    private static String path(String name) {
        return directory.resolve(name).toString();
    }

    private static byte[] withCrlf(byte[] message) {
        return new String(message, ISO_8859_1)
                .replace("\r\n", "\n")
                .replace("\n", "\r\n")
                .getBytes(ISO_8859_1);
    }

    // ---- arriving

    private static void assertArrived(Corpus.Entry message, String recipient) throws InterruptedException {
        Contents.assertUnchanged(message, await(recipient).content());
    }

    private static PostfixPeer.Arrived await(String recipient) throws InterruptedException {
        try {
            return postfix.awaitMessageFor(recipient, LIMIT);
        } catch (AssertionError nothing) {
            throw new AssertionError(nothing.getMessage() + "\nthe relay says:\n" + relay.log(), nothing);
        }
    }

    private static Message parsed(PostfixPeer.Arrived arrived) throws IOException {
        return new DefaultMessageBuilder().parseMessage(new ByteArrayInputStream(arrived.asSent()));
    }

    private static String text(Entity part) throws IOException {
        try (var in = ((SingleBody) part.getBody()).getInputStream()) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }
}
