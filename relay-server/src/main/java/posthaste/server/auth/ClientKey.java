package posthaste.server.auth;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * Whose failures are counted together: an IPv4 address, or the /64 of an IPv6 address, since whoever has one address
 * there has them all.
 *
 * @param bits of the address, or the first 64 of them
 */
record ClientKey(long bits, boolean ipv6) {

    static ClientKey of(InetAddress address) {
        ByteBuffer octets = ByteBuffer.wrap(address.getAddress());
        boolean ipv6 = octets.remaining() > Integer.BYTES;
        return new ClientKey(ipv6 ? octets.getLong() : octets.getInt(), ipv6);
    }
}
