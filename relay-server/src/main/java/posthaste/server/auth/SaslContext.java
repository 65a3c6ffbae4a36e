package posthaste.server.auth;

import java.net.InetAddress;
import java.util.Optional;

/**
 * What a mechanism must know of the connection.
 *
 * @param client whose failures count: the address behind a proxy, where there is one
 * @param encrypted whether TLS is on
 * @param serverEndPoint the binding to our certificate, where it has one
 * @param tlsExporter the binding to this connection, where the TLS of this JVM can tell it
 */
public record SaslContext(
        InetAddress client,
        boolean encrypted,
        Optional<ChannelBinding> serverEndPoint,
        Optional<ChannelBinding> tlsExporter) {

    /** Whether the PLUS mechanisms can be offered there; EHLO must say the same (RFC 5802 §6). */
    public boolean canBind() {
        return encrypted && (serverEndPoint.isPresent() || tlsExporter.isPresent());
    }

    /** @param type as a client names it, such as {@code tls-exporter} */
    Optional<ChannelBinding> binding(String type) {
        if (!encrypted) return Optional.empty();
        return serverEndPoint
                .filter(binding -> binding.type().equals(type))
                .or(() -> tlsExporter.filter(binding -> binding.type().equals(type)));
    }
}
