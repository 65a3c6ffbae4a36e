package posthaste.server.filter;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.queue.MessageId;
import posthaste.smtp.Reply;

/**
 * What operators read of one filter: that it fails, and what to do, once a minute and with the number of messages; and
 * each message that it holds, of a flood so many per second. Names no mailbox and no text of a client. One per event loop.
 */
final class FilterLog {
    /** Between two lines that say that it fails. */
    static final Duration PAUSE = Duration.ofMinutes(1);
    /** Lines per second on messages that are held. */
    static final int LINES_MAX = 10;

    private static final Logger LOG = LoggerFactory.getLogger(FilterLog.class);
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final FilterConfig config;
    private final LongSupplier nanos;
    private long failures;
    private boolean told;
    private long toldAtNanos;
    private long since;
    private int lines;

    FilterLog(FilterConfig config, LongSupplier nanos) {
        this.config = config;
        this.nanos = nanos;
        since = nanos.getAsLong();
    }

    /** @param safeReason printable and bounded */
    void failed(String safeReason) {
        failures++;
        long now = nanos.getAsLong();
        if (told && now - toldAtNanos < PAUSE.toNanos()) return;
        told = true;
        toldAtNanos = now;
        boolean defers = config.onFailure() == FilterConfig.OnFailure.DEFER;
        LOG.warn(
                "content filter {} cannot be asked ({} messages): {}; they are {} (on-failure of [[filter]]): start the"
                        + " filter, or correct its address",
                config.name(),
                failures,
                safeReason,
                defers ? "answered 451 4.7.1" : "taken without it");
        failures = 0;
    }

    void held(MessageId message, String safeReason) {
        long now = nanos.getAsLong();
        if (now - since >= SECOND) {
            since = now;
            lines = 0;
        }
        if (lines++ < LINES_MAX) {
            LOG.info("{} is to be held: content filter {} says: {}", message, config.name(), safeReason);
        }
    }

    void refused(MessageId message, Reply reply) {
        if (LOG.isDebugEnabled()) LOG.debug("{} is refused: content filter {} says: {}", message, config.name(), reply);
    }
}
