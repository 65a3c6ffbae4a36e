package posthaste.server.policy;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Networks in CIDR notation. An IPv4 address in IPv6 form ({@code ::ffff:192.0.2.1}) is judged as the IPv4 address it
 * is; no name is ever looked up. Immutable.
 */
public final class TrustedNetworks {
    private static final int IPV4_BYTES = 4;
    private static final int MAPPED_PREFIX_BYTES = 12;

    /** The addresses that begin with the first bits of one; its other bits are zero. */
    private static final class Network {
        private final byte[] address;
        private final int bits;

        Network(byte[] address, int bits) {
            this.address = address;
            this.bits = bits;
        }

        boolean contains(byte[] other) {
            if (other.length != address.length) return false;
            int whole = bits / Byte.SIZE;
            if (!Arrays.equals(address, 0, whole, other, 0, whole)) return false;
            int rest = bits % Byte.SIZE;
            return rest == 0 || ((address[whole] ^ other[whole]) & 0xff) >>> (Byte.SIZE - rest) == 0;
        }

        boolean hasHostBits() {
            for (int bit = bits; bit < address.length * Byte.SIZE; bit++) {
                if ((address[bit / Byte.SIZE] & 0x80 >>> bit % Byte.SIZE) != 0) return true;
            }
            return false;
        }
    }

    public static final TrustedNetworks NONE = new TrustedNetworks(List.of());

    private final List<Network> networks;

    private TrustedNetworks(List<Network> networks) {
        this.networks = List.copyOf(networks);
    }

    /**
     * Reads {@code 192.0.2.0/24}, {@code 2001:db8::/32}, or a single address.
     *
     * @throws IllegalArgumentException naming the first that is none, and why
     */
    public static TrustedNetworks parse(List<String> cidrs) {
        var networks = new ArrayList<Network>();
        for (String cidr : cidrs) networks.add(network(cidr));
        return networks.isEmpty() ? NONE : new TrustedNetworks(networks);
    }

    public boolean isEmpty() {
        return networks.isEmpty();
    }

    private static Network network(String cidr) {
        int slash = cidr.indexOf('/');
        String text = slash < 0 ? cidr : cidr.substring(0, slash);
        byte[] address = address(cidr, text);
        int bits = slash < 0 ? address.length * Byte.SIZE : bits(cidr, cidr.substring(slash + 1), address);
        var network = unmapped(cidr, address, bits);
        if (network.hasHostBits()) {
            throw refusal(cidr, "the address has bits beyond the prefix: write the first address of the network");
        }
        return network;
    }

    private static byte[] address(String cidr, String text) {
        // A zone id names an interface of this machine, not a network.
        byte[] address = text.indexOf('%') < 0 ? NetUtil.createByteArrayFromIpAddressString(text) : null;
        if (address == null) throw refusal(cidr, "expected an IPv4 or IPv6 address, with or without /prefix");
        return address;
    }

    private static int bits(String cidr, String text, byte[] address) {
        int max = address.length * Byte.SIZE;
        boolean number = !text.isEmpty() && text.length() <= 3 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!number || Integer.parseInt(text) > max) throw refusal(cidr, "expected a prefix of 0 to " + max + " bits");
        return Integer.parseInt(text);
    }

    private static Network unmapped(String cidr, byte[] address, int bits) {
        if (!isMapped(address)) return new Network(address, bits);
        int prefix = MAPPED_PREFIX_BYTES * Byte.SIZE;
        if (bits < prefix) throw refusal(cidr, "a network of IPv4 addresses in IPv6 form has at least " + prefix);
        return new Network(Arrays.copyOfRange(address, MAPPED_PREFIX_BYTES, address.length), bits - prefix);
    }

    private static IllegalArgumentException refusal(String cidr, String reason) {
        return new IllegalArgumentException("\"" + cidr + "\": " + reason);
    }

    private static boolean isMapped(byte[] address) {
        if (address.length == IPV4_BYTES) return false;
        for (int i = 0; i < MAPPED_PREFIX_BYTES - 2; i++) if (address[i] != 0) return false;
        return address[MAPPED_PREFIX_BYTES - 2] == -1 && address[MAPPED_PREFIX_BYTES - 1] == -1;
    }

    /** Whether {@code address} lies in one of them. */
    public boolean contains(InetAddress address) {
        byte[] octets = address.getAddress();
        if (isMapped(octets)) octets = Arrays.copyOfRange(octets, MAPPED_PREFIX_BYTES, octets.length);
        for (Network network : networks) if (network.contains(octets)) return true;
        return false;
    }
}
