package posthaste.peer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.delivery.testkit.ScriptedHop;
import posthaste.delivery.testkit.ScriptedHop.Received;

/** What a listener that mends line ends makes of an attempt to smuggle, as the next hop gets it. */
@Tag("peer")
class LineEndsIT {
    private static final String NEXT = "MAIL FROM:<evil@sender.example>\r\nRCPT TO:<u@dest.example>\r\nDATA\r\n";

    @TempDir
    private Path directory;

    /**
     * @param end what another server may take for the end of the message
     * @param line what becomes of its dot
     */
    private record Attempt(String end, String line) {}

    private static final List<Attempt> ATTEMPTS = List.of(
            new Attempt("\n.\n", "..\r\n"),
            new Attempt("\n.\r\n", "..\r\n"),
            new Attempt("\n.\r", "..\r\n"),
            new Attempt("\r.\r", "..\r\n"),
            new Attempt("\r.\n", "..\r\n"),
            new Attempt("\r.\r\n", "..\r\n"),
            // Behind a true line end the dot is one of transparency, and is taken away (RFC 5321 §4.5.2).
            new Attempt("\r\n.\n", "\r\n"),
            new Attempt("\r\n.\r", "\r\n"));

    @Test
    @DisplayName("I134 the next hop sees CRLF alone, and a dot between bare line ends is stuffed on its way out")
    void whatIsMendedIsOneMessageStill() throws IOException {
        RelayUnderTest.assumeBuilt();
        try (ScriptedHop hop = ScriptedHop.start();
                RelayUnderTest relay = RelayUnderTest.start(directory, configuration(hop.port()));
                RawSmtp client = RawSmtp.connect(relay.address())) {
            for (int i = 0; i < ATTEMPTS.size(); i++) {
                String text = "Subject: x\r\n\r\n" + i + ATTEMPTS.get(i).end() + NEXT + "b\r\n";
                byte[] octets = text.getBytes(ISO_8859_1);
                assertThat(client.sendUnstuffed("a@sender.example", "u@dest.example", octets))
                        .startsWith("250");
            }

            List<Received> arrived = hop.awaitReceived(ATTEMPTS.size());

            assertThat(arrived).hasSize(ATTEMPTS.size()).allSatisfy(each -> {
                assertThat(each.mail()).contains("<a@sender.example>");
                assertThat(raw(each)).doesNotContainPattern("\r(?!\n)|(?<!\r)\n");
            });
            for (int i = 0; i < ATTEMPTS.size(); i++) {
                String end = "\r\n\r\n" + i + "\r\n" + ATTEMPTS.get(i).line() + NEXT + "b\r\n.\r\n";
                assertThat(arrived)
                        .as("attempt %d", i)
                        .anyMatch(each -> raw(each).endsWith(end));
            }
        }
    }

    private static String raw(Received message) {
        return new String(message.raw(), ISO_8859_1);
    }

    private String configuration(int hopPort) {
        return """
                hostname = "%s"
                data-dir = "%s"
                [[listener]]
                bind = "127.0.0.1:0"
                line-ends = "normalize"
                [relay]
                networks = ["127.0.0.1/32"]
                [queue]
                free-space-reserve = "16 MiB"
                [[route]]
                match = ["*"]
                next-hop = ["127.0.0.1:%d"]
                [admin]
                bind = "127.0.0.1:0"
                """.formatted(RelayUnderTest.HOSTNAME, directory.resolve("data"), hopPort);
    }
}
