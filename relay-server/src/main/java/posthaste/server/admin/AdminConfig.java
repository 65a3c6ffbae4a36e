package posthaste.server.admin;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * The {@code [admin]} section.
 *
 * @param bind where the admin interface listens; port 0 takes any free one
 * @param token what a client must show for anything but health; needed for any address but loopback
 */
public record AdminConfig(InetSocketAddress bind, Optional<BearerToken> token) {
    private static final int DEFAULT_PORT = 8025;

    public AdminConfig {
        if (token.isEmpty() && !bind.getAddress().isLoopbackAddress()) {
            throw new IllegalArgumentException("token must be set where bind is not a loopback address, or anybody who"
                    + " reaches it reads the queue (`openssl rand -hex 24` makes one)");
        }
    }

    public static AdminConfig defaults() {
        return new AdminConfig(new InetSocketAddress(InetAddress.getLoopbackAddress(), DEFAULT_PORT), Optional.empty());
    }
}
