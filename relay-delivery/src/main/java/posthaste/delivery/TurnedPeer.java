package posthaste.delivery;

import java.net.InetSocketAddress;

/**
 * Who has asked for his mail over his own connection. He is authenticated, so these are facts for logs, for the history of
 * messages and for reports, and decide nothing.
 *
 * @param name what he calls himself; escaped where it is logged
 * @param address of the client, and the port that it came from
 * @param session id of the session that was turned
 * @param tls protocol and cipher of the connection
 */
public record TurnedPeer(String name, InetSocketAddress address, String session, String tls) {
    public TurnedPeer {
        if (address.isUnresolved()) throw new IllegalArgumentException("unresolved address");
    }
}
