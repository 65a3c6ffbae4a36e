package posthaste.delivery.route;

import java.net.InetAddress;

/**
 * A block of addresses in CIDR notation (RFC 4632, RFC 4291 §2.3). IPv4-mapped addresses and blocks are judged as IPv4.
 *
 * @param base its first address; bits behind the prefix do not matter
 * @param prefixBits 0 to 32 or 128
 */
public record Network(InetAddress base, int prefixBits) {
    private static final int MAPPED_PREFIX_BITS = 96;

    public Network {
        int most = base.getAddress().length * Byte.SIZE;
        if (prefixBits < 0 || prefixBits > most) {
            throw new IllegalArgumentException("prefix length must be 0 to " + most + ": " + prefixBits);
        }
    }

    /**
     * Reads {@code 10.0.0.0/8}, {@code fe80::/10} or a single address.
     *
     * @throws IllegalArgumentException for anything else, saying what was expected
     */
    public static Network parse(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        InetAddress base = IpLiteral.parse(address)
                .orElseThrow(() -> new IllegalArgumentException("not a network such as 10.0.0.0/8: " + text));
        int most = base.getAddress().length * Byte.SIZE;
        if (slash < 0) return new Network(base, most);
        int prefix = prefixBits(text, slash + 1);
        boolean mapped = address.indexOf(':') >= 0 && most == 32;
        return new Network(base, mapped ? prefix - MAPPED_PREFIX_BITS : prefix);
    }

    private static int prefixBits(String text, int from) {
        String digits = text.substring(from);
        if (!digits.matches("[0-9]{1,3}")) throw new IllegalArgumentException("not a prefix length: " + text);
        return Integer.parseInt(digits);
    }

    public boolean contains(InetAddress address) {
        byte[] wanted = base.getAddress();
        byte[] given = address.getAddress();
        if (wanted.length != given.length) return false;
        int wholeBytes = prefixBits / Byte.SIZE;
        for (int i = 0; i < wholeBytes; i++) {
            if (wanted[i] != given[i]) return false;
        }
        int restBits = prefixBits % Byte.SIZE;
        if (restBits == 0) return true;
        int mask = 0xff << (Byte.SIZE - restBits);
        return ((wanted[wholeBytes] ^ given[wholeBytes]) & mask) == 0;
    }
}
