package posthaste.server.policy;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * Who is counted as one client: an IPv4 address, or the /64 of an IPv6 address, since whoever has one address there has
 * them all.
 *
 * @param bits of the address, or the first 64 of them
 */
public record ClientKey(long bits, boolean ipv6) {
    private static final int BEYOND_24 = 32 - 24;
    private static final int BEYOND_48 = 64 - 48;

    public static ClientKey of(InetAddress address) {
        ByteBuffer octets = ByteBuffer.wrap(address.getAddress());
        boolean ipv6 = octets.remaining() > Integer.BYTES;
        return new ClientKey(ipv6 ? octets.getLong() : octets.getInt(), ipv6);
    }

    /** The network it belongs to: a /24, or a /48 of IPv6. Not to be taken for a client. */
    public ClientKey network() {
        return new ClientKey(bits >> (ipv6 ? BEYOND_48 : BEYOND_24), ipv6);
    }
}
