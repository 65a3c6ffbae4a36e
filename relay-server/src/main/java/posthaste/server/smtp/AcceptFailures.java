package posthaste.server.smtp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says that connections cannot be taken, and what to do: out of file descriptors, as a rule. Netty waits a second after
 * each failure, so nothing spins; this keeps it from filling the log. Lives on the loop of the listening socket.
 */
@Sharable
final class AcceptFailures extends ChannelInboundHandlerAdapter {
    /** Between two lines of the log. */
    static final Duration PAUSE = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(AcceptFailures.class);
    private static final String NAME = "accept-failures";

    private final LongSupplier nanos;
    private boolean told;
    private long toldAtNanos;
    private long failures;

    AcceptFailures(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Watches over the listening socket that {@code connection} came from, unless somebody does already. */
    void watchOver(Channel connection) {
        Channel listening = connection.parent();
        if (listening == null || listening.pipeline().get(NAME) != null) return;
        listening.eventLoop().execute(() -> {
            if (listening.pipeline().get(NAME) == null) listening.pipeline().addLast(NAME, this);
        });
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        failures++;
        long now = nanos.getAsLong();
        if (told && now - toldAtNanos < PAUSE.toNanos()) return;
        told = true;
        toldAtNanos = now;
        LOG.warn(
                "cannot take connections ({} failures): {}; raise the limit of open files (LimitNOFILE) or lower"
                        + " limits.connections",
                failures,
                String.valueOf(failure.getMessage()));
        failures = 0;
    }
}
