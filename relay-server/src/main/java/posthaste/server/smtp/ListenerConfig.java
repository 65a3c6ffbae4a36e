package posthaste.server.smtp;

import java.net.InetSocketAddress;

/**
 * One {@code [[listener]]}.
 *
 * @param bind address and port, resolved; port 0 takes any free one
 */
public record ListenerConfig(InetSocketAddress bind) {

    public ListenerConfig {
        if (bind.isUnresolved()) throw new IllegalArgumentException("bind must be an address, not a name");
    }
}
