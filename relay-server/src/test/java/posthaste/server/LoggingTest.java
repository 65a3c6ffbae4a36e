package posthaste.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(60)
class LoggingTest {
    private static final int MORE_THAN_WAIT = 20_000;

    private final PrintStream standardError = System.err;

    @AfterEach
    void restore() {
        System.setErr(standardError);
    }

    @Test
    void aLineTellsTimeLevelPartAndMessageAndStaysOneLine() {
        var out = new ByteArrayOutputStream();
        System.setErr(new PrintStream(out, true, UTF_8));
        try (Logging logging = Logging.start(Logging.Format.TEXT, false)) {
            LoggerFactory.getLogger("posthaste.some.Part").info("first\r\nsecond");
            LoggerFactory.getLogger("posthaste.some.Part").debug("not shown");
            assertThat(logging.discarded()).isZero();
        }

        assertThat(out.toString(UTF_8))
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\S+ INFO  Part first second\n");
    }

    @Test
    void whoLogsNeverWaitsForAReaderThatIsStuck() {
        var stuck = new CountDownLatch(1);
        System.setErr(new PrintStream(new StuckStream(stuck), true, UTF_8));
        Logging logging = Logging.start(Logging.Format.TEXT, false);
        try {
            for (int i = 0; i < MORE_THAN_WAIT; i++)
                LoggerFactory.getLogger("posthaste.Part").info("line {}", i);

            assertThat(logging.discarded()).isBetween(1L, (long) MORE_THAN_WAIT);
        } finally {
            stuck.countDown();
            logging.close();
        }
    }

    /** Takes nothing until it is released. */
    private static final class StuckStream extends OutputStream {
        private final CountDownLatch released;

        StuckStream(CountDownLatch released) {
            this.released = released;
        }

        @Override
        public void write(int octet) {
            try {
                released.await();
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
