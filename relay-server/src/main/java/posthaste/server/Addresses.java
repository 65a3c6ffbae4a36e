package posthaste.server;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;
import posthaste.delivery.RouteConfig.HostPort;
import posthaste.delivery.dns.DomainNames;

/** Addresses and ports in the configuration. No name is ever looked up here. */
final class Addresses {
    private static final int PORT_MAX = 65_535;
    private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");
    private static final Pattern NUMERIC = Pattern.compile("[0-9.]+");

    private Addresses() {}

    /** The two halves of {@code host:port}; the host without brackets. */
    private record Parts(String host, Optional<String> port) {

        /** An address in IPv6 form needs its brackets where a port follows. */
        static Parts of(String text) {
            int end = text.startsWith("[") ? text.indexOf(']') : -1;
            if (end > 0) {
                String behind = text.substring(end + 1);
                if (behind.isEmpty()) return new Parts(text.substring(1, end), Optional.empty());
                if (behind.startsWith(":")) {
                    return new Parts(text.substring(1, end), Optional.of(behind.substring(1)));
                }
                throw new IllegalArgumentException(Section.shown(text) + ": only :port may follow the bracket");
            }
            int colon = text.indexOf(':');
            if (colon < 0 || colon != text.lastIndexOf(':')) return new Parts(text, Optional.empty());
            return new Parts(text.substring(0, colon), Optional.of(text.substring(colon + 1)));
        }
    }

    /**
     * Where to listen: {@code 0.0.0.0:25} or {@code [::]:587}; port 0 takes any free one.
     *
     * @throws IllegalArgumentException saying what was expected
     */
    static InetSocketAddress bind(String text) {
        Parts parts = Parts.of(text);
        String port = parts.port()
                .orElseThrow(() -> new IllegalArgumentException(
                        Section.shown(text) + " has no port; write address:port, such as \"127.0.0.1:2525\""));
        return new InetSocketAddress(address(text, parts.host()), port(text, port, 0));
    }

    /** A server: {@code 127.0.0.1:53}, {@code [::1]:53}, or the address alone with {@code defaultPort}. */
    static InetSocketAddress server(String text, int defaultPort) {
        Parts parts = Parts.of(text);
        int port = parts.port().map(given -> port(text, given, 1)).orElse(defaultPort);
        return new InetSocketAddress(address(text, parts.host()), port);
    }

    /** A host by name or address: {@code mx.example.net:587}, {@code 192.0.2.1}, {@code [2001:db8::1]:25}. */
    static HostPort hostPort(String text, int defaultPort) {
        Parts parts = Parts.of(text);
        int port = parts.port().map(given -> port(text, given, 1)).orElse(defaultPort);
        if (parse(parts.host()).isPresent()) return new HostPort(parts.host(), port);
        boolean name = !NUMERIC.matcher(parts.host()).matches();
        return DomainNames.normalise(parts.host())
                .filter(host -> name)
                .map(host -> new HostPort(host, port))
                .orElseThrow(() -> new IllegalArgumentException(Section.shown(text)
                        + " names no host; write \"mx.example.net:25\", \"192.0.2.1:25\" or \"[2001:db8::1]:25\""));
    }

    /** An IPv4 or IPv6 address alone. */
    static InetAddress address(String text) {
        return address(text, text);
    }

    private static InetAddress address(String text, String host) {
        return parse(host)
                .orElseThrow(() -> new IllegalArgumentException(Section.shown(text)
                        + " has no IP address; names are not looked up here: write \"127.0.0.1\" or \"[::1]\""
                        + " (\"0.0.0.0\" or \"[::]\" for every address of the machine)"));
    }

    private static Optional<InetAddress> parse(String host) {
        // A zone id means something on one machine only.
        if (host.indexOf('%') >= 0 || host.indexOf('[') >= 0) return Optional.empty();
        return Optional.ofNullable(NetUtil.createByteArrayFromIpAddressString(host))
                .map(Addresses::ofOctets);
    }

    private static InetAddress ofOctets(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException impossible) {
            throw new AssertionError("4 or 16 octets are an address", impossible);
        }
    }

    private static int port(String text, String digits, int min) {
        int port = PORT.matcher(digits).matches() ? Integer.parseInt(digits) : -1;
        if (port < min || port > PORT_MAX) {
            throw new IllegalArgumentException(
                    "%s: the port must be %d to %d".formatted(Section.shown(text), min, PORT_MAX));
        }
        return port;
    }

    /** {@code 127.0.0.1:25}, {@code [::1]:25}: as it is written in the configuration. */
    static String format(InetSocketAddress address) {
        return NetUtil.toSocketAddressString(address);
    }
}
