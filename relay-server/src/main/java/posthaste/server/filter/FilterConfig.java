package posthaste.server.filter;

import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * One {@code [[filter]]}.
 *
 * @param address where it listens
 * @param timeout for a connection, and for each answer but the last
 * @param endTimeout for the answer to the end of a message
 * @param onFailure what becomes of a message that it cannot be asked about
 * @param connections to it at most, on each event loop
 */
public record FilterConfig(
        InetSocketAddress address, Duration timeout, Duration endTimeout, OnFailure onFailure, int connections) {
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
    public static final Duration DEFAULT_END_TIMEOUT = Duration.ofMinutes(2);
    public static final int DEFAULT_CONNECTIONS = 16;

    /** What becomes of a message that a filter cannot be asked about. */
    public enum OnFailure {
        /** 451 4.7.1: the client comes back. */
        DEFER,
        /** It is taken as if there were no such filter. */
        ACCEPT
    }

    /** {@code 127.0.0.1:11332}: its name in the log. */
    String name() {
        return NetUtil.toSocketAddressString(address);
    }
}
