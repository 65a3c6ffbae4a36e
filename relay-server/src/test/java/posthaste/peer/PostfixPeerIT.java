package posthaste.peer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** That the peer itself changes nothing: what it reports of the relay can be believed. */
@Tag("peer")
class PostfixPeerIT {

    @Test
    void postfixKeepsWhatItIsSentAndRefusesWhatItIsTold() throws Exception {
        Programs.assumeRoot();
        Programs.assumePresent("postfix");
        byte[] message =
                "Received: by a test\r\nSubject: x\r\nBcc: kept@example.net\r\n\r\n.dot\r\n\r\n".getBytes(US_ASCII);
        try (PostfixPeer postfix = PostfixPeer.start("example.net");
                RawSmtp client = RawSmtp.connect(postfix.address())) {
            postfix.policy().refuseOnce("later@example.net", "450 4.2.0 Later");

            client.command("EHLO test.example");
            client.command("MAIL FROM:<alice@sender.example> BODY=8BITMIME");
            assertThat(client.command("RCPT TO:<later@example.net>")).startsWith("450 4.2.0");
            assertThat(client.command("RCPT TO:<bob@example.net>")).startsWith("250");
            assertThat(client.data(message)).startsWith("250");

            PostfixPeer.Arrived arrived = postfix.awaitMessageFor("bob@example.net", Duration.ofSeconds(20));
            assertThat(arrived.asSent()).isEqualTo(message);
            assertThat(arrived.reversePath()).isEqualTo("<alice@sender.example>");
            assertThat(arrived.traceField()).isEqualTo("Received: by a test");
            assertThat(postfix.policy().attempts("later@example.net")).isEqualTo(1);
        }
    }

    @Test
    void postfixKeepsTheWholeCorpusAsItIs() throws Exception {
        Programs.assumeRoot();
        Programs.assumePresent("postfix");
        try (PostfixPeer postfix = PostfixPeer.start("example.net")) {
            for (Corpus.Entry each : Corpus.accepted()) {
                try (RawSmtp client = RawSmtp.connect(postfix.address())) {
                    byte[] traced = Corpus.concat("Received: by a test\r\n".getBytes(US_ASCII), each.content());

                    String reply = client.send("alice@sender.example", each.name() + "@example.net", traced);

                    assertThat(reply).as(each.name()).startsWith("250");
                }
            }
            assertThat(Corpus.accepted()).hasSizeGreaterThan(60).allSatisfy(each -> {
                String recipient = each.name() + "@example.net";
                Contents.assertUnchanged(
                        each,
                        postfix.awaitMessageFor(recipient, Duration.ofSeconds(60))
                                .content());
            });
        }
    }
}
