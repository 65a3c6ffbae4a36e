package posthaste.server.smtp;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import posthaste.server.tls.HandshakeFailure;
import posthaste.smtp.Reply;

/**
 * One short line for each connection that we ended or turned away and each AUTH that failed, so that an operator sees
 * why; of a flood of them so many per second and a count of the rest. Holds nothing that the client has sent but, where
 * AUTH failed, the name of the user, escaped and cut short. One per listener and event loop.
 */
final class SessionLog {
    /** Lines per second, listener and event loop. */
    static final int LINES_MAX = 10;

    private static final Logger LOG = LoggerFactory.getLogger(SessionLog.class);
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final LongSupplier nanos;
    private long since;
    private int lines;
    private long leftOut;

    SessionLog(LongSupplier nanos) {
        this.nanos = nanos;
        since = nanos.getAsLong();
    }

    void ended(String client, Reply reply) {
        if (mayWrite()) LOG.info("connection of {} ended: {}", client, reply);
    }

    void turnedAway(String client, Reply reply) {
        if (mayWrite()) LOG.info("connection of {} turned away: {}", client, reply);
    }

    /** @param detail says nothing secret */
    void notAuthenticated(String client, String detail) {
        if (mayWrite()) LOG.info("AUTH by {} failed: {}", client, detail);
    }

    void handshakeFailed(String client, HandshakeFailure why) {
        if (mayWrite()) LOG.info("connection of {} ended in its TLS handshake: {}", client, why.reason());
    }

    /** @param reason in words of ours */
    void notProxied(String client, String reason) {
        if (mayWrite()) LOG.info("connection of {} closed, this listener is for proxy-networks: {}", client, reason);
    }

    private boolean mayWrite() {
        long now = nanos.getAsLong();
        if (now - since >= SECOND) {
            if (leftOut > 0) LOG.info("{} more ends of connections and failures of AUTH, not listed", leftOut);
            since = now;
            lines = 0;
            leftOut = 0;
        }
        if (lines < LINES_MAX) {
            lines++;
            return true;
        }
        leftOut++;
        return false;
    }
}
