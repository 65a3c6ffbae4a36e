package posthaste.delivery.route;

import java.net.InetSocketAddress;

/**
 * One address that may be connected to.
 *
 * @param name the host's name as MX or route gave it, for logs and later TLS; an address literal has its own text
 * @param address resolved address and port
 */
public record NextHop(String name, InetSocketAddress address) {

    /** {@code name[address]:port}, as logged and stored. */
    @Override
    public String toString() {
        return name + "[" + address.getAddress().getHostAddress() + "]:" + address.getPort();
    }
}
