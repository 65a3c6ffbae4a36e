package posthaste.delivery.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One thing that a {@link ScriptedHop} does; a rule holds several in order. */
@FunctionalInterface
public interface Move {
    /** How long a held reply waits for its test at most. */
    Duration HOLD_MAX = Duration.ofSeconds(30);

    void run(HopSession session) throws IOException;

    /** A reply; its lines are separated by {@code \n} and hold code and text. Its code is what the hop then acts on. */
    static Move reply(String lines) {
        return session -> session.reply(lines);
    }

    /** What the hop would have said without a rule. */
    static Move normally() {
        return HopSession::replyNormally;
    }

    /** Octets as they are, which count as no reply; at once. */
    static Move raw(byte[] octets) {
        return session -> session.raw(octets);
    }

    /** Text as it is, which counts as no reply; at once. */
    static Move raw(String text) {
        return raw(text.getBytes(ISO_8859_1));
    }

    /** Nothing: no reply. */
    static Move silence() {
        return session -> {};
    }

    /** Waits until the test counts {@code gate} down. */
    static Move hold(CountDownLatch gate) {
        return session -> {
            session.flush();
            try {
                if (!gate.await(HOLD_MAX.toSeconds(), TimeUnit.SECONDS)) throw new IOException("never released");
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new IOException(stopped);
            }
        };
    }

    /** Reads ahead until {@code text} has arrived behind what was read so far: proof of pipelining. */
    static Move awaitInput(String text) {
        return session -> session.awaitInput(text);
    }

    /** Looks whether anything arrives within {@code time}; {@link ScriptedHop#intrusions} counts when something does. */
    static Move expectQuiet(Duration time) {
        return session -> session.expectQuiet(time);
    }

    /** Closes the connection in order. */
    static Move close() {
        return HopSession::close;
    }

    /** Closes it by a reset. */
    static Move reset() {
        return HopSession::reset;
    }

    /** Ends its half of the connection, and reads on. */
    static Move shutOutput() {
        return HopSession::shutOutput;
    }

    /** Reads and says nothing more until the hop is closed. */
    static Move stopReading() {
        return HopSession::stopReading;
    }
}
