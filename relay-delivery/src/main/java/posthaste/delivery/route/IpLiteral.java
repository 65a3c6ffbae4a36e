package posthaste.delivery.route;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** Reads IP addresses in text. Never asks the name system: what is no address is empty, not a name. */
final class IpLiteral {
    private static final String IPV6_TAG = "ipv6:";

    private IpLiteral() {}

    /** {@code 192.0.2.7} or {@code 2001:db8::7}, without brackets or zone; an IPv4-mapped one is the IPv4 address. */
    static Optional<InetAddress> parse(String text) {
        boolean plain = text.indexOf('%') < 0 && text.indexOf('[') < 0;
        boolean address = plain && (NetUtil.isValidIpV4Address(text) || NetUtil.isValidIpV6Address(text));
        return address ? Optional.of(address(text)) : Optional.empty();
    }

    /** An address literal as in RFC 5321 §4.1.3, lower case: {@code [192.0.2.7]} or {@code [ipv6:2001:db8::7]}. */
    static Optional<InetAddress> parseBracketed(String text) {
        if (!isBracketed(text)) return Optional.empty();
        String inner = text.substring(1, text.length() - 1);
        boolean tagged = inner.regionMatches(true, 0, IPV6_TAG, 0, IPV6_TAG.length());
        String bare = tagged ? inner.substring(IPV6_TAG.length()) : inner;
        boolean colons = bare.indexOf(':') >= 0;
        return tagged == colons ? parse(bare) : Optional.empty();
    }

    static boolean isBracketed(String text) {
        return text.length() > 2 && text.startsWith("[") && text.endsWith("]");
    }

    private static InetAddress address(String text) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
        if (bytes == null) throw new IllegalStateException("valid, and no address: " + text);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("4 and 16 bytes are addresses", impossible);
        }
    }
}
