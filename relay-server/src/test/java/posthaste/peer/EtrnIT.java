package posthaste.peer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import posthaste.delivery.testkit.Move;
import posthaste.delivery.testkit.ScriptedHop;
import posthaste.delivery.testkit.Step;

/** ETRN through the whole relay: what would wait for an hour goes out at once. */
@Tag("peer")
class EtrnIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final byte[] TEXT = "Subject: x\r\n\r\nHi\r\n".getBytes(US_ASCII);

    @TempDir
    private Path directory;

    @Test
    @DisplayName("I201 I202 ETRN has what waits for a domain, and below it, tried now")
    void whatWaitsIsTriedNow() throws IOException {
        RelayUnderTest.assumeBuilt();
        try (ScriptedHop hop = ScriptedHop.start();
                RelayUnderTest relay = RelayUnderTest.start(directory, configuration(hop.port()));
                RawSmtp client = RawSmtp.connect(relay.address())) {
            hop.when(Step.RCPT).times(2).then(Move.reply("450 4.2.0 Not now"));
            assertThat(client.send("a@sender.example", "u@dest.example", TEXT)).startsWith("250");
            assertThat(client.send("a@sender.example", "u@sub.dest.example", TEXT))
                    .startsWith("250");
            awaitDeferred(relay, 2);

            assertThat(client.command("ETRN other.example")).startsWith("251");
            assertThat(client.command("ETRN dest.example")).startsWith("253").contains(" 1 pending");
            assertThat(hop.awaitReceived(1).get(0).recipients().toString()).contains("u@dest.example");
            assertThat(client.command("ETRN @dest.example")).startsWith("25").doesNotStartWith("251");

            assertThat(hop.awaitReceived(2).get(1).recipients().toString()).contains("u@sub.dest.example");
        }
    }

    private String configuration(int hopPort) {
        return """
                hostname = "%s"
                data-dir = "%s"
                [[listener]]
                bind = "127.0.0.1:0"
                [relay]
                networks = ["127.0.0.1/32"]
                etrn-networks = ["127.0.0.1/32"]
                [queue]
                free-space-reserve = "16 MiB"
                [retry]
                initial-delay = "1h"
                max-delay = "2h"
                [[route]]
                match = ["*"]
                next-hop = ["127.0.0.1:%d"]
                [admin]
                bind = "127.0.0.1:0"
                """.formatted(RelayUnderTest.HOSTNAME, directory.resolve("data"), hopPort);
    }

    private static void awaitDeferred(RelayUnderTest relay, long attempts) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (relay.meter("posthaste_delivery_deferred_total") < attempts) {
            assertThat(System.nanoTime())
                    .as("waited for %d attempts that failed", attempts)
                    .isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }
}
