package posthaste.server.smtp;

import java.net.InetSocketAddress;

/**
 * One {@code [[listener]]}.
 *
 * @param bind address and port, resolved; port 0 takes any free one
 * @param lineEnds what becomes of line ends that are none
 */
public record ListenerConfig(InetSocketAddress bind, LineEnds lineEnds) {

    public ListenerConfig(InetSocketAddress bind) {
        this(bind, LineEnds.STRICT);
    }

    public ListenerConfig {
        if (bind.isUnresolved()) throw new IllegalArgumentException("bind must be an address, not a name");
    }
}
