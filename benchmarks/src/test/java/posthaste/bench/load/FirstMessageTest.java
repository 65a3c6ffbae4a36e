package posthaste.bench.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The client of a relay that is starting, over real sockets. */
class FirstMessageTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final LoadShape SHAPE = new LoadShape(1, 0, false, 3, 2, "load.test", 0);

    private final LoadContent content = new LoadContent(1024, 7);
    private final MessageLedger ledger = new MessageLedger();

    private FirstMessage client(InetSocketAddress relay) {
        return new FirstMessage(relay, SHAPE, content, ledger);
    }

    @Test
    void theMessageIsOneThatTheSinkTakesForAllItsRecipients() throws Exception {
        try (LoadSink sink = new LoadSink(LoadSink.Answer.TAKE, content, ledger)) {
            FirstMessage.Taken taken = client(sink.address()).send(LIMIT);

            long end = System.nanoTime() + LIMIT.toNanos();
            while (ledger.arrivedNanos(taken.id()).isEmpty() && System.nanoTime() < end) Thread.onSpinWait();
            assertThat(ledger.arrivedNanos(taken.id())).isPresent();
            assertThat(ledger.account(taken.id(), taken.id() + 1).isExact()).isTrue();
            assertThat(taken.acceptedNanos()).isGreaterThan(taken.greetedNanos());
        }
    }

    @Test
    void itKnocksUntilItIsGreetedAndItsMessageIsTaken() throws Exception {
        try (var relay = new StartingRelay()) {
            FirstMessage.Taken taken = client(relay.address()).send(LIMIT);

            assertThat(relay.greetedNanos)
                    .as("the connection without and that with another greeting do not count, the third does")
                    .isLessThanOrEqualTo(taken.greetedNanos());
            assertThat(taken.greetedNanos()).isLessThan(relay.refusedNanos);
            assertThat(taken.acceptedNanos()).isGreaterThan(relay.refusedNanos);
            assertThat(ledger.acknowledged()).isEqualTo(1);
            assertThat(taken.id()).as("the refused try had an id of its own").isEqualTo(1);
        }
    }

    @Test
    void aRelayThatTakesNothingIsAnErrorThatNamesItsAnswer() throws Exception {
        try (LoadSink deferring = new LoadSink(LoadSink.Answer.DEFER, content, ledger)) {
            assertThatThrownBy(() -> client(deferring.address()).send(Duration.ofMillis(100)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("took no message")
                    .hasMessageContaining("451");
            assertThat(ledger.acknowledged()).isZero();
        }
    }

    @Test
    void soIsOneThatIsNotThere() throws Exception {
        InetSocketAddress nobody;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = (InetSocketAddress) closed.getLocalSocketAddress();
        }

        assertThatThrownBy(() -> client(nobody).send(Duration.ofMillis(50))).hasMessageContaining("refused");
    }

    /** Closes its first connection, turns the second away, refuses the message of the third, takes that of the fourth. */
    private static final class StartingRelay implements AutoCloseable {
        private static final List<String> COMMANDS = List.of("EHLO", "MAIL", "RCPT", "RCPT", "DATA");

        private final ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        private volatile long greetedNanos;
        private volatile long refusedNanos;

        StartingRelay() throws IOException {
            Thread thread = new Thread(this::run, "starting-relay");
            thread.setDaemon(true);
            thread.start();
        }

        InetSocketAddress address() {
            return (InetSocketAddress) server.getLocalSocketAddress();
        }

        private void run() {
            try {
                server.accept().close();
                try (Socket second = server.accept()) {
                    say(second, "421 4.3.2 Not yet");
                }
                greetedNanos = System.nanoTime();
                try (Socket third = server.accept()) {
                    talk(third);
                    refusedNanos = System.nanoTime();
                    say(third, "451 4.3.0 Later");
                }
                try (Socket fourth = server.accept()) {
                    talk(fourth);
                    say(fourth, "250 2.0.0 Queued");
                    fourth.getInputStream().read(); // until the client has read it
                }
            } catch (IOException closed) {
                // The test is over, or fails by what it waits for.
            }
        }

        /** A session up to and with the final dot. */
        private static void talk(Socket client) throws IOException {
            var in = new BufferedReader(new InputStreamReader(client.getInputStream(), US_ASCII));
            say(client, "220 relay.test");
            for (String command : COMMANDS) {
                assertThat(in.readLine()).startsWith(command);
                if (command.equals("EHLO")) say(client, "250-relay.test\r\n250 SIZE");
                else say(client, command.equals("DATA") ? "354 Go on" : "250 2.1.0 Ok");
            }
            String line = in.readLine();
            while (line != null && !line.equals(".")) line = in.readLine();
        }

        private static void say(Socket client, String reply) throws IOException {
            client.getOutputStream().write((reply + "\r\n").getBytes(US_ASCII));
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
