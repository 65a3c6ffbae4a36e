package posthaste.server.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import posthaste.smtp.Replies;

/** No flood of connections is a flood of the log. */
class SessionLogTest {
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger("posthaste.server.smtp");
    private long nanos = Long.MAX_VALUE - 5;

    @BeforeEach
    void listen() {
        lines.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(lines);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(lines);
        logger.setLevel(null);
    }

    private List<String> texts() {
        return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void ofAFloodTheFirstAreListedAndTheRestIsCounted() {
        var log = new SessionLog(() -> nanos);
        for (int i = 0; i < 1_000; i++) log.ended("192.0.2." + i % 250, Replies.TOO_MANY_ERRORS);
        assertThat(texts()).hasSize(SessionLog.LINES_MAX);
        nanos += Duration.ofSeconds(1).toNanos();

        log.turnedAway("192.0.2.7", Replies.TOO_MANY_CONNECTIONS);

        assertThat(texts())
                .hasSize(SessionLog.LINES_MAX + 2)
                .startsWith("connection of 192.0.2.0 ended: 421 4.7.0 Too many errors, closing connection")
                .endsWith(
                        "990 more ends of connections and failures of AUTH, not listed",
                        "connection of 192.0.2.7 turned away: 421 4.7.0 Too many connections, try again later");
    }

    @Test
    void failuresOfAuthAreOfTheSameFlood() {
        var log = new SessionLog(() -> nanos);
        for (int i = 0; i < 40; i++) log.notAuthenticated("192.0.2.7", "PLAIN: wrong password");
        nanos += Duration.ofSeconds(1).toNanos();

        log.ended("192.0.2.7", Replies.TIMED_OUT);

        assertThat(texts())
                .hasSize(SessionLog.LINES_MAX + 2)
                .startsWith("AUTH by 192.0.2.7 failed: PLAIN: wrong password")
                .contains("30 more ends of connections and failures of AUTH, not listed");
    }

    @Test
    void connectionsThatCannotBeTakenAreOneLineAMinute() {
        var channel = new EmbeddedChannel(new AcceptFailures(() -> nanos));
        for (int i = 0; i < 30; i++) {
            channel.pipeline().fireExceptionCaught(new java.io.IOException("Too many open files"));
            nanos += Duration.ofSeconds(1).toNanos();
        }
        nanos += AcceptFailures.PAUSE.toNanos();
        channel.pipeline().fireExceptionCaught(new java.io.IOException("Too many open files"));

        assertThat(texts()).hasSize(2);
        assertThat(texts().get(1)).startsWith("cannot take connections (30 failures): Too many open files; raise");
        channel.finishAndReleaseAll();
    }
}
